package source

import (
	"fmt"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/nearest"
)

// An UnknownSchemeError is returned for a scheme that no source serves. Its code is
// [pack.CodeInvalidRequest].
type UnknownSchemeError struct {
	Scheme string
	Known  []string // those that are served, sorted
}

// Error names the scheme, and the one that was probably meant or those that are served.
// A user who wrote a pack's name never wrote a scheme, so the text is about the index
// then.
func (e *UnknownSchemeError) Error() string {
	if e.Scheme == SchemeRegistry {
		return "a pack's name is looked up in a registry index, and none is configured: name an index, or write a URL or a ./path"
	}
	if len(e.Known) == 0 {
		return fmt.Sprintf("unknown scheme %.40q: no source is configured", e.Scheme)
	}
	words := e.words()
	if hint := nearest.Hint(e.Scheme, words); hint != "" {
		return fmt.Sprintf("unknown scheme %.40q%s", e.Scheme, hint)
	}
	return fmt.Sprintf("unknown scheme %.40q: have %s", e.Scheme, strings.Join(words, ", "))
}

// words are the known schemes as users write them.
func (e *UnknownSchemeError) words() []string {
	written := map[string][]string{
		SchemeRegistry: {}, SchemeLocal: {}, SchemeGit: {"github", "gitlab", "git+https", "git+file"}, SchemeHTTPS: {"https", "archive+https"},
	}
	var words []string
	for _, scheme := range e.Known {
		if as, ok := written[scheme]; ok {
			words = append(words, as...)
			continue
		}
		words = append(words, scheme)
	}
	return words
}

// Unwrap returns [pack.ErrInvalid].
func (e *UnknownSchemeError) Unwrap() error { return pack.ErrInvalid }

// ErrorCode implements [pack.Coder].
func (e *UnknownSchemeError) ErrorCode() pack.Code { return pack.CodeInvalidRequest }
