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
		internal: le.Uint16(b[36:]), attributes: le.Uint32(b[38:]), at: uint64(le.Uint32(b[42:])),
	}
	c.name = string(text[:nameLen])
	if err := checkText(text); err != nil {
		return nil, err
	}
	disk := uint64(le.Uint16(b[34:]))
	c.zip64Sizes = c.size == none32 || c.packed == none32
	fields := append(c.sizes64(), field64{&c.at, none32, 8}, field64{&disk, none16, 4})
	if err := c.readExtra(text[nameLen:nameLen+extraLen], fields); err != nil {
		return nil, err
	}
	if disk != 0 {
		return nil, malformed("entry %.80q is on another disk", c.name)
	}
	return c, nil
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
	if (h.size == none32) != (h.packed == none32) {
		return nil, 0, malformed("entry %.80q has one of its sizes in a zip64 field, and not the other", h.name)
	}
	err = h.readExtra(text[nameLen:], h.sizes64())
	return &h, at + uint64(nameLen+extraLen), err
}
