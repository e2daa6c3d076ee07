package registry

import (
	"time"

	"github.com/packtrain/pack"
)

// activation describes it as generation name.
func (b *batch) activation(it *item, name string, now time.Time) *Activation {
	return &Activation{
		Ref: it.id.Ref,
		Generation: Generation{
			Name: name, Previous: it.record.Active.Name, Version: it.id.Version,
			Tree: it.tree, Directory: it.directory, Pin: b.req.Pins[it.path].WithoutQuery(), Environments: it.envs,
			Tests: it.tests, Validation: it.validation, Components: countComponents(it.pack), Created: now,
		},
		Manifest:   it.pack.Manifest,
		Components: it.pack.Components,
	}
}

func countComponents(p *pack.Pack) ComponentCounts {
	n := p.Count()
	return ComponentCounts{
		Actions: n[pack.KindAction], Sensors: n[pack.KindSensor], Triggers: n[pack.KindTrigger],
		Rules: n[pack.KindRule], Workflows: n[pack.KindWorkflow], Policies: n[pack.KindPolicy],
	}
}

func (c ComponentCounts) sum() int {
	return c.Actions + c.Sensors + c.Triggers + c.Rules + c.Workflows + c.Policies
}

func (b *batch) report() *Report {
	r := &Report{Registered: []RegisteredPack{}, Failed: []FailedPack{}}
	for _, it := range b.items {
		if it.err != nil {
			r.Failed = append(r.Failed, FailedPack{Ref: it.id.Ref, Path: it.path, Message: it.err.Error(), Stage: it.stage, Err: it.err})
			continue
		}
		p := b.store.registered(it.record)
		p.Path, p.Unchanged = it.path, it.unchanged
		r.Registered = append(r.Registered, p)
		r.Summary.TotalComponents += p.Components.sum()
	}
	r.Summary.Total = len(b.items)
	r.Summary.Succeeded, r.Summary.Failed = len(r.Registered), len(r.Failed)
	r.Summary.DurationMS = time.Since(b.started).Milliseconds()
	return r
}

// registered describes the active generation of rec.
func (s *Store) registered(rec Record) RegisteredPack {
	g := rec.Active
	return RegisteredPack{
		Ref: rec.Ref, ID: rec.ID, Version: g.Version, StoragePath: s.disk.Current(rec.Ref),
		Components: g.Components, Tests: g.Tests.Summary(), Validation: g.Validation, Generation: g.Name,
	}
}

func (b *batch) err() error {
	failed := make([]*pack.ItemError, len(b.items))
	for i, it := range b.items {
		if it.err != nil {
			failed[i] = &pack.ItemError{Spec: it.path, Ref: it.id.Ref, Stage: it.stage, Err: it.err}
		}
	}
	return pack.NewBatchError(failed)
}
