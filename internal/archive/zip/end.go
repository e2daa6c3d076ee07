package zip

import (
	"bytes"
	"encoding/binary"
)

const (
	endMagic      = "PK\x05\x06"
	end64Magic    = "PK\x06\x06"
	locatorMagic  = "PK\x06\x07"
	endSize       = 22
	end64Size     = 56
	locatorSize   = 20
	maxComment    = 1<<16 - 1
	none16        = 1<<16 - 1 // "look into the zip64 field"
	none32        = 1<<32 - 1
	end64SizeLeft = end64Size - 12 // as the record states its size
)

// An end describes the central directory, from the end records.
type end struct {
	at, size uint64 // of the central directory
	entries  uint64
	disks    uint32 // both numbers of disks
}

// findEnd reads the end record, the last one that begins before the end of the
// archive, as all programs look for it.
func findEnd(src *source, size int64) (end, error) {
	n := min(size, endSize+maxComment)
	tail, err := src.read(size-n, int(n))
	if err != nil {
		return end{}, err
	}
	i := bytes.LastIndex(tail, []byte(endMagic))
	if i < 0 || len(tail)-i < endSize {
		return end{}, malformed("it has no end record: it is truncated or followed by other data")
	}
	e, err := parseEnd(tail[i:])
	if err != nil {
		return end{}, err
	}
	start := size - n + int64(i)
	if start >= locatorSize {
		if e, start, err = findEnd64(src, e, start); err != nil {
			return end{}, err
		}
	}
	switch {
	case e.disks != 0:
		return end{}, malformed("it is split over several disks")
	case e.at+e.size < e.at || e.at+e.size != uint64(start):
		return end{}, malformed("its central directory does not end where the end record begins")
	case e.entries == 0:
		return end{}, malformed("it has no entries")
	}
	return e, nil
}

func parseEnd(b []byte) (end, error) {
	e := end{
		entries: uint64(binary.LittleEndian.Uint16(b[10:])),
		size:    uint64(binary.LittleEndian.Uint32(b[12:])),
		at:      uint64(binary.LittleEndian.Uint32(b[16:])),
		disks:   binary.LittleEndian.Uint32(b[4:]),
	}
	switch here := uint64(binary.LittleEndian.Uint16(b[8:])); {
	case len(b) != endSize+int(binary.LittleEndian.Uint16(b[20:])):
		return end{}, malformed("unexpected data after its end record, or a truncated comment")
	case here != e.entries:
		return end{}, malformed("it is split over several disks")
	}
	return e, nil
}

// findEnd64 reads the zip64 end record when its locator is in front of the end
// record at the offset start, and returns where the end records begin.
func findEnd64(src *source, e end, start int64) (end, int64, error) {
	locator, err := src.read(start-locatorSize, locatorSize)
	if err != nil || string(locator[:4]) != locatorMagic {
		return e, start, err
	}
	at := start - locatorSize - end64Size
	if at < 0 || binary.LittleEndian.Uint64(locator[8:]) != uint64(at) {
		return end{}, 0, malformed("its zip64 locator points elsewhere")
	}
	b, err := src.read(at, end64Size)
	if err != nil {
		return end{}, 0, err
	}
	e64 := end{
		entries: binary.LittleEndian.Uint64(b[32:]),
		size:    binary.LittleEndian.Uint64(b[40:]),
		at:      binary.LittleEndian.Uint64(b[48:]),
	}
	disks := binary.LittleEndian.Uint32(locator[4:]) != 0 || binary.LittleEndian.Uint32(locator[16:]) != 1 ||
		binary.LittleEndian.Uint64(b[16:]) != 0 || binary.LittleEndian.Uint64(b[24:]) != e64.entries
	agree := same(uint64(e.disks), 0, none32) && same(e.entries, e64.entries, none16) && same(e.size, e64.size, none32) && same(e.at, e64.at, none32)
	switch {
	case string(b[:4]) != end64Magic || binary.LittleEndian.Uint64(b[4:]) != end64SizeLeft:
		return end{}, 0, malformed("its zip64 end record is malformed")
	case disks:
		return end{}, 0, malformed("it is split over several disks")
	case !agree:
		return end{}, 0, malformed("its two end records contradict each other")
	}
	return e64, at, nil
}

// same reports whether a field agrees with its zip64 counterpart.
func same(field, field64, none uint64) bool { return field == field64 || field == none }
