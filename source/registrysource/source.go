package registrysource

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/web"
)

// A Source finds packs in a registry index: it is a [source.Resolver]. It is safe
// for concurrent use.
type Source struct {
	cfg  Config
	name string // of the configured index
	main *slot  // of the configured index, nil without one

	mu     sync.Mutex
	others map[string]*slot // of indexes that locators named
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
	entries, err := s.find(ctx, loc)
	if err != nil {
		return nil, err
	}
	chosen, err := choose(entries, loc.Constraint)
	if err != nil {
		return nil, fmt.Errorf("resolve %q: %w", loc.Location, err)
	}
	for _, out := range chosen.dropped {
		pack.Note(ctx, "index %q: entry %s: passed over: %v", shown(s.address(loc.Index)), chosen.id, out.err)
	}
	return s.pins(chosen, loc), nil
}

// Versions returns a pin for each version of the pack that loc names and that its
// constraint allows, the highest first: the first of the alternatives of the
// version. None is an error that matches [pack.ErrNotFound].
func (s *Source) Versions(ctx context.Context, loc source.Locator) ([]pack.Pin, error) {
	entries, err := s.find(ctx, loc)
	if err != nil {
		return nil, missing(err)
	}
	var pins []pack.Pin
	for _, e := range entries {
		if loc.Constraint.Allows(e.id.Version) {
			pins = append(pins, s.pins(e, loc)[0])
		}
	}
	if len(pins) == 0 {
		return nil, noVersion(entries, loc.Constraint)
	}
	return pins, nil
}

// Candidates returns every version of want.Ref that the index has and that
// want.Constraint allows, the highest first, with the dependencies that the index
// states and a pin for each of its install sources. Entries that cannot be used follow,
// with the reason in Unusable. want.Index, when not "", is asked instead of the configured
// index. A pack that is not in the index, or has two entries for one version, is an error
// that matches [pack.ErrNotFound]; a want with a Spec is one with
// [pack.CodeInvalidRequest]; other errors mean that the index could not be read.
func (s *Source) Candidates(ctx context.Context, want pack.Want) ([]pack.Candidate, error) {
	if want.Spec != "" {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "find versions of %q: an index lists packs by their refs", web.Redact(want.Spec))
	}
	loc := source.Locator{Scheme: source.SchemeRegistry, Location: want.Ref.String(), Index: want.Index}
	entries, out, err := s.lookUp(ctx, loc)
	if err != nil && len(out) == 0 {
		return nil, missing(err)
	}
	var candidates []pack.Candidate
	for _, e := range entries {
		if want.Constraint.Allows(e.id.Version) {
			candidates = append(candidates, pack.Candidate{
				ID: e.id, Dependencies: e.dependencies, DependenciesKnown: e.dependenciesKnown, Platform: e.platform, Pins: s.pins(e, loc),
			})
		}
	}
	for _, o := range out {
		if o.id.Version.IsZero() || want.Constraint.Allows(o.id.Version) {
			why := fmt.Errorf("index %q: %w", shown(s.address(loc.Index)), o.err)
			candidates = append(candidates, pack.Candidate{ID: pack.ID{Ref: want.Ref, Version: o.id.Version}, Unusable: why})
		}
	}
	if len(candidates) == 0 {
		return nil, noVersion(entries, want.Constraint)
	}
	return candidates, nil
}

// Refs returns the packs of the configured index that have an entry which can be
// used, sorted.
func (s *Source) Refs(ctx context.Context) ([]pack.Ref, error) {
	idx, err := s.index(ctx, "")
	if err != nil {
		return nil, err
	}
	var refs []pack.Ref
	for ref := range idx.positions {
		if _, _, err := idx.lookup(ref, s.decoder("")); err == nil {
			refs = append(refs, pack.Ref(ref))
		}
	}
	slices.Sort(refs)
	return refs, nil
}

// Problems returns the unusable parts of the configured index, in its order.
func (s *Source) Problems(ctx context.Context) ([]Problem, error) {
	idx, err := s.index(ctx, "")
	if err != nil {
		return nil, err
	}
	return idx.problems(s.decoder("")), nil
}

// find returns the entries of the pack that loc names, the highest version first.
func (s *Source) find(ctx context.Context, loc source.Locator) ([]*entry, error) {
	entries, out, err := s.lookUp(ctx, loc)
	if err != nil && len(out) > 0 {
		out = out[1:] // the error is that of the first
	}
	s.tellSkipped(ctx, loc, out)
	return entries, err
}

// lookUp returns the entries of the pack that loc names, the highest version first, and
// those that cannot be used.
func (s *Source) lookUp(ctx context.Context, loc source.Locator) ([]*entry, []skipped, error) {
	if loc.Rev != "" {
		return nil, nil, pack.Errorf(pack.CodeInvalidRequest, "resolve %q: a pack of a registry has versions and no revs: leave out %.80q", loc.Location, loc.Rev)
	}
	ref, err := pack.ParseRef(loc.Location)
	if err != nil {
		return nil, nil, err
	}
	idx, err := s.index(ctx, loc.Index)
	if err != nil {
		return nil, nil, fmt.Errorf("find pack %s: %w", ref, err)
	}
	entries, out, err := idx.lookup(ref.String(), s.decoder(loc.Index))
	if err != nil {
		err = &entryError{fmt.Errorf("index %q: %w", shown(s.address(loc.Index)), err)}
	}
	return entries, out, err
}

// maxSkipped is how many skipped entries of a pack are told one by one.
const maxSkipped = 10

// tellSkipped tells which entries of a pack were skipped, and why.
func (s *Source) tellSkipped(ctx context.Context, loc source.Locator, out []skipped) {
	name := shown(s.address(loc.Index))
	for i, o := range out {
		if i == maxSkipped {
			pack.Note(ctx, "index %q: %d more entries of %s were skipped", name, len(out)-i, loc.Location)
			return
		}
		pack.Note(ctx, "index %q: an entry of %s was skipped: %v", name, loc.Location, o.err)
	}
}

// pins completes the pins of an entry.
func (s *Source) pins(e *entry, loc source.Locator) []pack.Pin {
	pins := slices.Clone(e.pins)
	for i := range pins {
		pins[i].Subdir = loc.Subdir
		pins[i].Via = pack.Origin{Index: s.nameFor(loc.Index), Entry: e.id.String()}
	}
	return pins
}

// address is that of the index to ask.
func (s *Source) address(index string) string {
	if index == "" {
		return s.cfg.Index
	}
	return index
}

// nameFor is what pins call the index to ask. One that only a locator names has no
// other name than its address.
func (s *Source) nameFor(index string) string {
	if index == "" || index == s.cfg.Index {
		return s.name
	}
	address, _, _ := strings.Cut(shown(index), "?") // its query may hold a secret
	return address
}

// An entryError concerns the entries of one pack, and not the index.
type entryError struct{ error }

// Unwrap returns the cause.
func (e *entryError) Unwrap() error { return e.error }
