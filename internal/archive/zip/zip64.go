package zip

import (
	"encoding/binary"
	"slices"
)

// A field64 is a number of a header that a zip64 field can hold.
type field64 struct {
	value *uint64
	none  uint64 // the value that means "look into the zip64 field"
	width int    // of its counterpart in the zip64 field
}

func (f field64) wanted() bool { return *f.value == f.none }

func (h *header) sizes64() []field64 {
	return []field64{{&h.size, none32, 8}, {&h.packed, none32, 8}}
}

// readZip64 reads a zip64 field. It holds the numbers that the header lacks, or
// repeats others, as archivers write it that do not know the sizes beforehand.
func (h *header) readZip64(data []byte, fields []field64) error {
	held, ok := heldBy(len(data), fields)
	if h.zip64 || !ok {
		return malformed("entry %.80q has two zip64 fields, or one that does not hold the numbers that its header lacks", h.name)
	}
	h.zip64 = true
	for _, f := range held {
		n := uint64(binary.LittleEndian.Uint32(data))
		if f.width == 8 {
			n = binary.LittleEndian.Uint64(data)
		}
		if !f.wanted() && n != *f.value {
			return malformed("entry %.80q has two sizes or offsets: %d in its header and %d in its zip64 field", h.name, *f.value, n)
		}
		*f.value, data = n, data[f.width:]
	}
	return nil
}

// heldBy returns the numbers that a zip64 field of n bytes holds. It is false when programs
// disagree on that: some read the wanted numbers only, others all from the first to the last.
func heldBy(n int, fields []field64) (held []field64, ok bool) {
	wanted := slices.DeleteFunc(slices.Clone(fields), func(f field64) bool { return !f.wanted() })
	if widthOf(wanted) == n {
		return wanted, true // Ant writes fields that hold none
	}
	for i := range fields {
		if i < len(wanted) && !fields[i].wanted() {
			return nil, false
		}
		if all := fields[:i+1]; widthOf(all) == n && len(all) > len(wanted) {
			return all, true
		}
	}
	return nil, false
}

func widthOf(fields []field64) (n int) {
	for _, f := range fields {
		n += f.width
	}
	return n
}
