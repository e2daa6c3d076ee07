package source

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// escape returns err with a text that is safe for a terminal or a log:
// non-graphic characters are written as in Go source. errors.Is and errors.As
// see err.
func escape(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if utf8.ValidString(text) && !strings.ContainsFunc(text, notGraphic) {
		return err
	}
	return &escapedError{error: err, text: escapeText(text)}
}

func notGraphic(r rune) bool { return r == utf8.RuneError || !unicode.IsGraphic(r) }

func escapeText(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		part := text[:size]
		if notGraphic(r) {
			part = strings.Trim(strconv.QuoteToASCII(part), `"`)
		}
		b.WriteString(part)
		text = text[size:]
	}
	return b.String()
}

// An escapedError has another text than the error it wraps.
type escapedError struct {
	error

	text string
}

// Error returns the escaped text.
func (e *escapedError) Error() string { return e.text }

// Unwrap returns the error with the original text.
func (e *escapedError) Unwrap() error { return e.error }
