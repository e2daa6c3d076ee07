package registry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
)

// A Verifier compares what is on disk with what was recorded.
type Verifier interface {
	// Verify verifies the active generations of the packs with the given refs, or of all
	// packs. It changes nothing, and neither waits for operations that change packs nor
	// delays them. A pack that differs does not stop the others; its differences are in
	// the report, and the error is nil. A given pack that is not installed is an error
	// that matches [pack.ErrNotFound].
	Verify(ctx context.Context, refs ...pack.Ref) (*VerifyReport, error)
}

// A VerifyReport is the result of a verification.
type VerifyReport struct {
	// Verified are the packs that were compared, ordered by ref, also those that differ.
	Verified []pack.Ref
	// Differences are ordered by ref; empty if everything is as recorded.
	Differences []Difference
}

// A Difference is one deviation of an installed pack from its record.
type Difference struct {
	Ref pack.Ref
	// Generation is the recorded active generation, "" if that is unknown.
	Generation string
	Kind       DifferenceKind
	// Message says what differs.
	Message string
}

// A DifferenceKind is the part of an installed pack that differs from its record.
type DifferenceKind string

// The kinds of differences. A [Repairer] repairs some of them. Registering the pack again
// repairs those of content and pointer, building and registering it again those of
// environments. A record that is damaged needs [ReplaceAny], or the removal of the pack.
const (
	DifferenceContent     DifferenceKind = "content"     // files were changed, or cannot be read
	DifferencePointer     DifferenceKind = "pointer"     // readers get another generation, or none
	DifferenceEnvironment DifferenceKind = "environment" // a link, an environment or an interpreter is missing
	DifferenceRecord      DifferenceKind = "record"      // the record is missing or damaged
	DifferenceOperation   DifferenceKind = "operation"   // an interrupted change of the pack cannot be settled
	// DifferenceDependency is a dependency of the pack that no pack meets. A change of
	// another pack was allowed to break it. Installing or upgrading what is missing meets it.
	DifferenceDependency DifferenceKind = "dependency"
)

var _ Verifier = (*Store)(nil)

// Verify implements [Verifier]. It reads every file of the packs, Config.Parallel packs
// at a time.
func (s *Store) Verify(ctx context.Context, refs ...pack.Ref) (*VerifyReport, error) {
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	report, err := s.verifyPacks(ctx, refs)
	if err != nil {
		return nil, err
	}
	return report, nil
}

func (s *Store) verifyPacks(ctx context.Context, refs []pack.Ref) (*VerifyReport, error) {
	named := len(refs) > 0
	refs, err := s.refsToVerify(ctx, refs)
	if err != nil {
		return nil, err
	}
	report := &VerifyReport{Verified: []pack.Ref{}, Differences: []Difference{}}
	var mu sync.Mutex
	var errs []error
	batch.Each(refs, s.config.Parallel, func(ref pack.Ref) {
		found, err := s.verify(ctx, ref)
		if err == nil {
			found = append(found, s.unmetOf(ctx, ref)...)
		}
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err == nil:
			report.Verified = append(report.Verified, ref)
			report.Differences = append(report.Differences, found...)
		case named || !errors.Is(err, pack.ErrNotFound): // else it was removed in the meantime
			errs = append(errs, s.explain(ctx, "verify pack "+ref.String(), err))
		}
	})
	slices.Sort(report.Verified)
	slices.SortStableFunc(report.Differences, func(a, b Difference) int { return cmp.Compare(a.Ref, b.Ref) })
	return report, errors.Join(errs...)
}

// refsToVerify returns the given refs, or those of all packs that are recorded or that
// readers get, each once.
func (s *Store) refsToVerify(ctx context.Context, refs []pack.Ref) ([]pack.Ref, error) {
	for _, ref := range refs {
		if _, err := pack.ParseRef(ref.String()); err != nil {
			return nil, err
		}
	}
	all := slices.Clone(refs)
	if len(refs) == 0 {
		published, err := s.disk.Pointers()
		if err != nil {
			return nil, err
		}
		records, err := s.config.Records.Packs(ctx)
		if err != nil && !damaged(err) {
			return nil, err
		}
		all = append(published, DamagedRefs(err)...)
		for _, rec := range records {
			all = append(all, rec.Ref)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// DamagedRefs returns the packs of the [*RecordError]s that err joins.
func DamagedRefs(err error) (refs []pack.Ref) {
	switch e := err.(type) { //nolint:errorlint // it walks the tree of errors itself
	case *RecordError:
		return []pack.Ref{e.Ref}
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			refs = append(refs, DamagedRefs(err)...)
		}
	case interface{ Unwrap() error }:
		return DamagedRefs(e.Unwrap())
	}
	return refs
}

// verify verifies one pack. If it is changed in the meantime, its new state counts.
func (s *Store) verify(ctx context.Context, ref pack.Ref) ([]Difference, error) {
	for {
		rec, err := s.config.Records.Pack(ctx, ref)
		var found []Difference
		switch {
		case errors.Is(err, pack.ErrNotFound):
			found = s.unrecorded(ctx, ref)
		case damaged(err):
			rec.Active.Name, _ = s.ledger().Active(ctx, ref)
			found, err = []Difference{{ref, rec.Active.Name, DifferenceRecord, err.Error()}}, nil
		case err == nil:
			found = s.differences(ctx, rec)
		}
		if err := cmp.Or(ctx.Err(), err); len(found) == 0 || ctx.Err() != nil {
			return nil, err
		}
		active, err := s.ledger().Active(ctx, ref)
		switch {
		case err != nil:
			return nil, err
		case active == rec.Active.Name:
			return found, nil
		}
	}
}

// unmetOf returns a difference for each dependency of ref that is not met.
func (s *Store) unmetOf(ctx context.Context, ref pack.Ref) (found []Difference) {
	rec, err := s.config.Records.Pack(ctx, ref)
	if err != nil { // it is reported as a difference, or the pack is gone
		return nil
	}
	for _, err := range s.unmet(ctx, rec) {
		found = append(found, Difference{ref, rec.Active.Name, DifferenceDependency, err.Error()})
	}
	return found
}

// unrecorded returns the difference of a pack that readers get although the records do
// not list it, none if readers do not get it.
func (s *Store) unrecorded(ctx context.Context, ref pack.Ref) []Difference {
	pointer, settled, err := s.disk.Settled(ctx, ref)
	switch {
	case err != nil:
		return []Difference{{ref, pointer, DifferenceRecord, err.Error()}}
	case !settled || pointer == "":
		return nil
	}
	message := fmt.Sprintf("the root has the pack at generation %q, but the records do not list it", pointer)
	return []Difference{{ref, pointer, DifferenceRecord, message}}
}

// differences compares the active generation of rec with the disk.
func (s *Store) differences(ctx context.Context, rec Record) (found []Difference) {
	add := func(kind DifferenceKind, err error) {
		if err != nil {
			found = append(found, Difference{rec.Ref, rec.Active.Name, kind, err.Error()})
		}
	}
	add(DifferenceOperation, s.checkJournal(rec.Ref))
	add(DifferencePointer, s.checkPointer(ctx, rec.Ref, rec.Active.Name))
	add(DifferenceContent, s.checkContent(rec.Ref, &rec.Active))
	add(DifferenceEnvironment, s.checkLinks(rec.Ref, &rec.Active))
	_, err := s.recall(rec.Ref, rec.Active.Name)
	add(DifferenceRecord, err)
	return found
}

// checkJournal checks that no entry of the journal keeps ref from being changed.
func (s *Store) checkJournal(ref pack.Ref) error {
	blocked, err := s.disk.Blocked()
	return cmp.Or(err, blocked[ref])
}

// checkPointer checks that readers get the active generation of ref, or will get it when
// an operation in progress has ended.
func (s *Store) checkPointer(ctx context.Context, ref pack.Ref, active string) error {
	if pointer, err := s.disk.Pointer(ref); err != nil || pointer == active {
		return err
	}
	pointer, settled, err := s.disk.Settled(ctx, ref)
	if err != nil || !settled || pointer == active {
		return err
	}
	if pointer == "" {
		return pack.Errorf(pack.CodeStoreCorrupt, "the link %q is missing; repair the pack", s.disk.Current(ref))
	}
	return pack.Errorf(pack.CodeStoreCorrupt, "the link %q leads to generation %s, the records say %s; repair the pack", s.disk.Current(ref), pointer, active)
}

func (s *Store) checkContent(ref pack.Ref, g *Generation) error {
	tree, err := pack.TreeDigest(os.DirFS(s.disk.Content(ref, g.Name)))
	if err != nil {
		return pack.Errorf(pack.CodeStoreCorrupt, "generation %s cannot be read: %w; register version %s again", g.Name, err, g.Version)
	}
	if tree != g.TreeDigest {
		return pack.Errorf(pack.CodeStoreCorrupt, "content of generation %s was changed; register version %s again", g.Name, g.Version)
	}
	return nil
}

// checkLinks checks the environments of g and the links to them.
func (s *Store) checkLinks(ref pack.Ref, g *Generation) error {
	dir := s.disk.Generation(ref, g.Name)
	if name := s.disk.LinksTo(g.Environments).Missing(dir); name != "" {
		return pack.Errorf(pack.CodeStoreCorrupt, "link %q of generation %s does not lead to its environment; register version %s again", name, g.Name, g.Version)
	}
	return cmp.Or(s.checkEnvironments(dir, g), s.checkUntouched(g))
}
