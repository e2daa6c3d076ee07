// Package plain turns the bytes of text files into UTF-8 text. Files of packs and
// indices are UTF-8, with or without a byte order mark, which editors of Windows
// write; requirements of Python packages are also what pip reads.
package plain

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// An Error says why bytes are not a text.
type Error struct {
	Line   int    // counted from 1; 0 for the whole file
	Reason string // what is wrong and what to do
}

// Error returns the reason.
func (e *Error) Error() string { return e.Reason }

// UTF8 returns data without a byte order mark. Data that is not UTF-8 is an
// [*Error].
func UTF8(data []byte) ([]byte, error) {
	if name, _ := marked(data); name != "" {
		return nil, &Error{1, "not UTF-8 but " + name + "; save the file as UTF-8"}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if utf8.Valid(data) {
		return data, nil
	}
	return nil, &Error{lineOf(data), "not UTF-8; save the file as UTF-8"}
}

// lineOf returns the line of the first byte that is not UTF-8.
func lineOf(data []byte) int {
	line := 1
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		data = data[size:]
	}
	return line
}

// marked returns the encoding that a byte order mark at the beginning of data
// states, and how to read it; "" and nil for none but that of UTF-8.
func marked(data []byte) (name string, decode func() ([]byte, bool)) {
	for _, m := range []struct {
		mark, name string
		decode     func([]byte) ([]byte, bool)
	}{
		{"\x00\x00\xfe\xff", "UTF-32", nil},
		{"\xff\xfe\x00\x00", "UTF-32", nil},
		{"\xfe\xff", "UTF-16", fromUTF16(binary.BigEndian)},
		{"\xff\xfe", "UTF-16", fromUTF16(binary.LittleEndian)},
	} {
		if rest, ok := bytes.CutPrefix(data, []byte(m.mark)); ok {
			return m.name, func() ([]byte, bool) { return m.decode(rest) }
		}
	}
	return "", nil
}

var codingComment = regexp.MustCompile(`coding[:=]\s*([-\w.]+)`)

// Requirements returns the text of a requirements.txt as pip reads it: in UTF-16
// when it has a mark, in what a comment such as "# coding: latin-1" in
// its first two lines says, else in UTF-8.
func Requirements(data []byte) ([]byte, error) {
	if name, decode := marked(data); name == "UTF-16" {
		return decoded(name, decode)
	}
	for _, line := range bytes.SplitN(data, []byte("\n"), 3)[:min(2, 1+bytes.Count(data, []byte("\n")))] {
		if m := codingComment.FindSubmatch(line); m != nil && line[0] == '#' {
			return commented(string(m[1]), data)
		}
	}
	return UTF8(data)
}

func decoded(name string, decode func() ([]byte, bool)) ([]byte, error) {
	text, ok := decode()
	if !ok {
		return nil, &Error{0, "not " + name + ", although it says so; save the file as UTF-8"}
	}
	return text, nil
}

// commented reads data in the encoding that its comment names.
func commented(name string, data []byte) ([]byte, error) {
	switch strings.ReplaceAll(strings.ToLower(name), "_", "-") {
	case "utf-8", "utf8", "utf-8-sig", "ascii", "us-ascii":
		return UTF8(data)
	case "latin-1", "latin1", "iso-8859-1", "iso8859-1", "l1":
		return fromLatin1(data), nil
	case "cp1252", "windows-1252", "1252":
		return decoded(name, func() ([]byte, bool) { return fromWindows(data) })
	}
	return nil, &Error{1, fmt.Sprintf("its comment says that it is in %.64q, which is not read here; save the file as UTF-8 and remove the comment", name)}
}

func fromLatin1(data []byte) []byte {
	text := make([]byte, 0, len(data))
	for _, b := range data {
		text = utf8.AppendRune(text, rune(b))
	}
	return text
}

// windows lists what 0x80 to 0x9f mean on Windows; a blank for nothing.
const windows = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ"

func fromWindows(data []byte) ([]byte, bool) {
	high := []rune(windows)
	text := make([]byte, 0, len(data))
	for _, b := range data {
		r := rune(b)
		if b >= 0x80 && b < 0xa0 {
			if r = high[b-0x80]; r == ' ' {
				return nil, false
			}
		}
		text = utf8.AppendRune(text, r)
	}
	return text, true
}

func fromUTF16(order binary.ByteOrder) func([]byte) ([]byte, bool) {
	return func(data []byte) ([]byte, bool) {
		if len(data)%2 != 0 {
			return nil, false
		}
		units := make([]uint16, len(data)/2)
		for i := range units {
			units[i] = order.Uint16(data[2*i:])
		}
		runes := utf16.Decode(units)
		return []byte(string(runes)), isExact(runes, units)
	}
}

// isExact reports whether no half of a pair stands alone.
func isExact(runes []rune, units []uint16) bool {
	encoded := utf16.Encode(runes)
	for i := range encoded {
		if i >= len(units) || encoded[i] != units[i] {
			return false
		}
	}
	return len(encoded) == len(units)
}
