package lock

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// A DeviationError says why a lock does not state what is wanted. It matches
// [pack.CodeConflict].
type DeviationError struct {
	// Deviations are sentences, in the order of refs.
	Deviations []string
}

// Error lists the deviations, at most ten.
func (e *DeviationError) Error() string {
	const most = 10
	texts := e.Deviations
	if over := len(texts) - most; over > 0 {
		texts = append(slices.Clone(texts[:most]), fmt.Sprintf("%d more", over))
	}
	return "packs.lock does not state what is wanted: " + strings.Join(texts, "; ")
}

// ErrorCode implements [pack.Coder].
func (e *DeviationError) ErrorCode() pack.Code { return pack.CodeConflict }

// A ContentError says that a place that a lock pins has other content than the lock states.
// It matches what Err matches.
type ContentError struct {
	ID  pack.ID
	Err error // the mismatch, with both digests
}

// Error returns one line.
func (e *ContentError) Error() string {
	return fmt.Sprintf("packs.lock states other content for %s: %v", e.ID, e.Err)
}

// Unwrap returns Err.
func (e *ContentError) Unwrap() error { return e.Err }

// Check returns a [*DeviationError] if the lock is not a complete answer to the wants on a
// host that provides these packs, on a platform of that version (zero: not known): wants,
// needs and digests are compared, and no index is asked.
func (l *Lock) Check(wants []Want, provided []pack.Provided, platform pack.Version) error {
	c := &checker{lock: l, provided: map[pack.Ref]pack.Provided{}, needed: map[pack.Ref]bool{}}
	for _, p := range provided {
		c.provided[p.Ref] = p
	}
	if l.Merged {
		c.say("it has conflict markers of a merge")
	}
	c.wants(wants)
	for _, w := range wants {
		c.reach(w.Ref)
	}
	for i := range l.Packs {
		c.pack(&l.Packs[i], platform)
	}
	for i := range l.Environments {
		c.environment(&l.Environments[i])
	}
	if len(c.found) == 0 {
		return nil
	}
	return &DeviationError{Deviations: c.found}
}

type checker struct {
	lock     *Lock
	provided map[pack.Ref]pack.Provided
	needed   map[pack.Ref]bool
	found    []string
}

func (c *checker) say(format string, args ...any) {
	c.found = append(c.found, fmt.Sprintf(format, args...))
}

func (c *checker) wants(wants []Want) {
	wanted := map[pack.Ref]bool{}
	for _, w := range wants {
		wanted[w.Ref] = true
		locked, p := c.lock.Want(w.Ref), c.lock.Find(w.Ref)
		switch {
		case locked == nil:
			c.say("%s %s is wanted, and the lock does not have it", w.Ref, w.Text())
		case locked.Text() != w.Text():
			c.say("%s %s is wanted, and the lock is for %s", w.Ref, w.Text(), locked.Text())
		case p == nil:
			c.say("%s is wanted, and the lock states no version of it", w.Ref)
		case w.From == "" && !w.Constraint.AllowsPresent(p.Version):
			c.say("%s %s is wanted, and the lock has %s", w.Ref, w.Constraint, p.Version)
		}
	}
	for _, w := range c.lock.Wants {
		if !wanted[w.Ref] {
			c.say("%s is not wanted any more", w.Ref)
		}
	}
}

// reach notes which packs are needed.
func (c *checker) reach(ref pack.Ref) {
	p := c.lock.Find(ref)
	if p == nil || c.needed[ref] {
		return
	}
	c.needed[ref] = true
	for _, d := range p.Needs {
		c.reach(d.Ref)
	}
}

func (c *checker) pack(p *Pack, platform pack.Version) {
	if _, reserved := c.provided[p.Ref]; reserved {
		c.say("the host provides %s", p.Ref)
	}
	if !c.needed[p.Ref] {
		c.say("%s is not needed any more", p.Ref)
	}
	if p.TreeDigest() == "" {
		c.say("the lock states no digest of the content of %s", p.ID)
	}
	if !platform.IsZero() {
		if err := pack.CheckPlatform(p.Platform, platform); err != nil {
			c.say("%s: %v", p.ID, err)
		}
	}
	for _, d := range p.Needs {
		c.need(p, d)
	}
	for _, runtime := range slices.Sorted(maps.Keys(p.Environments)) {
		if id := p.Environments[runtime]; c.lock.Environment(id) == nil {
			c.say("%s has the environment %s, and the lock states nothing of it", p.ID, id)
		}
	}
}

func (c *checker) environment(e *Environment) {
	if id := EnvironmentID(e); id != e.ID {
		c.say("environment %s was edited: what it wants has the ID %s", e.ID, id)
	}
	disputed := e.disputed()
	for _, platform := range slices.Sorted(maps.Keys(disputed)) {
		c.say("environment %s states two versions of %s on %s", e.ID, disputed[platform], platform)
	}
}

func (c *checker) need(p *Pack, d pack.Dependency) {
	if host, ok := c.provided[d.Ref]; ok {
		if !host.Satisfies(d.Constraint) {
			c.say("%s needs %s, and the host provides %s", p.ID, d, host.Version)
		}
		return
	}
	switch found := c.lock.Find(d.Ref); {
	case found == nil && slices.Contains(p.Provided, d.Ref):
		c.say("%s needs %s, which the host does not provide", p.ID, d)
	case found == nil:
		c.say("%s needs %s, and the lock states no version of it", p.ID, d)
	case !d.Constraint.AllowsPresent(found.Version):
		c.say("%s needs %s, and the lock has %s", p.ID, d, found.Version)
	}
}
