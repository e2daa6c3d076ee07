package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/emit"
)

// A run is one request on its way through the stages.
type run struct {
	*Pipeline
	req     Request
	events  *emit.Emitter
	staging string
	known   []pack.InstalledPack
	packs   []*traveller // those of the request in its order, then added ones
	report  Report

	// failed holds packs that failed, by ref: they are not added again in
	// another version.
	failed map[pack.Ref]error
	// drops counts how often an added pack was given up for another version.
	drops map[pack.Ref]int
}

// A traveller is one pack on its way.
type traveller struct {
	Outcome
	path  string      // where its pack.yaml lies; "" before it was downloaded
	tree  pack.Digest // of what was verified there, "" when nobody said
	pin   pack.Pin
	built bool
}

// going reports whether t was downloaded and has not failed.
func (t *traveller) going() bool { return t.path != "" && t.Failure == nil }

// lookUp finds out what is installed.
func (r *run) lookUp(ctx context.Context) (err error) {
	if r.config.Installed == nil {
		return nil
	}
	if r.known, err = r.config.Installed.InstalledPacks(ctx); err != nil {
		return fmt.Errorf("look up installed packs: %w", err)
	}
	return nil
}

// previous returns the version of ref that was installed before, nil for none.
func (r *run) previous(ref pack.Ref) *pack.Version {
	i := slices.IndexFunc(r.known, func(k pack.InstalledPack) bool { return k.Ref == ref })
	if i < 0 {
		return nil
	}
	return &r.known[i].Version
}

// going returns the packs that are on their way.
func (r *run) going() []*traveller {
	return slices.DeleteFunc(slices.Clone(r.packs), func(t *traveller) bool { return !t.going() })
}

func (r *run) failures() []*traveller {
	return slices.DeleteFunc(slices.Clone(r.packs), func(t *traveller) bool { return t.Failure == nil })
}

// find returns the pack with the given ref that is on its way, nil for none.
func (r *run) find(ref pack.Ref) *traveller {
	for _, t := range r.packs {
		if t.Ref == ref && t.going() {
			return t
		}
	}
	return nil
}

// orText returns err, or an error of the text for a report that came without
// one, as reports do that were marshalled.
func orText(err error, text string) error {
	if err == nil {
		return errors.New(text)
	}
	return err
}

// fail ends the way of t. The first failure counts.
func (r *run) fail(t *traveller, stage pack.Stage, err error) {
	if t.Failure != nil {
		return
	}
	t.Status = StatusFailed
	t.Failure = &Failure{Stage: stage, Code: pack.CodeOf(err), Message: err.Error(), Err: err}
	if t.Ref != "" {
		r.failed[t.Ref] = err
	}
}

func paths(ts []*traveller) []string {
	ps := make([]string, len(ts))
	for i, t := range ts {
		ps[i] = t.path
	}
	return ps
}

func byPath(ts []*traveller) map[string]*traveller {
	m := make(map[string]*traveller, len(ts))
	for _, t := range ts {
		m[t.path] = t
	}
	return m
}

// relay returns an observer for one stage, which puts its events into the one
// sequence, with the spec that the user knows in place of the path.
func (r *run) relay(ts []*traveller) pack.EventFunc {
	if r.events == nil {
		return nil
	}
	at := byPath(ts)
	return func(ctx context.Context, e pack.Event) {
		if t := at[e.Spec]; t != nil {
			e.Spec, e.Pack, e.Version = t.Spec, t.Ref, t.Version
		}
		r.events.Emit(ctx, e)
	}
}

// partial sums up a request that failed, nil when nothing was registered.
func (r *run) partial(start time.Time) *Report {
	if r.report.Registration == nil {
		return nil
	}
	rep, _ := r.finish(start)
	return rep
}

// finish sums up.
func (r *run) finish(start time.Time) (*Report, error) {
	r.report.Outcomes = []Outcome{}
	var failed []*pack.ItemError
	for _, t := range r.packs {
		if t.Status == "" {
			t.Status = StatusSkipped
		}
		if f := t.Failure; f != nil {
			failed = append(failed, &pack.ItemError{Spec: t.Spec, Ref: t.Ref, Stage: f.Stage, Err: f.Err})
		}
		r.report.Summary.count(t.Status)
		r.report.Outcomes = append(r.report.Outcomes, t.Outcome)
	}
	r.report.Summary.DurationMS = time.Since(start).Milliseconds()
	return &r.report, pack.NewBatchError(failed)
}
