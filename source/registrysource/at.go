package registrysource

import (
	"context"
	"errors"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// At returns the pack of which an entry has a source at the place that loc names: of
// several the first by its ref, "" if there is none. An index that cannot be read is an
// error.
func (s *Source) At(ctx context.Context, loc source.Locator) (pack.Ref, error) {
	supplied, err := s.supplied(ctx)
	if _, none := errors.AsType[*NoIndexError](err); none {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	name := strings.TrimSuffix(path.Base(loc.Location), ".git")
	for _, ref := range slices.Sorted(maps.Keys(supplied)) {
		sup := supplied[ref]
		doc := sup.state.document
		mentions := func(i int) bool { return doc.entries[i].Contains(name) }
		if !slices.ContainsFunc(doc.positions[ref.String()], mentions) {
			continue
		}
		found, err := sup.index.lookUp(sup.state, ref)
		if err == nil && found.names(loc) {
			return ref, nil
		}
	}
	return "", nil
}

// names reports whether an entry has a source at a place.
func (f found) names(loc source.Locator) bool {
	return slices.ContainsFunc(f.entries, func(e *entry) bool {
		return slices.ContainsFunc(e.pins, loc.Names)
	})
}
