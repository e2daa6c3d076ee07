package registry

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/nearest"
)

// A Catalog lists the installed packs. It takes no locks: it returns the state at one
// moment.
type Catalog interface {
	// List returns the installed packs, ordered by ref. If the records of some are
	// damaged, it returns the others and an error that joins one [*RecordError] for
	// each of them.
	List(ctx context.Context) ([]ActivePack, error)
	// Show returns the details of one pack. For a pack that is not installed, the error
	// of this method and of those of the other interfaces matches [pack.ErrNotFound]; that
	// of a [Store] is a [*NotInstalledError].
	Show(ctx context.Context, ref pack.Ref) (*PackDetails, error)
}

// An ActivePack is an installed pack, as readers get it.
type ActivePack struct {
	Record
	PackState
}

// A PackState is what readers get of an installed pack.
type PackState struct {
	// StoragePath is the stable path of the active content. It is a symbolic link:
	// resolve it once to read several files of the same generation.
	StoragePath string
	// NeedsRepair says why readers do not get the recorded generation, or why the pack
	// cannot be changed; "" if neither is so. It is found without reading the files of the
	// pack; [Verifier] reads them, and [Repairer] repairs.
	NeedsRepair string
	// Unmet are the dependencies of the active generation that are neither provided nor
	// installed in an accepted version; nil if there are none. An installed pack with a
	// damaged record counts as accepted.
	Unmet []pack.Dependency
	// Link is the working directory that the author of the pack uses instead, nil for none.
	// Readers get the active generation all the same.
	Link *Link
}

// PackDetails are the details of one pack.
type PackDetails struct {
	ActivePack
	Components []pack.Component
	// Generations are ordered, the oldest first.
	Generations []Generation
	// ConfigProblems are the reasons why the recorded configuration does not fit the
	// active generation, see [Store.ConfigProblems]; nil if it fits.
	ConfigProblems []string
	// Changes say how the active generation differs from the one that was active before it;
	// nil if that is not kept, or damaged.
	Changes *Changes
}

// Action returns the action of the pack with that ref. If there is none, the error
// matches [pack.ErrNotFound] and names the action that was probably meant, or all of them.
func (p *PackDetails) Action(ref pack.ComponentRef) (*pack.Component, error) {
	var refs []string
	problem := fmt.Sprintf("pack %s has no action %q", p.Ref, ref)
	for i := range p.Components {
		c := &p.Components[i]
		switch {
		case c.Action != nil && c.Ref == ref:
			return c, nil
		case c.Action != nil:
			refs = append(refs, c.Ref.String())
		case c.Ref == ref && c.Kind == pack.KindWorkflow:
			problem = fmt.Sprintf("%s is a workflow, which a workflow engine runs", ref)
		case c.Ref == ref:
			problem = fmt.Sprintf("%s is not an action, but one of the %s", ref, c.Kind)
		}
	}
	near := nearest.Word(ref.String(), refs)
	switch {
	case near != "":
		return nil, pack.Errorf(pack.CodeNotFound, "%s: did you mean the action %q?", problem, near)
	case len(refs) == 0:
		refs = []string{"none"}
	}
	return nil, pack.Errorf(pack.CodeNotFound, "%s; actions of the pack: %s", problem, strings.Join(refs, ", "))
}

var _ Catalog = (*Store)(nil)

// List implements [Catalog].
func (s *Store) List(ctx context.Context) ([]ActivePack, error) {
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	records, err := s.config.Records.Packs(ctx)
	if err != nil && !damaged(err) {
		return nil, err
	}
	summaries := make([]RecordSummary, len(records))
	for i := range records {
		summaries[i] = records[i].Summary()
	}
	m := s.marker(summaries, DamagedRefs(err))
	packs := make([]ActivePack, len(records))
	for i := range records {
		packs[i] = ActivePack{records[i], m.state(ctx, &summaries[i])}
	}
	return packs, err
}

// Show implements [Catalog].
func (s *Store) Show(ctx context.Context, ref pack.Ref) (*PackDetails, error) {
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	for {
		details, err := s.details(ctx, ref)
		if err != nil {
			return nil, s.explain(ctx, "", err)
		}
		// The pack was replaced in between: read again.
		active, err := s.ledger().Active(ctx, ref)
		if err != nil || active == details.Active.Name {
			return details, err
		}
	}
}

func (s *Store) details(ctx context.Context, ref pack.Ref) (*PackDetails, error) {
	rec, err := s.config.Records.Pack(ctx, ref)
	if err != nil {
		return nil, err
	}
	components, err := s.config.Records.Components(ctx, ref)
	if err != nil {
		return nil, err
	}
	generations, err := s.generations(ctx, ref)
	if damaged(err) {
		s.config.Logger.Warn("generations are left out", "pack", ref, "error", err)
		err = nil
	}
	details := &PackDetails{ActivePack: ActivePack{Record: rec}, Components: components, Generations: generations}
	if err != nil {
		return nil, err
	}
	details.Changes = s.latestChanges(ctx, &rec)
	details.PackState = s.stateOf(ctx, &rec)
	if details.ConfigProblems, err = s.configProblems(ctx, &rec.Manifest); damaged(err) {
		details.ConfigProblems, err = []string{err.Error()}, nil
	}
	return details, err
}

// InstalledVersion returns the version of ref that is installed, or an error that
// matches [pack.ErrNotFound].
func (s *Store) InstalledVersion(ctx context.Context, ref pack.Ref) (pack.Version, error) {
	leave, err := s.enter()
	if err != nil {
		return pack.Version{}, err
	}
	defer leave()
	rec, err := s.config.Records.Pack(ctx, ref)
	return rec.Active.Version, err
}

// generations returns the generations of ref, none when it is not installed. It returns
// those that can be decoded beside the error that names the others.
func (s *Store) generations(ctx context.Context, ref pack.Ref) ([]Generation, error) {
	generations, err := s.config.Records.Generations(ctx, ref)
	if errors.Is(err, pack.ErrNotFound) {
		return nil, nil
	}
	return generations, err
}
