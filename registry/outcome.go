package registry

import (
	"context"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/registry/internal/generations"
)

// activation describes it as generation name, but for its components.
func (it *item) activation(ctx context.Context, name string, now time.Time) *Activation {
	return &Activation{
		Ref: it.ID.Ref, Previous: it.record.Active.Name,
		Generation: Generation{
			Name: name, Previous: it.record.Active.Name, Version: it.ID.Version,
			TreeDigest: it.treeDigest, DirectoryChecksum: it.directoryChecksum, Pin: it.input.Pin.WithoutQuery(), Environments: it.envs,
			Tests: it.tests, Validation: it.validation, Components: it.counts, Created: now, Actor: actorOf(ctx),
		},
		Manifest: *it.manifest, Time: now,
	}
}

// move returns the move of an operation that makes it active. Names of
// generations go on from those that the records and the disk know.
func (r *request) move(ctx context.Context, lock generations.Lock, it *item, now time.Time) (m generations.Move, err error) {
	name, err := r.store.nextGeneration(ctx, lock, it.ID.Ref, it.record.Active.Name, it.treeDigest)
	if err != nil {
		return m, err
	}
	a := it.activation(ctx, name, now)
	a.Generation.Environments = toRoot(r.store.config.Root, it.envs)
	data, err := (&metadata{*a, it.componentsDigest}).encode()
	return generations.Move{Ref: it.ID.Ref, From: a.Previous, To: name, Metadata: data, Components: it.components, Staged: it.staged}, err
}

// nextGeneration returns the name of the generation after the recorded ones. active is
// the active one, whose row may be damaged.
func (s *Store) nextGeneration(ctx context.Context, lock generations.Lock, ref pack.Ref, active string, tree pack.Digest) (string, error) {
	recorded, err := s.generations(ctx, ref)
	if err != nil && !damaged(err) {
		return "", err
	}
	names := []string{active}
	for i := range recorded {
		names = append(names, recorded[i].Name)
	}
	return s.disk.NextName(lock, ref, tree, names...)
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
		p.Path, p.Unchanged, p.Changes = it.Spec, it.unchanged, it.changes
		if p.Tests != nil {
			p.Tests.Reused = it.reused
		}
		rep.Registered = append(rep.Registered, p)
		rep.Summary.TotalComponents += p.Components.sum()
	}
	rep.Summary.Total = len(r.items)
	rep.Summary.Succeeded, rep.Summary.Failed = len(rep.Registered), len(rep.Failed)
	rep.Summary.Duration = time.Since(r.started)
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
