package pipeline

import (
	"context"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/internal/batch"
)

// The limits of a run: rounds of analysis, each of which downloads packs that
// turned out to be missing, and changes of the version of one pack.
const (
	maxRounds = 100
	maxDrops  = 10
)

// addDependencies adds the packs that are needed and fails those whose needs cannot
// be met, until nothing is missing. An index does not always state what a pack
// needs, so this may take several rounds.
func (r *run) addDependencies(ctx context.Context) error {
	for range maxRounds {
		rep, err := r.analyse(ctx)
		if err != nil || rep == nil {
			return err
		}
		dropped := r.dropUnsuitable(rep)
		blocked := r.blocked(rep, dropped)
		failed := r.failBlocked(blocked)
		more := r.additions(rep, blocked)
		switch {
		case len(more) > 0:
			if err := r.download(ctx, more); err != nil {
				return err
			}
		case len(dropped) == 0 && !failed:
			r.dropUnneeded(rep)
			return nil
		}
	}
	return &pack.LimitError{Limit: "number of rounds of dependency analysis", Max: maxRounds, Value: maxRounds + 1}
}

// analyse analyses the packs in progress, and again without those that could not
// be read. It returns nil if no pack is left.
func (r *run) analyse(ctx context.Context) (*deps.Report, error) {
	for {
		ps := r.going()
		if len(ps) == 0 {
			return nil, nil
		}
		rep, err := r.config.Analyzer.Analyze(ctx, deps.Request{Contents: contents(ps), SkipValidation: r.req.SkipValidation, OnEvent: r.relay(ps)})
		if rep != nil {
			r.report.Dependencies = rep
			r.noteAnalysis(ps, rep)
		}
		if err := requestError(err); err != nil || len(rep.Failed) == 0 {
			return rep, err
		}
	}
}

func (r *run) noteAnalysis(ps []*packState, rep *deps.Report) {
	at := byDir(ps)
	r.failAll(ps, rep.Failed)
	for _, a := range rep.Analyzed {
		if p := at[a.Path]; p != nil && p.content.Pack == nil {
			p.content.Pack = a.Pack
		}
	}
}

// dropUnsuitable drops added packs whose version turned out not to satisfy all
// constraints: the next analysis chooses another version, or reports that there is
// none.
func (r *run) dropUnsuitable(rep *deps.Report) (dropped map[pack.Ref]bool) {
	dropped = map[pack.Ref]bool{}
	for _, c := range rep.Conflicts {
		p := r.find(c.Ref)
		if p == nil || !p.result.Added || r.drops[c.Ref] == maxDrops || pack.CodeOf(c.Err) != pack.CodeDependencyConflict {
			continue
		}
		r.drops[c.Ref]++
		dropped[c.Ref] = true
		r.drop(func(o *packState) bool { return o == p })
	}
	return dropped
}

// failBlocked fails the packs whose needs cannot be met, and reports whether there
// were any.
func (r *run) failBlocked(blocked map[pack.Ref]error) (failed bool) {
	for _, p := range r.going() {
		if err := blocked[p.ID.Ref]; err != nil {
			failed = true
			r.fail(p, pack.StageDependencies, err)
		}
	}
	return failed
}

// additions returns states for the packs that have to be added.
func (r *run) additions(rep *deps.Report, blocked map[pack.Ref]error) []*packState {
	var ps []*packState
	for _, a := range rep.Additions {
		if blocked[a.Ref] != nil || r.failed[a.Ref] != nil {
			continue
		}
		ps = append(ps, &packState{
			Item: batch.Item{At: len(r.req.Specs) + len(r.packs) + len(ps), Spec: a.ID.String(), ID: a.ID, Stage: pack.StageDownload},
			result: Outcome{
				Previous: r.previous(a.Ref), Added: true, RequiredBy: append([]pack.Ref{}, a.RequiredBy...), Environments: envbuild.Environments{},
			},
		})
	}
	r.packs = append(r.packs, ps...)
	return ps
}

// dropUnneeded drops added packs that are no longer needed, because the packs that
// needed them failed, and records which packs need the remaining ones.
func (r *run) dropUnneeded(rep *deps.Report) {
	needed := r.needed(rep)
	r.drop(func(p *packState) bool { return p.result.Added && p.going() && !needed[p.ID.Ref] })
	for _, p := range r.packs {
		if p.result.Added && p.going() {
			p.result.RequiredBy = requiredBy(rep, p.ID.Ref, needed)
		}
	}
}

// needed returns the packs that the request names or that these need, directly
// or transitively.
func (r *run) needed(rep *deps.Report) map[pack.Ref]bool {
	needs := map[pack.Ref][]pack.Ref{}
	for _, d := range rep.Dependencies {
		needs[d.RequiredBy] = append(needs[d.RequiredBy], d.Ref)
	}
	var queue []pack.Ref
	for _, p := range r.going() {
		if !p.result.Added {
			queue = append(queue, p.ID.Ref)
		}
	}
	needed := map[pack.Ref]bool{}
	for ; len(queue) > 0; queue = queue[1:] {
		if ref := queue[0]; !needed[ref] {
			needed[ref] = true
			queue = append(queue, needs[ref]...)
		}
	}
	return needed
}

// requiredBy returns the packs that need ref and are needed themselves.
func requiredBy(rep *deps.Report, ref pack.Ref, needed map[pack.Ref]bool) []pack.Ref {
	refs := []pack.Ref{}
	for _, d := range rep.Dependencies {
		if d.Ref == ref && needed[d.RequiredBy] && !slices.Contains(refs, d.RequiredBy) {
			refs = append(refs, d.RequiredBy)
		}
	}
	return refs
}
