package git

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/packtrain/pack"
)

const (
	indexMagic  = "\xfftOc\x00\x00\x00\x02" // version 2
	fanoutStart = int64(len(indexMagic))
	namesStart  = fanoutStart + 256*4
	nameBytes   = int64(len(plumbing.Hash{}))
)

// A Pack is a pack on this machine, whose index finds objects in it. The files
// stay open, and so as they were, when git replaces the pack.
type Pack struct {
	index  *os.File
	pack   *os.File
	size   int64 // of pack
	fanout [256]int64
}

// OpenPack takes over the open files of an index and its pack, also when it
// fails.
func OpenPack(index, content *os.File) (*Pack, error) {
	p := &Pack{index: index, pack: content}
	if err := p.measure(); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// Close closes the files.
func (p *Pack) Close() error { return errors.Join(p.index.Close(), p.pack.Close()) }

func (p *Pack) measure() error {
	info, err := p.pack.Stat()
	if err != nil {
		return pack.Errorf(pack.CodeIO, "%w", err)
	}
	p.size = info.Size()
	if info, err = p.index.Stat(); err != nil {
		return pack.Errorf(pack.CodeIO, "%w", err)
	}
	return p.readFanout(info.Size())
}

// readFanout reads how many objects there are up to each first byte of a name.
func (p *Pack) readFanout(size int64) error {
	head := make([]byte, namesStart)
	if err := p.readAt(head, 0); err != nil {
		return err
	}
	if !bytes.HasPrefix(head, []byte(indexMagic)) {
		return Broken("the index of a pack is not of version 2: run git repack in the repository")
	}
	last := int64(0)
	for i := range p.fanout {
		n := int64(binary.BigEndian.Uint32(head[fanoutStart+int64(i)*4:]))
		if n < last {
			return Broken("the index of a pack is corrupt")
		}
		p.fanout[i], last = n, n
	}
	if size < namesStart+last*(nameBytes+8) {
		return Broken("the index of a pack is cut short")
	}
	return nil
}

// find returns the offset of an object in the pack.
func (p *Pack) find(id plumbing.Hash) (offset int64, ok bool, err error) {
	low, high := int64(0), p.fanout[id[0]]
	if id[0] > 0 {
		low = p.fanout[id[0]-1]
	}
	var name plumbing.Hash
	for low < high {
		middle := (low + high) / 2
		if err := p.readAt(name[:], namesStart+middle*nameBytes); err != nil {
			return 0, false, err
		}
		switch order := bytes.Compare(id[:], name[:]); {
		case order == 0:
			offset, err := p.offset(middle)
			return offset, err == nil, err
		case order < 0:
			high = middle
		default:
			low = middle + 1
		}
	}
	return 0, false, nil
}

// offset returns where the object number i of the index lies.
func (p *Pack) offset(i int64) (int64, error) {
	count := p.fanout[255]
	table := namesStart + count*(nameBytes+4)
	short, err := p.number(table+i*4, 4)
	const isLong = 1 << 31
	if err == nil && short&isLong != 0 {
		short, err = p.number(table+count*4+(short&^isLong)*8, 8)
	}
	if err == nil && (short < packHeader || short >= p.size) {
		err = Broken("the index of a pack names a place outside of it")
	}
	return short, err
}

// number reads a number of 4 or 8 bytes.
func (p *Pack) number(at int64, n int) (int64, error) {
	var b [8]byte
	err := p.readAt(b[8-n:], at)
	return int64(binary.BigEndian.Uint64(b[:]) &^ (1 << 63)), err
}

func (p *Pack) readAt(b []byte, at int64) error {
	_, err := p.index.ReadAt(b, at)
	switch {
	case err == io.EOF:
		return Broken("the index of a pack is cut short")
	case err != nil:
		return pack.Errorf(pack.CodeIO, "read the index of a pack: %w", err)
	}
	return nil
}
