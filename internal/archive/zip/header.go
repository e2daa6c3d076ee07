package zip

import (
	"encoding/binary"
	"strings"
)

const (
	centralMagic = "PK\x01\x02"
	localMagic   = "PK\x03\x04"
	centralSize  = 46
	localSize    = 30

	flagEncrypted  = 1 << 0
	flagLevel      = 1<<1 | 1<<2 // how hard the compressor tried
	flagDescriptor = 1 << 3      // sizes and checksum follow the content
	flagStrong     = 1 << 6
	flagUTF8       = 1 << 11
	flagMasked     = 1 << 13
	flagsKnown     = flagLevel | flagDescriptor | flagUTF8

	methodStored   = 0
	methodDeflated = 8
	methodAES      = 99

	newestVersion = 45 // 4.5: zip64
)

// A header is one of the two descriptions of a file.
type header struct {
	name          string
	needed, flags uint16
	method        uint16
	crc           uint32
	packed, size  uint64
	zip64         bool // it has a zip64 field
}

// A central header says more than a local one.
type central struct {
	header

	madeBy     byte // a system
	madeWith   byte // a version of the format
	extra      bool // it has extra fields
	zip64Sizes bool // only its zip64 field has them
	zip64Local bool // the local header has a zip64 field
	internal   uint16
	attributes uint32
	at         uint64 // of the local header
}

// parseFixed reads the fields that both kinds of headers share.
func parseFixed(b []byte) header {
	le := binary.LittleEndian
	return header{
		needed: le.Uint16(b),
		flags:  le.Uint16(b[2:]),
		method: le.Uint16(b[4:]),
		crc:    le.Uint32(b[10:]),
		packed: uint64(le.Uint32(b[14:])),
		size:   uint64(le.Uint32(b[18:])),
	}
}

// check refuses unsupported features.
func (h *header) check() error {
	switch {
	case h.flags&(flagEncrypted|flagStrong|flagMasked) != 0 || h.method == methodAES:
		return malformed("entry %.80q is encrypted", h.name)
	case h.flags&^flagsKnown != 0:
		return malformed("entry %.80q has unsupported flags %#x", h.name, h.flags)
	case h.method != methodStored && h.method != methodDeflated:
		return malformed("entry %.80q has the unsupported compression method %d", h.name, h.method)
	case h.needed > newestVersion:
		return malformed("entry %.80q needs the unsupported version %d of the format", h.name, h.needed)
	}
	return nil
}

// checkText refuses the magic numbers of end records in the parts of a header
// that hold text: some program could find them there.
func checkText(text []byte) error {
	for _, magic := range []string{endMagic, end64Magic, locatorMagic} {
		if strings.Contains(string(text), magic) {
			return malformed("its central directory holds a second end record")
		}
	}
	return nil
}

// agree compares a local header with the central one.
func (c *central) agree(l *header) error {
	sizes := l.crc == c.crc && l.packed == c.packed && l.size == c.size
	later := l.flags&flagDescriptor != 0 && zeroOr(uint64(l.crc), uint64(c.crc)) && zeroOr(l.packed, c.packed) && zeroOr(l.size, c.size)
	switch {
	case l.name != c.name:
		return malformed("entry %.80q is called %.80q in the central directory", l.name, c.name)
	case l.method != c.method || l.flags != c.flags && (l.method != methodDeflated || (l.flags^c.flags)&^flagLevel != 0):
		return malformed("entry %.80q has another method or other flags in the central directory", l.name)
	case !sizes && !later:
		return malformed("entry %.80q has another size or checksum in the central directory", l.name)
	case c.zip64Sizes && !l.zip64 && l.flags&flagDescriptor == 0: // yazl leaves both sizes to the descriptor
		return malformed("entry %.80q needs a zip64 field in the central directory only", l.name)
	}
	return l.check()
}

func zeroOr(got, want uint64) bool { return got == 0 || got == want }
