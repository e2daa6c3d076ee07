// Package solve chooses versions of packs that suit each other, or proves that there
// are none. It is pure: a universe in, a selection or a proof out.
//
// Every pack of the selection has one version. A version is chosen only together with
// versions that meet its demands, and packs that nothing demands are not chosen; a
// cycle of packs is legal. The platform counts as a pack with one version. Installed
// packs stay, in the version that is installed or in another one. What an installed
// version demands binds only as far as it is met before: a pack that is broken
// already does not keep others from being installed. Installed and provided packs
// and the platform are compared as present ([Constraint]).
//
// A selection is found whenever one exists. Of several the first of these decides:
//
//  1. as few packs as possible have another version than the lock says;
//  2. no version of a pack that the request names could be higher without another one of
//     these being lower;
//  3. as few other installed packs as possible are replaced;
//  4. no version could be higher without another one being lower, where releases are
//     higher than pre-releases; packs nearer to the request come first.
//
// New packs are not counted: else an old version would be chosen because its
// successor needs one pack more.
//
// The result depends on the problem alone, not on the order in which it lists things.
//
// # How it works
//
// Each pack has a domain: the set of its versions that are still possible, and one
// more bit for its absence. A [Demand] is a clause over domains: a version of the one
// pack is not chosen, or a version of the other that suits is. Packs that have to be
// present are decided one after the other, best version first, and the consequences
// are drawn. A conflict becomes a clause by resolving the reasons of what led to it;
// the search goes back to where that clause has a consequence. The number of packs
// that may deviate from the lock is a limit that is lowered until nothing is found; then
// the packs that the request names, which are decided first, keep their versions, and the
// number of others that may deviate from what is installed is lowered.
package solve

import (
	"context"
	"fmt"

	"github.com/packtrain/pack"
)

// DefaultBudget is the work that is done where a problem states no budget.
const DefaultBudget = 200_000_000

// A Constraint limits versions, as [pack.Constraint] does. Constraints with the same
// text are the same, and "*" is none at all.
type Constraint interface {
	// Allows reports whether v may be chosen; AllowsPresent whether it satisfies the
	// constraint when it is there already.
	Allows(v pack.Version) bool
	AllowsPresent(v pack.Version) bool
	fmt.Stringer
}

// A Dependency is a pack that is needed, in a version that Constraint allows; nil
// allows any.
type Dependency struct {
	Ref        pack.Ref
	Constraint Constraint
}

// String returns "ref" or "ref@constraint".
func (d Dependency) String() string {
	if text := d.text(); text != "*" {
		return d.Ref.String() + "@" + text
	}
	return d.Ref.String()
}

func (d Dependency) text() string {
	if d.Constraint == nil {
		return "*"
	}
	return d.Constraint.String()
}

// A Problem says what is asked for and what exists. It is not changed.
type Problem struct {
	// Wants are the packs of the request.
	Wants []Dependency
	// Packs are the packs that are known, each ref once; others have no version.
	Packs []Pack
	// Provided packs are what the host has; Packs of the same refs do not count. The
	// zero Version satisfies every demand.
	Provided []pack.ID
	// Platform is the version of the platform; with the zero Version what is asked of
	// it is not checked.
	Platform pack.Version
	// Budget bounds the work, in visits of demands; 0 means [DefaultBudget].
	Budget int
}

// A Pack is a pack and its versions, in any order.
type Pack struct {
	Ref      pack.Ref
	Versions []Version
	// Named: the request names the pack. Then the version that is installed is neither
	// preferred nor counted when it is replaced, and its own demands bind in full.
	Named bool
}

// A Version is one version of a pack. Of versions that are written the same, the
// installed one counts.
type Version struct {
	Version      pack.Version
	Dependencies []Dependency
	// Platform limits the versions of the platform; nil allows any.
	Platform Constraint
	// Locked: the lock says this version. Installed: it is installed. At most one
	// version of a pack is either.
	Locked, Installed bool
	// Present: it is compared as present, as an installed one is.
	Present bool
}

// A BudgetError says that the budget was exhausted.
type BudgetError struct {
	Budget int
	// Demand is the one that took part in most conflicts.
	Demand Demand
}

// Error names the demand.
func (e *BudgetError) Error() string {
	return fmt.Sprintf("choosing versions took more than %d steps, most of them because %s; ask for narrower ranges", e.Budget, &e.Demand)
}

// Solve returns the versions chosen, sorted by ref, without those of provided packs;
// installed packs are among them. If there is no selection it returns a proof
// instead. Errors are those of ctx and [*BudgetError].
func Solve(ctx context.Context, p *Problem) ([]pack.ID, *Proof, error) {
	u := newUniverse(p)
	work := &work{ctx: ctx, budget: p.Budget}
	if work.budget == 0 {
		work.budget = DefaultBudget
	}
	found, core, err := u.search(work, limits{unlimited, unlimited})
	if err != nil {
		return nil, nil, err
	}
	if found == nil {
		proof, err := u.prove(work, core)
		return nil, proof, err
	}
	if found, err = u.improve(work, found); err != nil {
		return nil, nil, err
	}
	return u.ids(found), nil, nil
}

// pin leaves the named packs no other versions.
func (u *universe) pin(chosen []int) {
	for i := range u.nodes {
		if n := &u.nodes[i]; n.named {
			n.pinned = newSet(n.size())
			n.pinned.add(chosen[i])
		}
	}
}

// improve lowers the limits until nothing is found.
func (u *universe) improve(work *work, best []int) ([]int, error) {
	limit := limits{unlimited, unlimited}
	for i := range limit {
		if i > 0 {
			u.pin(best)
		}
		for limit[i] = u.deviations(best)[i]; limit[i] > 0; limit[i] = u.deviations(best)[i] {
			limit[i]--
			found, _, err := u.search(work, limit)
			if err != nil {
				return nil, err
			}
			if found == nil {
				limit[i]++
				break
			}
			best = found
		}
	}
	return best, nil
}
