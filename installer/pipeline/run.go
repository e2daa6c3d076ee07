package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/internal/batch"
)

// A run is one request in progress.
type run struct {
	*Pipeline
	*batch.Batch
	req     Request
	started time.Time
	staging string
	known   []pack.InstalledPack
	packs   []*packState // those of the request in its order, then added ones
	report  Report

	// failed holds packs that failed, by ref: they are not added again in
	// another version.
	failed map[pack.Ref]error
	// drops counts how often an added pack was dropped for another version,
	// dropped are those packs, and those that turned out not to be needed.
	drops   map[pack.Ref]int
	dropped []*packState
}

// packState is one pack in progress.
type packState struct {
	batch.Item
	content *pack.Content // nil before it was downloaded
	built   bool
	result  Outcome // what is known of it, besides Item
}

// going reports whether p was downloaded and has not failed.
func (p *packState) going() bool { return p.content != nil && p.Err == nil }

// begin records the specs of the request.
func (r *run) begin() {
	for _, i := range batch.Distinct(r.req.Specs, strings.TrimSpace) {
		r.packs = append(r.packs, &packState{
			Item:   batch.Item{At: i, Spec: r.req.Specs[i], Stage: pack.StageDownload},
			result: Outcome{RequiredBy: []pack.Ref{}, Environments: envbuild.Environments{}},
		})
	}
}

// lookUp reads which packs are installed.
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

// going returns the packs that were downloaded and have not failed.
func (r *run) going() []*packState {
	return slices.DeleteFunc(slices.Clone(r.packs), func(p *packState) bool { return !p.going() })
}

func (r *run) failures() []*packState {
	return slices.DeleteFunc(slices.Clone(r.packs), func(p *packState) bool { return p.Err == nil })
}

// find returns the pack with the given ref that is in progress, nil for none.
func (r *run) find(ref pack.Ref) *packState {
	for _, p := range r.packs {
		if p.ID.Ref == ref && p.going() {
			return p
		}
	}
	return nil
}

// fail makes p fail. The first failure counts.
func (r *run) fail(p *packState, stage pack.Stage, err error) {
	if p.Err != nil {
		return
	}
	p.Stage, p.Err = stage, err
	if p.ID.Ref != "" {
		r.failed[p.ID.Ref] = err
	}
}

// failAll fails those of ps that the report of a stage lists as failed. Failures
// are matched by the path that was passed to the stage.
func (r *run) failAll(ps []*packState, failures []pack.Failure) {
	at := byDir(ps)
	for i := range failures {
		f := &failures[i]
		if p := at[f.Spec]; p != nil {
			r.fail(p, f.Stage, cause(f))
		}
	}
}

// cause returns the cause of f, even if a stage of the host's own did not set it.
func cause(f *pack.Failure) error {
	if f.Err != nil {
		return f.Err
	}
	return pack.Errorf(f.Code, "%s", f.Message)
}

func contents(ps []*packState) []*pack.Content {
	cs := make([]*pack.Content, len(ps))
	for i, p := range ps {
		cs[i] = p.content
	}
	return cs
}

func byDir(ps []*packState) map[string]*packState {
	m := make(map[string]*packState, len(ps))
	for _, p := range ps {
		m[p.content.Dir] = p
	}
	return m
}

// relay returns an observer for one stage, which puts its events into the one
// sequence, with the spec that the user knows in place of the path. A stage that
// closes a pack has not closed it for the installation.
func (r *run) relay(ps []*packState) pack.EventFunc {
	if !r.Observed() {
		return nil
	}
	at := byDir(ps)
	return func(ctx context.Context, e pack.Event) {
		if e.Kind == pack.EventClosed {
			return
		}
		if p := at[e.Spec]; p != nil {
			e.Spec, e.Pack, e.Version = p.Spec, p.ID.Ref, p.ID.Version
		}
		r.Emit(ctx, e)
	}
}

// noteWarnings keeps the warnings of a stage, with the specs that the user knows.
func (r *run) noteWarnings(ps []*packState, warnings []pack.Warning) {
	at := byDir(ps)
	for _, w := range warnings {
		if p := at[w.Spec]; p != nil {
			w.Spec = p.Spec
		}
		r.Note(w)
	}
}

// finish closes all packs and sums up.
func (r *run) finish(ctx context.Context) *Report {
	r.report.Outcomes = []Outcome{}
	r.report.Failed = batch.Failures(r.packs, func(p *packState) *batch.Item { return &p.Item })
	failed := r.report.Failed
	for _, p := range r.packs {
		if p.Status == "" {
			p.Status = pack.StatusSkipped
		}
		r.Close(ctx, &p.Item)
		o := p.result
		o.Spec, o.Ref, o.Version, o.Status = p.Spec, p.ID.Ref, p.ID.Version, p.Status
		if p.Err != nil {
			o.Failure, failed = &failed[0], failed[1:]
		}
		r.report.Summary.count(o.Status)
		r.report.Outcomes = append(r.report.Outcomes, o)
	}
	r.closeDropped(ctx)
	r.report.Warnings = r.Warnings()
	r.report.Summary.Duration = time.Since(r.started)
	return &r.report
}

// drop removes packs that were added to the request.
func (r *run) drop(drop func(*packState) bool) {
	for _, p := range r.packs {
		if drop(p) {
			r.dropped = append(r.dropped, p)
		}
	}
	r.packs = slices.DeleteFunc(r.packs, drop)
}

// closeDropped closes the packs that were dropped and not added again.
func (r *run) closeDropped(ctx context.Context) {
	spec := func(p *packState) string { return p.Spec }
	for _, i := range batch.Distinct(r.dropped, spec) {
		p := r.dropped[i]
		if !slices.ContainsFunc(r.packs, func(o *packState) bool { return o.Spec == p.Spec }) {
			p.Status = pack.StatusSkipped
			r.Close(ctx, &p.Item)
		}
	}
}
