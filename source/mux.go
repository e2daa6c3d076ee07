package source

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// A Mux is a [Source] made of others: it asks the one that serves the scheme of
// a locator or pin. It is a [Lister] too, for those of its sources that are. It
// is safe for concurrent use.
type Mux struct {
	sources map[string]Source
	schemes []string // sorted
}

var (
	_ Source = (*Mux)(nil)
	_ Lister = (*Mux)(nil)
)

// NewMux returns a Mux of sources. Each scheme is served by exactly one: a
// scheme that comes twice is an error.
func NewMux(sources ...Source) (*Mux, error) {
	m := &Mux{sources: map[string]Source{}}
	for i, s := range sources {
		if s == nil {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "compose sources: number %d is nil", i+1)
		}
		if err := m.add(s); err != nil {
			return nil, fmt.Errorf("compose sources: number %d: %w", i+1, err)
		}
	}
	slices.Sort(m.schemes)
	return m, nil
}

// schemePattern has at least two characters: one letter is a drive of Windows.
var schemePattern = regexp.MustCompile(`^[a-z][a-z0-9+-]+\z`)

func (m *Mux) add(s Source) error {
	schemes := s.Schemes()
	if len(schemes) == 0 {
		return pack.Errorf(pack.CodeInvalidRequest, "serves no scheme")
	}
	for _, scheme := range schemes {
		switch {
		case !schemePattern.MatchString(scheme):
			return pack.Errorf(pack.CodeInvalidRequest, "scheme %q: want two characters or more, a lower-case letter, then lower-case letters, digits, %q or %q", scheme, "+", "-")
		case m.sources[scheme] != nil:
			return pack.Errorf(pack.CodeInvalidRequest, "scheme %q is served by another source already", scheme)
		}
		m.sources[scheme] = s
		m.schemes = append(m.schemes, scheme)
	}
	return nil
}

// Schemes lists the schemes of all sources, sorted.
func (m *Mux) Schemes() []string { return slices.Clone(m.schemes) }

// Resolve asks the source that serves loc.Scheme. A scheme that none serves is
// an [*UnknownSchemeError].
func (m *Mux) Resolve(ctx context.Context, loc Locator) ([]pack.Pin, error) {
	s, err := m.serving(loc.Scheme)
	if err != nil {
		return nil, err
	}
	return s.Resolve(ctx, loc)
}

// Fetch asks the source that serves pin.Scheme. A scheme that none serves is an
// [*UnknownSchemeError].
func (m *Mux) Fetch(ctx context.Context, pin pack.Pin, dst Sink) error {
	s, err := m.serving(pin.Scheme)
	if err != nil {
		return err
	}
	return s.Fetch(ctx, pin, dst)
}

// Versions asks the source that serves loc.Scheme. One that is no [Lister] gives
// an error that matches [errors.ErrUnsupported].
func (m *Mux) Versions(ctx context.Context, loc Locator) ([]pack.Pin, error) {
	s, err := m.serving(loc.Scheme)
	if err != nil {
		return nil, err
	}
	lister, ok := As[Lister](s)
	if !ok {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "list versions of %q: scheme %q knows none: %w", loc.String(), loc.Scheme, errors.ErrUnsupported)
	}
	return lister.Versions(ctx, loc)
}

func (m *Mux) serving(scheme string) (Source, error) {
	if s := m.sources[scheme]; s != nil {
		return s, nil
	}
	return nil, &UnknownSchemeError{Scheme: scheme, Known: m.Schemes()}
}

// An UnknownSchemeError says that no source serves a scheme. Its code is
// [pack.CodeInvalidRequest].
type UnknownSchemeError struct {
	Scheme string
	Known  []string // what there is, sorted
}

// Error names the scheme and those that there are. Who wrote a pack's name
// never wrote a scheme, and is told about the index instead.
func (e *UnknownSchemeError) Error() string {
	if e.Scheme == SchemeRegistry {
		return "a pack's name is looked up in a registry index, and none is configured: name an index, or write a URL or a ./path"
	}
	if len(e.Known) == 0 {
		return fmt.Sprintf("unknown scheme %q: there is no source", e.Scheme)
	}
	return fmt.Sprintf("unknown scheme %q: have %s", e.Scheme, strings.Join(e.Known, ", "))
}

// Unwrap returns [pack.ErrInvalid].
func (e *UnknownSchemeError) Unwrap() error { return pack.ErrInvalid }

// ErrorCode implements [pack.Coder].
func (e *UnknownSchemeError) ErrorCode() pack.Code { return pack.CodeInvalidRequest }
