package registry

import (
	"context"
	"os"
	"slices"

	"github.com/packtrain/pack"
)

// A Historian lists and compares the generations of a pack.
type Historian interface {
	// History returns the generations that are kept, the oldest first. If the records of
	// some are damaged, it returns the others and an error that joins one [*RecordError]
	// for each of them.
	History(ctx context.Context, ref pack.Ref) ([]KeptGeneration, error)
	// TestHistory returns the results of tests of ref that are kept, the oldest first: see
	// [EvidenceKeeper]. ref does not have to be installed. Damaged records are as in
	// History.
	TestHistory(ctx context.Context, ref pack.Ref) ([]TestResult, error)
	// Diff returns what differs between two kept generations, which are given by name or
	// version as in [Snapshotter]. from is the earlier active generation if it is "", and
	// to is the active one. The files of both are read.
	Diff(ctx context.Context, ref pack.Ref, from, to string) (*Diff, error)
}

// A KeptGeneration is a generation of an installed pack.
type KeptGeneration struct {
	Generation

	State GenerationState `json:"state"`
	// Pinned reports whether it is kept regardless of the retention.
	Pinned bool `json:"pinned"`
}

// A GenerationState says what can be done with a generation.
type GenerationState string

// The states of generations.
const (
	GenerationActive  GenerationState = "active"  // readers get it
	GenerationKept    GenerationState = "kept"    // the pack can be rolled back to it
	GenerationMissing GenerationState = "missing" // its files are missing
)

var _ Historian = (*Store)(nil)

// History implements [Historian].
func (s *Store) History(ctx context.Context, ref pack.Ref) ([]KeptGeneration, error) {
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	rec, err := s.config.Records.Pack(ctx, ref)
	if err != nil {
		return nil, s.explain(ctx, "", err)
	}
	recorded, err := s.generations(ctx, ref)
	if err != nil && !damaged(err) {
		return nil, err
	}
	history := make([]KeptGeneration, len(recorded))
	for i, g := range recorded {
		history[i] = KeptGeneration{g, GenerationKept, slices.Contains(rec.Settings.Pinned, g.Name)}
		if g.Name == rec.Active.Name {
			history[i].State = GenerationActive
		}
		if _, err := os.Lstat(s.disk.Content(ref, g.Name)); err != nil {
			history[i].State = GenerationMissing
		}
	}
	return history, err
}
