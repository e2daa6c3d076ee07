package yaml

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/packtrain/pack/internal/text/plain"
)

// checkText returns data without a byte order mark, or the first character that
// cannot be part of a document.
func checkText(data []byte) ([]byte, *Problem) {
	data, err := plain.UTF8(data)
	if e, ok := errors.AsType[*plain.Error](err); ok {
		return nil, &Problem{Reason: Encoding, Line: e.Line, Message: e.Reason}
	}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if message := textFault(r); message != "" {
			line := 1 + bytes.Count(data[:i], []byte("\n"))
			return nil, &Problem{Reason: Encoding, Line: line, Message: message}
		}
		i += size
	}
	return data, nil
}

func textFault(r rune) string {
	switch {
	case r == '\t', r == '\n', r == '\r', r == 0x85:
		return ""
	case r < ' ', 0x7f <= r && r < 0xa0, r == 0xfffe, r == 0xffff:
		return fmt.Sprintf("control character %U; remove it", r)
	}
	return ""
}
