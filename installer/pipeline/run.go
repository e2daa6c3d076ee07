package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/source"
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

	planning bool                                // nothing is built or registered
	before   *facts                              // when planning, read before all else
	expect   map[pack.Ref]string                 // generations, when a plan is applied
	leaving  []pack.Ref                          // that a plan removes or rolls back, so that they may break
	planned  map[pack.Ref][]pack.EnvironmentPlan // when planning

	// failed holds packs that failed, by ref: no version of them is chosen any more.
	failed map[pack.Ref]error
	// dropped are added packs that turned out not to be needed.
	dropped []*packState
	// learned is what the pack.yaml of packs says, where that is known.
	learned map[pack.ID]pack.Candidate

	mu        sync.Mutex // guards what follows, and downloads
	found     map[pack.Ref]finding
	places    map[string]finding     // by URLs that packs need
	read      map[pack.ID]*packState // packs received to know what they need
	downloads int
}

// packState is one pack in progress.
type packState struct {
	batch.Item
	want     *pack.Want        // of a pack of an index that the request names
	choice   *deps.Choice      // nil for the pack of a place, and before it is chosen
	content  *pack.Content     // nil before it was downloaded
	manifest *pack.Manifest    // nil if it is not known
	followed []pack.Dependency // what URLs among its dependencies turned out to be
	built    bool              // or planned
	result   Outcome           // what is known of it, besides Item
}

// received takes over what was received as another state, which may be nil.
func (p *packState) received(o *packState) {
	p.content, p.manifest = nil, nil
	if o != nil {
		p.content, p.manifest = o.content, o.manifest
	}
}

// going reports whether p was downloaded and has not failed.
func (p *packState) going() bool { return p.content != nil && p.Err == nil }

// begin records the specs of the request.
func (r *run) begin() {
	for _, i := range batch.Distinct(r.req.Specs, strings.TrimSpace) {
		p := &packState{
			Item:   batch.Item{At: i, Spec: r.req.Specs[i], Stage: pack.StageDownload},
			result: Outcome{RequiredBy: []pack.Ref{}, Environments: envbuild.Environments{}},
		}
		if loc, err := source.Parse(p.Spec); err == nil && loc.Scheme == source.SchemeRegistry && loc.Subdir == "" {
			p.Spec, p.want = loc.Spec, &pack.Want{Ref: loc.Ref(), Constraint: loc.Constraint, Index: r.req.Index}
		}
		r.packs = append(r.packs, p)
	}
}

// lookUp reads which packs are installed.
func (r *run) lookUp(ctx context.Context) (err error) {
	if r.known, err = r.config.World.Installed(ctx); err != nil {
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
		cs[i].Followed = append([]pack.Dependency{}, p.followed...)
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
// sequence, with the spec that the user knows in place of the path.
func (r *run) relay(ps []*packState) pack.EventFunc {
	at := byDir(ps)
	return r.relayTo(func(spec string) *packState { return at[spec] })
}

// relayTo is relay for specs that stand for packs. A stage that closes a pack has not
// closed it for the installation.
func (r *run) relayTo(find func(spec string) *packState) pack.EventFunc {
	if !r.Observed() {
		return nil
	}
	return func(ctx context.Context, e pack.Event) {
		if e.Kind == pack.EventClosed {
			return
		}
		if p := find(e.Spec); p != nil {
			if e.Spec = p.Spec; p.content != nil {
				e.Pack, e.Version = p.ID.Ref, p.ID.Version
			}
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
	if r.report.Removed == nil {
		r.report.Removed = []pack.Ref{}
	}
	if r.report.RolledBack == nil {
		r.report.RolledBack = []pack.Ref{}
	}
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
