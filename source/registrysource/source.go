package registrysource

import (
	"context"
	"fmt"
	"sync"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/web"
)

// A Source finds packs in registry indices: it is a [source.Resolver]. It is safe
// for concurrent use.
type Source struct {
	cfg     Config
	indices []*index // the configured ones, in order

	mu     sync.Mutex
	others map[string]*index // those that locators named
}

var _ source.Resolver = (*Source)(nil)

// Schemes implements [source.Resolver]: "registry".
func (s *Source) Schemes() []string { return []string{source.SchemeRegistry} }

// Resolve implements [source.Resolver]: it chooses the highest version that
// satisfies the locator's constraint, a release rather than a pre-release, and
// returns a pin for each of its install sources. Entries and install sources that
// cannot be used are told by [pack.Note]; a pack that has no other is an error that
// says why.
func (s *Source) Resolve(ctx context.Context, loc source.Locator) ([]pack.Pin, error) {
	f, err := s.find(ctx, loc)
	if err != nil {
		return nil, err
	}
	chosen, err := choose(f.entries, loc.Constraint)
	if err != nil {
		return nil, fmt.Errorf("resolve %q: %w", loc.Location, err)
	}
	for _, out := range chosen.dropped {
		pack.Note(ctx, "index %q: entry %s: passed over: %v", f.index.shown, chosen.id, out.err)
	}
	return f.pins(chosen, loc.Subdir), nil
}

// Versions returns a pin for each version of the pack that loc names and that its
// constraint allows, the highest first: the first of the alternatives of the
// version. None is an error that matches [pack.ErrNotFound].
func (s *Source) Versions(ctx context.Context, loc source.Locator) ([]pack.Pin, error) {
	f, err := s.find(ctx, loc)
	if err != nil {
		return nil, missing(err)
	}
	var pins []pack.Pin
	for _, e := range f.entries {
		if loc.Constraint.Allows(e.id.Version) {
			pins = append(pins, f.pins(e, loc.Subdir)[0])
		}
	}
	if len(pins) == 0 {
		return nil, noVersion(f.entries, loc.Constraint)
	}
	return pins, nil
}

// Candidates returns every version of want.Ref that its index has and that
// want.Constraint allows, the highest first, with the dependencies that the index
// states and a pin for each of its install sources. Entries that cannot be used follow,
// with the reason in Unusable. want.Index, when not "", is asked instead of the configured
// indices. A pack that is not listed, or has two entries for one version, is an error
// that matches [pack.ErrNotFound]; a want with a Spec is one with
// [pack.CodeInvalidRequest]; other errors mean that an index could not be read.
func (s *Source) Candidates(ctx context.Context, want pack.Want) ([]pack.Candidate, error) {
	if want.Spec != "" {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "find versions of %q: an index lists packs by their refs", web.Redact(want.Spec))
	}
	f, err := s.lookUp(ctx, want.Ref, want.Index)
	if err != nil && len(f.out) == 0 {
		return nil, missing(err)
	}
	var candidates []pack.Candidate
	for _, e := range f.entries {
		if want.Constraint.Allows(e.id.Version) {
			candidates = append(candidates, pack.Candidate{
				ID: e.id, Dependencies: e.dependencies, URLs: e.urls, DependenciesKnown: e.dependenciesKnown, Platform: e.platform, Pins: f.pins(e, ""),
			})
		}
	}
	for _, o := range f.out {
		if o.id.Version.IsZero() || want.Constraint.Allows(o.id.Version) {
			why := fmt.Errorf("index %q: %w", f.index.shown, o.err)
			candidates = append(candidates, pack.Candidate{ID: pack.ID{Ref: want.Ref, Version: o.id.Version}, Unusable: why})
		}
	}
	if len(candidates) == 0 {
		return nil, noVersion(f.entries, want.Constraint)
	}
	return candidates, nil
}

// find returns what the index that supplies the pack of loc has of it, and tells which
// entries were skipped.
func (s *Source) find(ctx context.Context, loc source.Locator) (found, error) {
	if loc.Rev != "" {
		return found{}, pack.Errorf(pack.CodeInvalidRequest, "resolve %q: a pack of a registry has versions and no revs: leave out %.80q", loc.Location, loc.Rev)
	}
	ref, err := pack.ParseRef(loc.Location)
	if err != nil {
		return found{}, err
	}
	f, err := s.lookUp(ctx, ref, loc.Index)
	out := f.out
	if err != nil && len(out) > 0 {
		out = out[1:] // the error is that of the first
	}
	for i, o := range out {
		if i == maxSkipped {
			pack.Note(ctx, "index %q: %d more entries of %s were skipped", f.index.shown, len(out)-i, ref)
			break
		}
		pack.Note(ctx, "index %q: an entry of %s was skipped: %v", f.index.shown, ref, o.err)
	}
	return f, err
}

// maxSkipped is how many skipped entries of a pack are told one by one.
const maxSkipped = 10

// An entryError concerns the entries of one pack, and not the index.
type entryError struct{ error }

// Unwrap returns the cause.
func (e *entryError) Unwrap() error { return e.error }
