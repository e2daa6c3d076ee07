package source

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/packtrain/pack"
)

// A Mux is a [Source] composed of plug-ins: it calls the [Resolver] that serves the
// scheme of a locator, and the [Fetcher] that serves the scheme of a pin. Before that
// it refuses unknown schemes, and a context that is done; it escapes control characters
// in the text of errors, while [errors.Is], [errors.As] and [pack.CodeOf] see the
// plug-in's own error. It is safe for concurrent use.
type Mux struct {
	resolvers map[string]Resolver
	fetchers  map[string]Fetcher
}

var _ Source = (*Mux)(nil)

// NewMux returns a Mux of plug-ins, each of which is a [Resolver], a [Fetcher]
// or both, and serves its schemes in each of these roles. Schemes for resolving
// and for fetching are separate: a Fetcher that decorates that of another Mux
// may serve the schemes of a Resolver beside it. A duplicate scheme in one role
// is an error, as is a plug-in that is neither. A Mux among the plug-ins stands
// for its own plug-ins. Errors have [pack.CodeInvalidRequest].
func NewMux(plugins ...Plugin) (*Mux, error) {
	m := &Mux{resolvers: map[string]Resolver{}, fetchers: map[string]Fetcher{}}
	for i, p := range plugins {
		if err := m.add(p); err != nil {
			return nil, fmt.Errorf("compose sources: number %d: %w", i+1, err)
		}
	}
	return m, nil
}

func (m *Mux) add(p Plugin) error {
	if inner, ok := p.(*Mux); ok && inner != nil {
		return m.merge(inner)
	}
	_, resolves := p.(Resolver)
	_, fetches := p.(Fetcher)
	switch {
	case p == nil:
		return pack.Errorf(pack.CodeInvalidRequest, "it is nil")
	case !resolves && !fetches:
		return pack.Errorf(pack.CodeInvalidRequest, "%T is neither a Resolver nor a Fetcher", p)
	}
	schemes := p.Schemes()
	if len(schemes) == 0 {
		return pack.Errorf(pack.CodeInvalidRequest, "serves no scheme")
	}
	for _, scheme := range schemes {
		if err := m.serve(scheme, p); err != nil {
			return err
		}
	}
	return nil
}

// merge adds the plug-ins of another Mux.
func (m *Mux) merge(inner *Mux) error {
	for scheme, r := range inner.resolvers {
		if err := claim(m.resolvers, scheme, r, "resolved"); err != nil {
			return err
		}
	}
	for scheme, f := range inner.fetchers {
		if err := claim(m.fetchers, scheme, f, "fetched"); err != nil {
			return err
		}
	}
	return nil
}

// serve registers p for a scheme in each of its roles.
func (m *Mux) serve(scheme string, p Plugin) error {
	if !schemePattern.MatchString(scheme) {
		return pack.Errorf(pack.CodeInvalidRequest, "scheme %q: want two characters or more, a lower-case letter, then lower-case letters, digits, %q or %q", scheme, "+", "-")
	}
	if r, ok := p.(Resolver); ok {
		if err := claim(m.resolvers, scheme, r, "resolved"); err != nil {
			return err
		}
	}
	if f, ok := p.(Fetcher); ok {
		return claim(m.fetchers, scheme, f, "fetched")
	}
	return nil
}

func claim[T any](table map[string]T, scheme string, plugin T, verb string) error {
	if _, taken := table[scheme]; taken {
		return pack.Errorf(pack.CodeInvalidRequest, "scheme %q is already %s by another source", scheme, verb)
	}
	table[scheme] = plugin
	return nil
}

// schemePattern has at least two characters: one letter is a drive of Windows.
var schemePattern = regexp.MustCompile(`^[a-z][a-z0-9+-]+\z`)

// Schemes lists the schemes that are resolved, fetched or both, sorted.
func (m *Mux) Schemes() []string {
	schemes := slices.AppendSeq(slices.Collect(maps.Keys(m.resolvers)), maps.Keys(m.fetchers))
	slices.Sort(schemes)
	return slices.Compact(schemes)
}

// Resolve calls the Resolver that serves loc.Scheme. An unknown scheme is an
// [*UnknownSchemeError].
func (m *Mux) Resolve(ctx context.Context, loc Locator) ([]pack.Pin, error) {
	r, ok := m.resolvers[loc.Scheme]
	if !ok {
		return nil, unknownScheme(loc.Scheme, m.resolvers)
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("resolve: %w", err)
	}
	pins, err := r.Resolve(ctx, loc)
	return pins, escape(err)
}

// Fetch calls the Fetcher that serves pin.Scheme. An unknown scheme is an
// [*UnknownSchemeError].
func (m *Mux) Fetch(ctx context.Context, pin pack.Pin, dst Sink) error {
	f, ok := m.fetchers[pin.Scheme]
	if !ok {
		return unknownScheme(pin.Scheme, m.fetchers)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("fetch: %w", err)
	}
	return escape(f.Fetch(ctx, pin, dst))
}

func unknownScheme[T any](scheme string, table map[string]T) error {
	return &UnknownSchemeError{Scheme: scheme, Known: slices.Sorted(maps.Keys(table))}
}
