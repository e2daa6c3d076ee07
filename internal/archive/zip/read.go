package zip

import (
	"bufio"
	"encoding/binary"
	"io"
)

// readCentral reads the next header of the central directory.
func readCentral(dir *bufio.Reader) (*central, error) {
	le := binary.LittleEndian
	var b [centralSize]byte
	if _, err := io.ReadFull(dir, b[:]); err != nil || string(b[:4]) != centralMagic {
		return nil, malformed("its central directory is malformed, encrypted, or has fewer entries than its end record says")
	}
	nameLen, extraLen, commentLen := int(le.Uint16(b[28:])), int(le.Uint16(b[30:])), int(le.Uint16(b[32:]))
	text := make([]byte, nameLen+extraLen+commentLen)
	if _, err := io.ReadFull(dir, text); err != nil {
		return nil, malformed("its central directory is truncated")
	}
	c := &central{
		header: parseFixed(b[6:]), madeBy: b[5], madeWith: b[4], extra: extraLen > 0,
		attributes: le.Uint32(b[38:]), at: uint64(le.Uint32(b[42:])),
	}
	c.name = string(text[:nameLen])
	if disk := le.Uint16(b[34:]); disk != 0 {
		return nil, malformed("entry %.80q is on another disk", c.name)
	}
	if err := checkText(text); err != nil {
		return nil, err
	}
	var wanted []*uint64
	for _, field := range []*uint64{&c.size, &c.packed, &c.at} {
		if *field == none32 {
			wanted = append(wanted, field)
		}
	}
	sizes := c.size == none32 || c.packed == none32
	err := c.readExtra(text[nameLen:nameLen+extraLen], wanted)
	c.zip64 = sizes
	return c, err
}

// readLocal reads the header in front of the content of a file, and returns
// where the content begins.
func (s *scanner) readLocal(at uint64) (*header, uint64, error) {
	b, err := s.src.read(int64(at), localSize)
	if err != nil {
		return nil, 0, err
	}
	if string(b[:4]) != localMagic {
		return nil, 0, malformed("there is no entry at the offset in its central directory")
	}
	nameLen, extraLen := int(binary.LittleEndian.Uint16(b[26:])), int(binary.LittleEndian.Uint16(b[28:]))
	h := parseFixed(b[4:])
	at += localSize
	text, err := s.src.read(int64(at), nameLen+extraLen)
	if err != nil {
		return nil, 0, err
	}
	h.name = string(text[:nameLen])
	var wanted []*uint64
	switch {
	case h.size == none32 && h.packed == none32:
		wanted = []*uint64{&h.size, &h.packed}
	case h.size == none32 || h.packed == none32:
		return nil, 0, malformed("entry %.80q has one of its sizes in a zip64 field, and not the other", h.name)
	}
	err = h.readExtra(text[nameLen:], wanted)
	return &h, at + uint64(nameLen+extraLen), err
}
