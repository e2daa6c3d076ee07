package lock

import (
	"context"
	"fmt"

	"github.com/packtrain/pack"
)

// A MovedError says that a URL that a pack states as a dependency has another pack than
// the one that the lock states. It has [pack.CodeConflict].
type MovedError struct {
	URL       string
	Was, Is   pack.Ref
	Dependent pack.ID // the pack of the lock that states the URL
}

// Error names both packs.
func (e *MovedError) Error() string {
	return fmt.Sprintf("pack %s is there, and packs.lock states pack %s for %s; update %s to accept it", e.Is, e.Was, e.Dependent, e.Dependent.Ref)
}

// ErrorCode implements [pack.Coder].
func (*MovedError) ErrorCode() pack.Code { return pack.CodeConflict }

// Unwrap returns [pack.ErrConflict].
func (*MovedError) Unwrap() error { return pack.ErrConflict }

// follow returns the pack at a URL that a pack states as a dependency: what the lock
// states, or what is there.
func (w *lockedWorld) follow(ctx context.Context, want pack.Want) ([]pack.Candidate, error) {
	by, ref := w.followed(func(d pack.Dependency) bool { return d.URL == want.Spec })
	if before := w.old.Find(ref); before != nil && !w.updates(ref) && before.TreeDigest() != "" {
		return []pack.Candidate{before.Candidate()}, nil
	}
	found, err := w.world.Candidates(ctx, want)
	if err != nil {
		return nil, err
	}
	for _, c := range found {
		if by.Ref != "" && c.Ref != ref && !w.updates(by.Ref) {
			return nil, &MovedError{URL: want.Spec, Was: ref, Is: c.Ref, Dependent: by}
		}
	}
	return found, nil
}

// again returns what is at the URL from which the lock has a pack that no index has.
func (w *lockedWorld) again(ctx context.Context, ref pack.Ref, missing error) ([]pack.Candidate, error) {
	var url string
	by, _ := w.followed(func(d pack.Dependency) bool {
		url = d.URL
		return d.Ref == ref && url != ""
	})
	if by.Ref == "" {
		return nil, missing
	}
	return w.follow(ctx, pack.Want{Spec: url, By: by.String()})
}

// followed returns a need that the lock states, and the pack that has it.
func (r *resolver) followed(need func(pack.Dependency) bool) (by pack.ID, ref pack.Ref) {
	for i := range r.old.Packs {
		for _, d := range r.old.Packs[i].Needs {
			if need(d) {
				return r.old.Packs[i].ID, d.Ref
			}
		}
	}
	return pack.ID{}, ""
}
