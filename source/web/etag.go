package web

import (
	"net/http"
	"regexp"
	"strings"
)

var strongETagPattern = regexp.MustCompile(`^"[\x21\x23-\x7e]{1,200}"\z`)

// StrongETag returns the entity tag of a response's header when it is a strong
// one, which stands for the same bytes whenever the server states it; "" else.
func StrongETag(h http.Header) string {
	if tags := h.Values("ETag"); len(tags) == 1 && strongETagPattern.MatchString(tags[0]) {
		return tags[0]
	}
	return ""
}

// ContentEncoding returns all encodings that a response's header names, in one
// line or several; "" when there are none.
func ContentEncoding(h http.Header) string {
	return strings.Join(h.Values("Content-Encoding"), ", ")
}
