package yaml

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

var byteOrderMark = []byte("\xef\xbb\xbf")

// checkText returns data without a byte order mark, or the first character that
// cannot be part of a document.
func checkText(data []byte) ([]byte, *Problem) {
	data = bytes.TrimPrefix(data, byteOrderMark)
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if message := textFault(r, size); message != "" {
			line := 1 + bytes.Count(data[:i], []byte("\n"))
			return nil, &Problem{Reason: Encoding, Line: line, Message: message}
		}
		i += size
	}
	return data, nil
}

func textFault(r rune, size int) string {
	switch {
	case r == utf8.RuneError && size <= 1:
		return "not UTF-8; save the file as UTF-8"
	case r == '\t', r == '\n', r == '\r', r == 0x85:
		return ""
	case r < ' ', 0x7f <= r && r < 0xa0, r == 0xfffe, r == 0xffff:
		return fmt.Sprintf("control character %U; remove it", r)
	}
	return ""
}
