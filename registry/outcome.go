package registry

import (
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
)

// activation describes it as generation name.
func (r *request) activation(it *item, name string, now time.Time) *Activation {
	return &Activation{
		Ref: it.ID.Ref,
		Generation: Generation{
			Name: name, Previous: it.record.Active.Name, Version: it.ID.Version,
			TreeDigest: it.treeDigest, DirectoryChecksum: it.directoryChecksum, Pin: it.input.Pin.WithoutQuery(), Environments: it.envs,
			Tests: it.tests, Validation: it.validation, Components: countComponents(it.components), Created: now,
		},
		Manifest:   it.pack.Manifest,
		Components: it.components,
	}
}

func countComponents(components []pack.Component) ComponentCounts {
	p := pack.Pack{Components: components}
	n := p.Count()
	return ComponentCounts{
		Actions: n[pack.KindAction], Sensors: n[pack.KindSensor], Triggers: n[pack.KindTrigger],
		Rules: n[pack.KindRule], Workflows: n[pack.KindWorkflow], Policies: n[pack.KindPolicy],
	}
}

func (c ComponentCounts) sum() int {
	return c.Actions + c.Sensors + c.Triggers + c.Rules + c.Workflows + c.Policies
}

func (r *request) report() *Report {
	rep := &Report{Registered: []RegisteredPack{}, Warnings: r.Warnings()}
	rep.Failed = batch.Failures(r.items, func(it *item) *batch.Item { return &it.Item })
	for _, it := range r.items {
		if it.Err != nil {
			continue
		}
		p := r.store.registered(it.record)
		p.Path, p.Unchanged = it.Spec, it.unchanged
		rep.Registered = append(rep.Registered, p)
		rep.Summary.TotalComponents += p.Components.sum()
	}
	rep.Summary.Total = len(r.items)
	rep.Summary.Succeeded, rep.Summary.Failed = len(rep.Registered), len(rep.Failed)
	rep.Summary.DurationMS = time.Since(r.started).Milliseconds()
	return rep
}

// registered describes the active generation of rec.
func (s *Store) registered(rec Record) RegisteredPack {
	g := rec.Active
	return RegisteredPack{
		Ref: rec.Ref, ID: rec.ID, Version: g.Version, StoragePath: s.disk.Current(rec.Ref),
		Components: g.Components, Tests: g.Tests.Summary(), Validation: g.Validation, Generation: g.Name,
	}
}
