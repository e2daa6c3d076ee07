package zip

import (
	"bufio"
	"encoding/binary"
	"io"
	"io/fs"
	"math"

	"github.com/packtrain/pack"
)

const (
	freeOfRatio = 10 << 20
	readAhead   = 64 << 10
)

// A file is an entry whose two headers agree.
type file struct {
	name         string
	mode         fs.FileMode
	fault        error
	method       uint16
	crc          uint32
	at           int64 // of the compressed content
	packed, size int64
}

// A scanner reads the central directory and the local headers in lock-step.
type scanner struct {
	src    *source
	size   int64
	end    end
	limits Limits

	entries, unpacked int64
}

// each calls visit for each file, in order. A file is checked as soon as it is
// known where the next one begins.
func (s *scanner) each(visit func(*file) error) error {
	s.entries, s.unpacked = 0, 0
	dir := bufio.NewReaderSize(io.NewSectionReader(s.src, int64(s.end.at), int64(s.end.size)), readAhead)
	var pending *central
	var at uint64
	for range s.end.entries {
		next, err := readCentral(dir)
		if err != nil {
			return err
		}
		if pending != nil {
			if err := s.file(pending, at, next.at, visit); err != nil {
				return err
			}
			at = next.at
		} else if next.at != 0 {
			return malformed("unexpected data before its first entry")
		}
		pending = next
	}
	if _, err := dir.Peek(1); err != io.EOF {
		return malformed("its central directory has more entries than its end record says")
	}
	return s.file(pending, at, s.end.at, visit)
}

// file checks the file that c describes and that takes the bytes from at to next.
func (s *scanner) file(c *central, at, next uint64, visit func(*file) error) error {
	local, start, err := s.readLocal(at)
	if err != nil {
		return err
	}
	if err := c.check(); err != nil {
		return err
	}
	if err := c.agree(local); err != nil {
		return err
	}
	if err := c.checkOrigin(); err != nil {
		return err
	}
	c.zip64Local = local.zip64
	switch {
	case next > s.end.at || next < start || next-start < c.packed:
		return malformed("entry %.80q overlaps with what follows it", c.name)
	case c.size > math.MaxInt64:
		return malformed("entry %.80q has an impossible size", c.name)
	}
	if err := s.descriptor(c, start+c.packed, next); err != nil {
		return err
	}
	mode, err := c.mode()
	switch {
	case err != nil:
		return err
	case mode.IsDir() && c.size > 0:
		return malformed("the directory %.80q has content", c.name)
	case c.method == methodStored && c.packed != c.size:
		return malformed("entry %.80q is stored, and has two sizes", c.name)
	}
	fault := c.fault(mode)
	if fault != nil {
		mode = fs.ModeIrregular
	}
	if err := s.count(int64(c.size)); err != nil {
		return err
	}
	return visit(&file{
		name: c.name, mode: mode, fault: fault, method: c.method, crc: c.crc,
		at: int64(start), packed: int64(c.packed), size: int64(c.size),
	})
}

// count keeps to the limits.
func (s *scanner) count(size int64) error {
	s.entries++
	if s.entries > s.limits.Entries {
		return &pack.LimitError{Limit: "number of entries", Max: s.limits.Entries, Value: s.entries}
	}
	if size > math.MaxInt64-s.unpacked {
		size = math.MaxInt64 - s.unpacked
	}
	s.unpacked += size
	if s.unpacked > s.limits.Unpacked {
		return &pack.LimitError{Limit: "unpacked size", Max: s.limits.Unpacked, Value: s.unpacked}
	}
	if ratio := s.unpacked / s.size; s.unpacked > freeOfRatio && ratio > s.limits.Ratio {
		return &pack.LimitError{Limit: "compression ratio", Max: s.limits.Ratio, Value: ratio}
	}
	return nil
}

// descriptor checks the bytes between the content of a file and the next file:
// nothing, or size and checksum once more, with or without a magic number.
func (s *scanner) descriptor(c *central, from, to uint64) error {
	const magic = "PK\x07\x08"
	n := to - from
	if c.flags&flagDescriptor == 0 {
		if n != 0 {
			return malformed("unexpected data after entry %.80q", c.name)
		}
		return nil
	}
	width, marked := c.descriptorWidth(n)
	if width == 0 {
		return malformed("unexpected data after entry %.80q", c.name)
	}
	b, err := s.src.read(int64(from), int(n))
	if err != nil {
		return err
	}
	if marked {
		if string(b[:4]) != magic {
			return malformed("unexpected data after entry %.80q", c.name)
		}
		b = b[4:]
	}
	if binary.LittleEndian.Uint32(b) != c.crc || number(b[4:4+width]) != c.packed || number(b[4+width:]) != c.size {
		return malformed("entry %.80q has another size or checksum after its content", c.name)
	}
	return nil
}

// descriptorWidth returns the width of each size in a descriptor of n bytes, 0 when there is none
// of that length, and whether a magic number precedes them. They are wide only where a header has
// a zip64 field, and some archivers write narrow ones although the first header has one.
func (c *central) descriptorWidth(n uint64) (width uint64, marked bool) {
	switch wide := c.zip64 || c.zip64Local; {
	case (n == 12 || n == 16) && !c.zip64Sizes:
		return 4, n == 16
	case (n == 20 || n == 24) && wide:
		return 8, n == 24
	}
	return 0, false
}

func number(b []byte) uint64 {
	if len(b) == 4 {
		return uint64(binary.LittleEndian.Uint32(b))
	}
	return binary.LittleEndian.Uint64(b)
}
