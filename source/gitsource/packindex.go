package gitsource

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/roots"
)

const (
	// mostPacks is far more than a repository has that is collected now and
	// then, and bounds the files that are open.
	mostPacks = 200

	indexMagic  = "\xfftOc\x00\x00\x00\x02" // version 2
	fanoutStart = int64(len(indexMagic))
	namesStart  = fanoutStart + 256*4
	nameBytes   = int64(len(plumbing.Hash{}))
	packHeader  = 12
)

// A packIndex finds objects in a pack of this machine. The files stay open, and
// so as they were, when git replaces the pack.
type packIndex struct {
	index  *os.File
	pack   *os.File
	size   int64 // of pack
	fanout [256]int64
}

// openPacks opens the packs of a repository.
func openPacks(objects *os.Root) ([]*packIndex, error) {
	dir, err := enterDir(objects, "pack")
	if errors.Is(err, pack.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer dir.Close() //nolint:errcheck // it was only read
	names, err := packNames(dir)
	if err != nil {
		return nil, err
	}
	var packs []*packIndex
	for _, name := range names {
		p, err := openPack(dir, name)
		if errors.Is(err, pack.ErrNotFound) {
			continue // replaced meanwhile
		}
		if err != nil {
			return packs, err
		}
		packs = append(packs, p)
	}
	return packs, nil
}

// packNames lists the packs that have an index, without their suffix.
func packNames(dir *os.Root) ([]string, error) {
	list, err := dir.Open(".")
	if err != nil {
		return nil, pack.Errorf(pack.CodeIO, "read packs: %w", err)
	}
	defer list.Close() //nolint:errcheck // it was only read
	var names []string
	for {
		some, err := list.Readdirnames(512)
		for _, name := range some {
			if base, ok := strings.CutSuffix(name, ".idx"); ok {
				names = append(names, base)
			}
		}
		if err := check("number of packs", mostPacks, int64(len(names))); err != nil {
			return nil, err
		}
		if err == io.EOF {
			return names, nil
		}
		if err != nil {
			return nil, pack.Errorf(pack.CodeIO, "read packs: %w", err)
		}
	}
}

func openPack(dir *os.Root, name string) (*packIndex, error) {
	index, info, err := roots.OpenFile(dir, name+".idx")
	if err != nil {
		return nil, err
	}
	p := &packIndex{index: index}
	if err := p.readFanout(info.Size()); err != nil {
		return nil, errors.Join(err, p.close())
	}
	if p.pack, info, err = roots.OpenFile(dir, name+".pack"); err != nil {
		return nil, errors.Join(err, p.close())
	}
	p.size = info.Size()
	return p, nil
}

func (p *packIndex) close() error {
	if p.pack == nil {
		return p.index.Close()
	}
	return errors.Join(p.index.Close(), p.pack.Close())
}

// readFanout reads how many objects there are up to each first byte of a name.
func (p *packIndex) readFanout(size int64) error {
	head := make([]byte, namesStart)
	if err := p.readAt(head, 0); err != nil {
		return err
	}
	if !bytes.HasPrefix(head, []byte(indexMagic)) {
		return broken("the index of a pack is not of version 2: let git repack the repository")
	}
	last := int64(0)
	for i := range p.fanout {
		n := int64(binary.BigEndian.Uint32(head[fanoutStart+int64(i)*4:]))
		if n < last {
			return broken("the index of a pack is corrupt")
		}
		p.fanout[i], last = n, n
	}
	if size < namesStart+last*(nameBytes+8) {
		return broken("the index of a pack is cut short")
	}
	return nil
}

// find returns the offset of an object in the pack.
func (p *packIndex) find(id plumbing.Hash) (offset int64, ok bool, err error) {
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
func (p *packIndex) offset(i int64) (int64, error) {
	count := p.fanout[255]
	table := namesStart + count*(nameBytes+4)
	short, err := p.number(table+i*4, 4)
	const isLong = 1 << 31
	if err == nil && short&isLong != 0 {
		short, err = p.number(table+count*4+(short&^isLong)*8, 8)
	}
	if err == nil && (short < packHeader || short >= p.size) {
		err = broken("the index of a pack names a place outside of it")
	}
	return short, err
}

// number reads a number of 4 or 8 bytes.
func (p *packIndex) number(at int64, n int) (int64, error) {
	var b [8]byte
	err := p.readAt(b[8-n:], at)
	return int64(binary.BigEndian.Uint64(b[:]) &^ (1 << 63)), err
}

func (p *packIndex) readAt(b []byte, at int64) error {
	_, err := p.index.ReadAt(b, at)
	switch {
	case err == io.EOF:
		return broken("the index of a pack is cut short")
	case err != nil:
		return pack.Errorf(pack.CodeIO, "read the index of a pack: %w", err)
	}
	return nil
}
