package deps

import (
	"context"
	"errors"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
)

// A closure chooses a version of every pack that the packs of a request need,
// directly or through others.
//
// It walks from the request along the versions chosen so far and collects the
// demands it meets; a choice that does not meet all of them is given up for
// good, and the best of the rest takes its place; then it walks again, until
// nothing changes. The result is sound, and the same for the same input, but a
// solution that would need a choice given up before is not found: a solver that
// finds it would replace this type and nothing else.
type closure struct {
	request   *request
	provided  map[pack.Ref]pack.Provided
	installed Installed // nil when nothing is
	finder    Finder    // nil when nobody knows more
	maxPacks  int

	slots map[pack.Ref]*slot
	met   []*slot // in the order of the current walk
	queue []visit // of packs whose needs are still to be collected
}

// A visit is a pack and what it needs.
type visit struct {
	step *step
	deps []pack.Dependency
}

// maxWalks bounds the time spent on an index that is made to keep the choice
// moving. Real ones need fewer than ten.
const maxWalks = 1000

// choose chooses. A slot for which nothing fits is left without a choice. A panic
// of the finder, or of what knows the installed packs, becomes an error.
func (c *closure) choose(ctx context.Context) (err error) {
	defer batch.Rescue(&err)
	c.slots = map[pack.Ref]*slot{}
	for range maxWalks {
		if err := c.walk(ctx); err != nil {
			return err
		}
		if changed, err := c.settle(ctx); !changed || err != nil {
			return err
		}
	}
	return &pack.LimitError{Limit: "number of attempts to choose versions", Max: maxWalks, Value: maxWalks + 1}
}

// walk collects the demands of the request and of everything chosen.
func (c *closure) walk(ctx context.Context) error {
	for _, s := range c.met {
		s.demands = nil
	}
	c.met = c.met[:0]
	for _, m := range c.request.members {
		c.queue = append(c.queue, visit{step: &step{ID: m.ID}, deps: m.deps()})
	}
	for ; len(c.queue) > 0; c.queue = c.queue[1:] {
		at := c.queue[0]
		for _, d := range at.deps {
			if err := c.meet(ctx, demand{Dependency: d, by: at.step}); err != nil {
				return err
			}
		}
	}
	return nil
}

// meet notes d. When the walk comes to its pack for the first time, it goes on
// to what the version chosen for it needs.
func (c *closure) meet(ctx context.Context, d demand) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s, err := c.slot(ctx, d.Ref)
	if err != nil {
		return err
	}
	s.demands = append(s.demands, d)
	if len(s.demands) > 1 {
		return nil
	}
	c.met = append(c.met, s)
	if !s.tried {
		if err := s.choose(ctx); err != nil {
			return fmt.Errorf("find versions of %s: %w", s.ref, err)
		}
	}
	if s.chosen != nil {
		id := pack.ID{Ref: s.ref, Version: s.chosen.version}
		c.queue = append(c.queue, visit{step: &step{ID: id, parent: d.by}, deps: s.chosen.deps})
	}
	return nil
}

// settle replaces the choices that do not meet all demands, and reports whether
// the next walk will go another way.
func (c *closure) settle(ctx context.Context) (changed bool, err error) {
	for _, s := range c.met {
		before := s.chosen
		if before != nil {
			broken := s.unmet(before)
			if broken == nil {
				continue
			}
			s.ruledOut[before] = *broken
		}
		if err := s.choose(ctx); err != nil {
			return false, fmt.Errorf("find versions of %s: %w", s.ref, err)
		}
		changed = changed || s.chosen != before
	}
	return changed, nil
}

// slot returns the slot of ref, with the options known without the finder.
func (c *closure) slot(ctx context.Context, ref pack.Ref) (*slot, error) {
	if s := c.slots[ref]; s != nil {
		return s, nil
	}
	if len(c.slots) >= c.maxPacks {
		return nil, &pack.LimitError{Limit: "number of packs considered", Max: int64(c.maxPacks), Value: int64(c.maxPacks) + 1}
	}
	s := &slot{ref: ref, ruledOut: map[*option]demand{}}
	if err := c.lookUp(ctx, s); err != nil {
		return nil, fmt.Errorf("look up installed version of %s: %w", ref, err)
	}
	c.fill(s)
	c.slots[ref] = s
	return s, nil
}

func (c *closure) lookUp(ctx context.Context, s *slot) error {
	if c.installed == nil {
		return nil
	}
	v, err := c.installed.InstalledVersion(ctx, s.ref)
	switch {
	case errors.Is(err, pack.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	s.installed = &v
	return nil
}

// fill gives s its first option. Packs of the request and provided ones leave
// no choice; the finder is asked only when what is installed will not do.
func (c *closure) fill(s *slot) {
	if m := c.request.byRef[s.ref]; m != nil {
		s.options = []*option{{version: m.ID.Version, origin: originRequest}}
		return
	}
	if p, ok := c.provided[s.ref]; ok {
		s.options = []*option{{version: p.Version, origin: originProvided}}
		return
	}
	s.finder = c.finder
	if s.installed != nil {
		s.options = []*option{{version: *s.installed, origin: originInstalled}}
	}
}
