package tar

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

const blockSize = 512

// A block is a header of a tar archive. Its layout: POSIX ustar, and what GNU
// tar and its forerunners made of it.
type block [blockSize]byte

func (b *block) kind() byte { return b[156] }

// name is what all readers take for the name when no extension overrides it.
func (b *block) name() string {
	name := text(b[:100])
	if prefix := b.prefix(); prefix != "" {
		return prefix + "/" + name
	}
	return name
}

func (b *block) prefix() string {
	switch {
	case string(b[257:263]) != "ustar\x00":
		return ""
	case string(b[508:512]) == "tar\x00":
		return text(b[345:476]) // star keeps times after a shorter prefix
	}
	return text(b[345:500])
}

// oneTail reports whether all programs read the same after the device numbers:
// without the mark of POSIX, some read a prefix there, or the map of a sparse
// file, for any type; with it, some read a prefix on into the times of star.
func (b *block) oneTail() bool {
	switch {
	case string(b[257:263]) != "ustar\x00":
		return len(bytes.Trim(b[345:495], "\x00")) == 0
	case string(b[508:512]) == "tar\x00":
		return bytes.IndexByte(b[345:476], 0) >= 0
	}
	return true
}

// size returns the size in plain octal: digits, spaces before, spaces or NULs
// after. The binary form, meant for content beyond 8 GiB, is an error.
func (b *block) size() (int64, error) {
	field := b[124:136]
	digits := bytes.TrimLeft(bytes.TrimRight(field, " \x00"), " ")
	if len(digits) == 0 {
		return 0, nil
	}
	n, err := strconv.ParseUint(string(digits), 8, 63)
	if err != nil {
		return 0, fmt.Errorf("its size is %q", field)
	}
	return int64(n), nil
}

// executable reports whether the mode has an executable bit. The block is numeric.
func (b *block) executable() bool {
	mode, _ := strconv.ParseUint(strings.Trim(text(b[100:108]), " "), 8, 64)
	return mode&0o111 != 0
}

// numeric reports whether all programs read the other numbers in the header, or
// none: spaces, octal digits, spaces or NULs. Owner and time may be in binary.
func (b *block) numeric() bool {
	for _, field := range [][]byte{b[108:116], b[116:124], b[136:148]} { // owner, group, time
		if !isOctal(field) && field[0] != 0x80 && field[0] != 0xff {
			return false
		}
	}
	return isOctal(b[100:108]) && isOctal(b[329:337]) && isOctal(b[337:345]) // mode, device
}

func isOctal(field []byte) bool {
	digits := bytes.TrimLeft(field, " ")
	rest := bytes.TrimLeft(digits, "01234567")
	none := len(rest) == len(field) && len(bytes.Trim(field, "\x00")) == 0
	return none || len(rest) < len(digits) && len(bytes.Trim(rest, " \x00")) == 0
}

// marked reports whether the block has one of the marks of the formats that are
// read: none, as tar had it first, that of POSIX, and that of GNU.
func (b *block) marked() bool {
	switch string(b[257:263]) {
	case "ustar\x00", "ustar ":
		return true
	}
	return b.unmarked()
}

// unmarked reports whether the block has no mark, as tar had it first: a name that ends
// in "/" is then that of a directory.
func (b *block) unmarked() bool { return string(b[257:263]) == "\x00\x00\x00\x00\x00\x00" }

// intact reports whether the checksum is right, summed over the bytes as
// unsigned or, as some did, as signed numbers. It does not cover its own field, where
// bsdtar accepts nothing but a number.
func (b *block) intact() bool {
	field := b[148:156]
	want, err := strconv.ParseInt(strings.Trim(text(field), " "), 8, 64)
	if err != nil || !isOctal(field) {
		return false
	}
	var unsigned, signed int64
	for i, c := range b {
		if i >= 148 && i < 156 {
			c = ' '
		}
		unsigned += int64(c)
		signed += int64(int8(c))
	}
	return want == unsigned || want == signed
}

// text returns the text before the first NUL.
func text(field []byte) string {
	before, _, _ := bytes.Cut(field, []byte{0})
	return string(before)
}
