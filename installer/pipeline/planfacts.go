package pipeline

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// facts are what a plan knows of the installed packs.
type facts struct {
	active map[pack.Ref]registry.ActivePack
	order  []pack.Ref
	// damaged are the packs whose records are damaged: nothing is known of them.
	damaged []pack.Ref
	// components of installed packs, as far as they were asked for.
	components map[pack.Ref][]pack.Component
	catalog    registry.Catalog
	back       map[pack.Ref]*registry.SnapshotPack // what packs are rolled back to
	provided   []pack.Provided
	gone       map[pack.ComponentRef]pack.Kind // what disappears
	added      map[pack.ComponentRef][]owned   // what a step adds
	warnings   []PlanProblem
}

// damagedRecord is why nothing is planned for a pack.
const damagedRecord = "its record is damaged, so that nothing is known of what is installed: without a plan, install it and allow replacing any version, or remove it"

type owned struct {
	ref  pack.Ref
	kind pack.Kind
}

func (r *run) facts(ctx context.Context) (*facts, error) {
	f := &facts{
		active: map[pack.Ref]registry.ActivePack{}, components: map[pack.Ref][]pack.Component{}, catalog: r.config.Catalog,
		gone: map[pack.ComponentRef]pack.Kind{}, added: map[pack.ComponentRef][]owned{}, back: map[pack.Ref]*registry.SnapshotPack{}, provided: r.config.Provided,
	}
	packs, err := r.config.Catalog.List(ctx)
	if f.damaged = registry.DamagedRefs(err); err != nil && len(f.damaged) == 0 {
		return nil, fmt.Errorf("look up installed packs: %w", err)
	}
	for _, p := range packs {
		f.active[p.Ref] = p
		f.order = append(f.order, p.Ref)
	}
	return f, nil
}

// componentsOf returns the components of an installed pack.
func (f *facts) componentsOf(ctx context.Context, ref pack.Ref) ([]pack.Component, error) {
	if cs, ok := f.components[ref]; ok {
		return cs, nil
	}
	if _, ok := f.active[ref]; !ok {
		return nil, nil
	}
	details, err := f.catalog.Show(ctx, ref)
	if err != nil {
		return nil, err
	}
	f.components[ref] = details.Components
	return details.Components, nil
}

// A side is what a step makes of a pack: its components, and the files that they run.
type side struct {
	components []pack.Component
	files      fs.FS
}

// compare notes which components a step adds, removes and changes.
func (f *facts) compare(ctx context.Context, s *PlanStep, after side) error {
	before, err := f.componentsOf(ctx, s.Ref)
	if err != nil {
		return err
	}
	was := os.DirFS(f.active[s.Ref].StoragePath)
	for i := range after.components {
		c := &after.components[i]
		name := PlanComponent{Kind: c.Kind, Ref: c.Ref}
		switch old := find(before, name); {
		case old == nil:
			s.Components.Added = append(s.Components.Added, name)
			f.added[c.Ref] = append(f.added[c.Ref], owned{s.Ref, c.Kind})
		case !same(old, was, c, after.files):
			s.Components.Changed = append(s.Components.Changed, name)
		}
	}
	for i := range before {
		name := PlanComponent{Kind: before[i].Kind, Ref: before[i].Ref}
		if find(after.components, name) == nil {
			s.Components.Removed = append(s.Components.Removed, name)
			f.gone[name.Ref] = name.Kind
		}
	}
	return nil
}

func find(cs []pack.Component, name PlanComponent) *pack.Component {
	for i := range cs {
		if cs[i].Kind == name.Kind && cs[i].Ref == name.Ref {
			return &cs[i]
		}
	}
	return nil
}

// same reports whether a component declares the same as before, and runs the same file.
func same(old *pack.Component, was fs.FS, c *pack.Component, is fs.FS) bool {
	a, err := json.Marshal(old)
	b, err2 := json.Marshal(c)
	if err != nil || err2 != nil || !bytes.Equal(a, b) {
		return false
	}
	for _, file := range runs(c) {
		if !sameFile(was, is, file) {
			return false
		}
	}
	return true
}

// runs returns the files that a component runs.
func runs(c *pack.Component) (files []string) {
	if c.Action != nil {
		files = append(files, c.Action.EntryPoint, c.Action.WorkflowFile)
	}
	if c.Sensor != nil {
		files = append(files, c.Sensor.EntryPoint)
	}
	return slices.DeleteFunc(files, func(file string) bool { return !fs.ValidPath(file) })
}

func sameFile(was, is fs.FS, file string) bool {
	a, err := fs.ReadFile(was, file)
	b, err2 := fs.ReadFile(is, file)
	return (err == nil) == (err2 == nil) && bytes.Equal(a, b)
}

func (p *Plan) conflict(code pack.Code, ref pack.Ref, format string, args ...any) {
	p.Conflicts = append(p.Conflicts, PlanProblem{Code: code, Ref: ref, Message: fmt.Sprintf(format, args...)})
}

func (p *Plan) warn(code string, ref pack.Ref, format string, args ...any) {
	p.Warnings = append(p.Warnings, PlanProblem{Code: pack.Code(code), Ref: ref, Message: fmt.Sprintf(format, args...)})
}

// step returns the step of a pack, nil for none.
func (p *Plan) step(ref pack.Ref) *PlanStep {
	i, ok := slices.BinarySearchFunc(p.Steps, ref, func(s PlanStep, ref pack.Ref) int { return cmp.Compare(s.Ref, ref) })
	if !ok {
		return nil
	}
	return &p.Steps[i]
}

// changes reports whether a pack gets other content, or is removed.
func (p *Plan) changes(ref pack.Ref) bool {
	s := p.step(ref)
	return s != nil && s.Action != PlanKeep
}
