package zip

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
)

// Extra fields that are read.
const (
	extraZip64 = 0x0001
	extraTimes = 0x5455
	extraName  = 0x7075
	extraAES   = 0x9901
)

// harmless reports whether an extra field may be ignored: times, owners, marks
// of programs, comments, alignment.
func harmless(id uint16) bool {
	switch id {
	case 0x000a, // NTFS times
		0x4453, // security descriptor of Windows
		extraTimes,
		0x5855, // times and owner, old
		0x7855, // owner, old
		0x7875, // owner
		0x6375, // comment in UTF-8
		0xa220, // padding for growth
		0x9999, // room of rubyzip for a zip64 field
		0xcafe, // mark of jar
		0xd935: // alignment
		return true
	}
	return false
}

// eachExtra calls read for each of the extra fields.
func eachExtra(extra []byte, read func(id uint16, data []byte) error) error {
	for len(extra) > 0 {
		if len(extra) < 4 {
			return malformed("an extra field is malformed")
		}
		id, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if extra = extra[4:]; len(extra) < n {
			return malformed("an extra field is malformed")
		}
		if err := read(id, extra[:n]); err != nil {
			return err
		}
		extra = extra[n:]
	}
	return nil
}

// readExtra takes from the extra fields of a header the values that replace its
// own. fields are those that a zip64 field may hold, in its order.
func (h *header) readExtra(extra []byte, fields []field64) error {
	named := false
	err := eachExtra(extra, func(id uint16, data []byte) error {
		switch {
		case id == extraZip64:
			return h.readZip64(data, fields)
		case id == extraName && !named:
			named = true
			return h.checkSecondName(data)
		case id == extraAES:
			return malformed("entry %.80q is encrypted", h.name)
		case id == extraTimes && len(data) == 0:
			return malformed("entry %.80q has a field of times without any, for which bsdtar refuses the archive", h.name)
		case !harmless(id):
			return malformed("entry %.80q has the extra field %#04x, which is unknown, comes twice, or can name another file", h.name, id)
		}
		return nil
	})
	if err == nil && !h.zip64 && slices.ContainsFunc(fields, field64.wanted) {
		return malformed("entry %.80q has a size that needs a zip64 field, and no such field", h.name)
	}
	return err
}

// checkSecondName compares a second name in UTF-8, which some programs prefer.
// Where the first one is not in UTF-8, unzip of Debian goes on to misread the
// descriptors of all files, and refuses the archive.
func (h *header) checkSecondName(data []byte) error {
	same := len(data) >= 5 && data[0] == 1 && binary.LittleEndian.Uint32(data[1:]) == crc32.ChecksumIEEE([]byte(h.name)) && string(data[5:]) == h.name
	if !same || h.flags&flagUTF8 == 0 {
		return malformed("entry %.80q has a second name, which differs or is not needed", h.name)
	}
	return nil
}
