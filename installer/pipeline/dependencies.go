package pipeline

import (
	"context"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
)

// What a run does at most before it gives up: rounds of analysis, each of which
// downloads what turned out to be missing, and changes of mind about one pack.
const (
	maxRounds = 100
	maxDrops  = 10
)

// addDependencies adds the packs that are needed and fails those that cannot have what
// they need, until nothing is missing. An index does not always say what a pack
// needs, so it may take several rounds to know.
func (r *run) addDependencies(ctx context.Context) error {
	for range maxRounds {
		rep, err := r.analyse(ctx)
		if err != nil || rep == nil {
			return err
		}
		dropped := r.dropMisfits(rep)
		blocked := r.blocked(rep, dropped)
		failed := r.failBlocked(blocked)
		more := r.additions(rep, blocked)
		switch {
		case len(more) > 0:
			if err := r.download(ctx, more); err != nil {
				return err
			}
		case len(dropped) == 0 && !failed:
			r.dropNeedless(rep)
			return nil
		}
	}
	return &pack.LimitError{Limit: "number of rounds of dependency analysis", Max: maxRounds, Value: maxRounds + 1}
}

// analyse has the packs on their way analysed, again without those that could
// not be read. It returns nil when none is left.
func (r *run) analyse(ctx context.Context) (*deps.Report, error) {
	for {
		ts := r.going()
		if len(ts) == 0 {
			return nil, nil
		}
		rep, err := r.config.Analyzer.Analyze(ctx, deps.Request{Paths: paths(ts), OnEvent: r.relay(ts)})
		if err := requestError(err); err != nil {
			return nil, err
		}
		r.report.Dependencies = rep
		if len(rep.Errors) == 0 {
			return rep, nil
		}
		at := byPath(ts)
		for _, e := range rep.Errors {
			if t := at[e.Path]; t != nil {
				r.fail(t, pack.StageDependencies, orText(e.Err, e.Message))
			}
		}
	}
}

// dropMisfits gives up packs that were added in a version that, as came to
// light later, does not suit everyone: the next analysis chooses another one,
// or says that there is none.
func (r *run) dropMisfits(rep *deps.Report) (dropped map[pack.Ref]bool) {
	dropped = map[pack.Ref]bool{}
	for _, c := range rep.Conflicts {
		t := r.find(c.Ref)
		if t == nil || !t.Added || r.drops[c.Ref] == maxDrops || pack.CodeOf(c.Err) != pack.CodeDependencyConflict {
			continue
		}
		r.drops[c.Ref]++
		dropped[c.Ref] = true
		r.packs = slices.DeleteFunc(r.packs, func(o *traveller) bool { return o == t })
	}
	return dropped
}

// failBlocked fails the packs that cannot have what they need, and reports
// whether there were any.
func (r *run) failBlocked(blocked map[pack.Ref]error) (failed bool) {
	for _, t := range r.going() {
		if err := blocked[t.Ref]; err != nil {
			failed = true
			r.fail(t, pack.StageDependencies, err)
		}
	}
	return failed
}

// additions returns new travellers for the packs that have to be added.
func (r *run) additions(rep *deps.Report, blocked map[pack.Ref]error) []*traveller {
	var ts []*traveller
	for _, a := range rep.Additions {
		if blocked[a.Ref] != nil || r.failed[a.Ref] != nil {
			continue
		}
		ts = append(ts, &traveller{Outcome: Outcome{
			Spec: a.ID.String(), Ref: a.Ref, Version: a.Version, Previous: r.previous(a.Ref),
			Added: true, RequiredBy: append([]pack.Ref{}, a.RequiredBy...),
		}})
	}
	r.packs = append(r.packs, ts...)
	return ts
}

// dropNeedless drops added packs that nobody needs any more, because those who
// did failed, and notes of the others who does.
func (r *run) dropNeedless(rep *deps.Report) {
	needed := r.needed(rep)
	r.packs = slices.DeleteFunc(r.packs, func(t *traveller) bool { return t.Added && t.going() && !needed[t.Ref] })
	for _, t := range r.packs {
		if t.Added && t.going() {
			t.RequiredBy = requiredBy(rep, t.Ref, needed)
		}
	}
}

// needed returns the packs that the request names or that these need, directly
// or through others.
func (r *run) needed(rep *deps.Report) map[pack.Ref]bool {
	needs := map[pack.Ref][]pack.Ref{}
	for _, d := range rep.Dependencies {
		needs[d.RequiredBy] = append(needs[d.RequiredBy], d.Ref)
	}
	var queue []pack.Ref
	for _, t := range r.going() {
		if !t.Added {
			queue = append(queue, t.Ref)
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

// requiredBy returns who needs ref, of those that are needed themselves.
func requiredBy(rep *deps.Report, ref pack.Ref, needed map[pack.Ref]bool) []pack.Ref {
	refs := []pack.Ref{}
	for _, d := range rep.Dependencies {
		if d.Ref == ref && needed[d.RequiredBy] && !slices.Contains(refs, d.RequiredBy) {
			refs = append(refs, d.RequiredBy)
		}
	}
	return refs
}
