package deps

import (
	"context"
	"errors"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
)

// A resolver chooses a version for every pack that the packs of a request need,
// directly or transitively.
//
// It walks from the request along the versions chosen so far and collects the
// demands on the way. A choice that does not meet all of them is ruled out
// permanently and replaced by the best remaining option; then it walks again,
// until nothing changes. The result is sound and deterministic, but a solution
// that needs a choice ruled out earlier is not found: a solver that finds it
// would replace only this type.
type resolver struct {
	request   *request
	provided  map[pack.Ref]pack.Provided
	installed Installed // nil when nothing is
	finder    Finder    // nil when there is none
	platform  pack.Version
	maxPacks  int

	choices map[pack.Ref]*choice
	visited []*choice // in the order of the current walk
	queue   []visit   // of packs whose needs are still to be collected
}

// A visit is a pack and its dependencies.
type visit struct {
	step *step
	deps []pack.Dependency
}

// maxWalks bounds the time spent on an index that is crafted to keep the choice
// changing. Real ones need fewer than ten.
const maxWalks = 1000

// choose makes all choices. A pack for which no version fits is left without one.
// A panic of the Finder or of Installed becomes an error.
func (c *resolver) choose(ctx context.Context) (err error) {
	defer batch.Rescue(&err)
	ctx = pack.WithNotes(ctx, func(ctx context.Context, text string) {
		c.request.Warn(ctx, &batch.Item{Stage: pack.StageDependencies}, "%s", text)
	})
	c.choices = map[pack.Ref]*choice{}
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
func (c *resolver) walk(ctx context.Context) error {
	for _, s := range c.visited {
		s.demands = nil
	}
	c.visited = c.visited[:0]
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

// meet records d. When the walk reaches its pack for the first time, it continues
// with the needs of the version chosen for it.
func (c *resolver) meet(ctx context.Context, d demand) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s, err := c.choice(ctx, d.Ref)
	if err != nil {
		return err
	}
	s.demands = append(s.demands, d)
	if len(s.demands) > 1 {
		return nil
	}
	c.visited = append(c.visited, s)
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
func (c *resolver) settle(ctx context.Context) (changed bool, err error) {
	for _, s := range c.visited {
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

// choice returns the choice for ref, with the options known without the finder.
func (c *resolver) choice(ctx context.Context, ref pack.Ref) (*choice, error) {
	if s := c.choices[ref]; s != nil {
		return s, nil
	}
	if len(c.choices) >= c.maxPacks {
		return nil, &pack.LimitError{Limit: "number of packs considered", Max: int64(c.maxPacks), Value: int64(c.maxPacks) + 1}
	}
	s := &choice{ref: ref, platform: c.platform, ruledOut: map[*option]demand{}}
	if err := c.lookUp(ctx, s); err != nil {
		return nil, fmt.Errorf("look up installed version of %s: %w", ref, err)
	}
	c.fill(s)
	c.choices[ref] = s
	return s, nil
}

func (c *resolver) lookUp(ctx context.Context, s *choice) error {
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

// fill gives s its first option. Packs of the request and provided ones leave no
// choice; the finder is called only if the installed version does not satisfy.
func (c *resolver) fill(s *choice) {
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
