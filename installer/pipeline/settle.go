package pipeline

import (
	"cmp"
	"context"
	"errors"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
)

// settle chooses versions, downloads and analyses them, and builds their environments.
// When a pack fails, or needs something else than its index says, versions are chosen
// again. Each round but the last fails a pack or learns what one needs.
func (r *run) settle(ctx context.Context) error {
	for {
		if err := r.resolve(ctx); err != nil {
			return err
		}
		if r.stops() {
			return nil
		}
		again := false
		for _, step := range []func(context.Context) (again bool, err error){r.downloadChosen, r.analyse, r.environments} {
			var err error
			if again, err = step(ctx); err != nil || r.stops() {
				return err
			}
			if again {
				break
			}
		}
		if !again {
			return nil
		}
	}
}

// stops reports whether no further work is done because a pack failed.
func (r *run) stops() bool {
	return (r.req.FailFast || r.req.AllOrNothing) && len(r.failures()) > 0
}

// downloadChosen downloads the chosen packs that were not received yet.
func (r *run) downloadChosen(ctx context.Context) (again bool, err error) {
	var ps []*packState
	for _, p := range r.packs {
		if p.Err != nil {
			continue
		}
		if r.checkReplaced(p); p.Err != nil {
			again = true
		} else if p.content == nil {
			ps = append(ps, p)
		}
	}
	if err := r.download(ctx, ps); err != nil {
		return false, err
	}
	for _, p := range ps {
		r.checkReplaced(p)
		again = r.learn(ctx, p) || p.Err != nil || again
	}
	return again, nil
}

// analyse analyses the packs in progress, and fails those that cannot be read or whose
// needs the analyzer finds unmet.
func (r *run) analyse(ctx context.Context) (again bool, err error) {
	ps := r.going()
	if len(ps) == 0 {
		return false, nil
	}
	rep, err := r.config.Analyzer.Analyze(ctx, deps.Request{
		Contents: contents(ps), SkipValidation: r.req.SkipValidation, UseRecorded: !r.planning, OnEvent: r.relay(ps), // plans compare components
	})
	if rep == nil || requestError(err) != nil {
		return false, requestError(err)
	}
	r.report.Dependencies = rep
	if r.noteAnalysis(ps, rep); len(rep.Failed) > 0 {
		return true, nil // what the others need may be chosen in another version
	}
	r.failBlocked(rep)
	for _, p := range ps {
		again = p.Err != nil || r.learn(ctx, p) || again
	}
	return again, nil
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

// failBlocked fails the packs whose needs the analyzer finds unmet, although they were
// met when versions were chosen: an analyzer of the host's own may have other rules.
func (r *run) failBlocked(rep *deps.Report) {
	handled := map[pack.Ref]bool{}
	for _, c := range rep.Conflicts {
		handled[c.Ref] = true
		for _, need := range c.Required {
			r.block(need.RequiredBy, cmp.Or(c.Err, errors.New(c.Explanation)))
		}
	}
	for _, d := range rep.Missing {
		if !handled[d.Ref] {
			r.block(d.RequiredBy, &MissingError{Need: pack.Dependency{Ref: d.Ref, Constraint: d.VersionSpec}})
		}
	}
}

func (r *run) block(ref pack.Ref, err error) {
	if p := r.find(ref); p != nil {
		r.fail(p, pack.StageDependencies, err)
	}
}
