package pipeline

import (
	"cmp"
	"errors"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
)

// blocked returns the packs whose needs cannot be met, with the reasons. Dropped
// packs will be chosen again, so they do not block any pack yet.
func (r *run) blocked(rep *deps.Report, dropped map[pack.Ref]bool) map[pack.Ref]error {
	b := blocker{reasons: map[pack.Ref]error{}, dependents: map[pack.Ref][]pack.Ref{}}
	b.learn(rep)
	handled := map[pack.Ref]bool{}
	for _, c := range rep.Conflicts {
		handled[c.Ref] = true
		if dropped[c.Ref] {
			continue
		}
		for _, need := range c.Required {
			b.block(need.RequiredBy, r.reason(c))
		}
	}
	for _, a := range rep.Additions {
		handled[a.Ref] = true
		if err := r.failed[a.Ref]; err != nil {
			b.blockDependents(a.Ref, err)
		}
	}
	for _, d := range rep.Missing {
		if !handled[d.Ref] {
			b.block(d.RequiredBy, r.missing(d))
		}
	}
	return b.reasons
}

// reason is why the conflict cannot be resolved.
func (r *run) reason(c deps.Conflict) error {
	if err := r.failed[c.Ref]; err != nil {
		return needsFailed(c.Ref, err)
	}
	err := cmp.Or(c.Err, errors.New(c.Explanation))
	if pack.CodeOf(err) == pack.CodeDependencyMissing {
		return &MissingError{Need: pack.Dependency{Ref: c.Ref}, Err: err}
	}
	return err
}

// missing is why d is not met: no pack could be added for it.
func (r *run) missing(d deps.Dependency) error {
	if err := r.failed[d.Ref]; err != nil {
		return needsFailed(d.Ref, err)
	}
	return &MissingError{Need: pack.Dependency{Ref: d.Ref, Constraint: d.VersionSpec}}
}

// needsFailed is why a pack that needs ref is not installed.
func needsFailed(ref pack.Ref, reason error) error {
	return pack.Errorf(pack.CodeDependencyMissing, "it needs %s, which failed: %w", ref, reason)
}

// A blocker collects packs that cannot be installed. Packs that need one of them
// cannot be installed either.
type blocker struct {
	reasons    map[pack.Ref]error
	dependents map[pack.Ref][]pack.Ref
}

// learn records which packs need which. Needs that an installed version meets do
// not count.
func (b *blocker) learn(rep *deps.Report) {
	for _, d := range rep.Dependencies {
		if !d.AlreadyInstalled {
			b.dependents[d.Ref] = append(b.dependents[d.Ref], d.RequiredBy)
		}
	}
	for _, a := range rep.Additions {
		b.dependents[a.Ref] = append(b.dependents[a.Ref], a.RequiredBy...)
	}
}

// block blocks ref and all that need it. The first reason counts.
func (b *blocker) block(ref pack.Ref, reason error) {
	if b.reasons[ref] == nil {
		b.reasons[ref] = reason
		b.blockDependents(ref, reason)
	}
}

// blockDependents blocks all packs that need ref, directly or transitively, for
// one reason.
func (b *blocker) blockDependents(ref pack.Ref, reason error) {
	for queue := []pack.Ref{ref}; len(queue) > 0; queue = queue[1:] {
		for _, d := range b.dependents[queue[0]] {
			if b.reasons[d] == nil {
				b.reasons[d] = needsFailed(queue[0], reason)
				queue = append(queue, d)
			}
		}
	}
}
