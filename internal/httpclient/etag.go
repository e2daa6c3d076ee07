package httpclient

import (
	"net/http"
	"regexp"
)

var strongETagPattern = regexp.MustCompile(`^"[\x21\x23-\x7e]{1,200}"\z`)

// StrongETag returns the entity tag of a response's header when it is a strong
// one, which stands for the same bytes whenever the server states it; "" else.
func StrongETag(h http.Header) string {
	if tag := h.Get("ETag"); strongETagPattern.MatchString(tag) {
		return tag
	}
	return ""
}
