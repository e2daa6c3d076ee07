package registrytest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// broken is memory with one fault.
type broken struct {
	*registry.Memory
	damaged     map[pack.Ref]bool
	lost        map[string]bool   // the damaged generations
	unclear     map[pack.Ref]bool // the packs with damaged summaries
	apply       func(m *registry.Memory, ctx context.Context, op registry.Operation) ([]registry.Record, error)
	outcome     func(m *registry.Memory, ctx context.Context, id string) (bool, error)
	setConfig   func(m *registry.Memory, ctx context.Context, ref pack.Ref, expect string, next registry.Configuration) error
	pack        func(m *registry.Memory, ctx context.Context, ref pack.Ref) (registry.Record, error)
	packs       func(m *registry.Memory, ctx context.Context) ([]registry.Record, error)
	summaries   func(m *registry.Memory, ctx context.Context) ([]registry.RecordSummary, error)
	actives     func(m *registry.Memory, ctx context.Context) (map[pack.Ref]string, error)
	components  func(m *registry.Memory, ctx context.Context, ref pack.Ref) ([]pack.Component, error)
	mentions    func(m *registry.Memory, ctx context.Context, ref pack.Ref) ([]pack.Component, error)
	generations func(m *registry.Memory, ctx context.Context, ref pack.Ref) ([]registry.Generation, error)
	dependents  func(m *registry.Memory, ctx context.Context, ref pack.Ref) ([]registry.Dependent, error)
	addEvidence func(m *registry.Memory, ctx context.Context, result registry.TestResult) error
	evidence    func(m *registry.Memory, ctx context.Context, ref pack.Ref) ([]registry.TestResult, error)
	bind        func(m *registry.Memory, ctx context.Context, id string) error
	changes     func(m *registry.Memory, ctx context.Context, since int64) (registry.ChangeBatch, error)
	// allDamaged makes one damaged record hide the others.
	allDamaged bool
}

// Damage implements [Damager].
func (b *broken) Damage(_ testing.TB, ref pack.Ref) {
	if b.damaged == nil {
		b.damaged = map[pack.Ref]bool{}
	}
	b.damaged[ref] = true
}

// DamageGeneration implements [GenerationDamager].
func (b *broken) DamageGeneration(_ testing.TB, _ pack.Ref, name string) {
	if b.lost == nil {
		b.lost = map[string]bool{}
	}
	b.lost[name] = true
}

// DamageSummary implements [SummaryDamager].
func (b *broken) DamageSummary(_ testing.TB, ref pack.Ref) { b.unclear = map[pack.Ref]bool{ref: true} }

func (b *broken) Apply(ctx context.Context, op registry.Operation) ([]registry.Record, error) {
	apply := b.apply
	if apply == nil {
		apply = (*registry.Memory).Apply
	}
	records, err := apply(b.Memory, ctx, op)
	for _, a := range op.Activate {
		delete(b.damaged, a.Ref)
	}
	for _, r := range op.Remove {
		delete(b.damaged, r.Ref)
	}
	return records, err
}

func (b *broken) Outcome(ctx context.Context, id string) (bool, error) {
	if b.outcome != nil {
		return b.outcome(b.Memory, ctx, id)
	}
	return b.Memory.Outcome(ctx, id)
}

func (b *broken) Bind(ctx context.Context, id string) error {
	if b.bind != nil {
		return b.bind(b.Memory, ctx, id)
	}
	return b.Memory.Bind(ctx, id)
}

func (b *broken) Changes(ctx context.Context, since int64) (registry.ChangeBatch, error) {
	if b.changes != nil {
		return b.changes(b.Memory, ctx, since)
	}
	return b.Memory.Changes(ctx, since)
}

func (b *broken) SetConfiguration(ctx context.Context, ref pack.Ref, expect string, next registry.Configuration) error {
	if b.setConfig != nil {
		return b.setConfig(b.Memory, ctx, ref, expect, next)
	}
	return b.Memory.SetConfiguration(ctx, ref, expect, next)
}

func (b *broken) AddEvidence(ctx context.Context, result registry.TestResult) error {
	if b.addEvidence != nil {
		return b.addEvidence(b.Memory, ctx, result)
	}
	return b.Memory.AddEvidence(ctx, result)
}

func (b *broken) Evidence(ctx context.Context, ref pack.Ref) ([]registry.TestResult, error) {
	if b.evidence != nil {
		return b.evidence(b.Memory, ctx, ref)
	}
	return b.Memory.Evidence(ctx, ref)
}

func (b *broken) Pack(ctx context.Context, ref pack.Ref) (registry.Record, error) {
	if b.damaged[ref] || len(b.lost) > 0 && b.lost[active(b.Memory, ref)] {
		return registry.Record{}, damage(ref)
	}
	if b.pack != nil {
		return b.pack(b.Memory, ctx, ref)
	}
	return b.Memory.Pack(ctx, ref)
}

func damage(ref pack.Ref) error {
	return &registry.RecordError{Ref: ref, Err: errors.New("damaged")}
}

func (b *broken) Packs(ctx context.Context) ([]registry.Record, error) {
	packs := b.packs
	if packs == nil {
		packs = (*registry.Memory).Packs
	}
	records, err := packs(b.Memory, ctx)
	for _, ref := range slices.Sorted(maps.Keys(b.damaged)) {
		err = errors.Join(err, damage(ref))
		records = slices.DeleteFunc(records, func(r registry.Record) bool { return r.Ref == ref || b.allDamaged })
	}
	return records, err
}

func (b *broken) Summaries(ctx context.Context) ([]registry.RecordSummary, error) {
	if b.summaries != nil {
		return b.summaries(b.Memory, ctx)
	}
	summaries, err := b.Memory.Summaries(ctx)
	for ref := range b.unclear {
		err = errors.Join(err, damage(ref))
		summaries = slices.DeleteFunc(summaries, func(s registry.RecordSummary) bool { return s.Ref == ref || b.allDamaged })
	}
	return summaries, err
}

func (b *broken) Components(ctx context.Context, ref pack.Ref) ([]pack.Component, error) {
	if b.components != nil {
		return b.components(b.Memory, ctx, ref)
	}
	return b.Memory.Components(ctx, ref)
}

func (b *broken) Mentions(ctx context.Context, ref pack.Ref) ([]pack.Component, error) {
	if b.mentions != nil {
		return b.mentions(b.Memory, ctx, ref)
	}
	return b.Memory.Mentions(ctx, ref)
}

func (b *broken) Dependents(ctx context.Context, ref pack.Ref) ([]registry.Dependent, error) {
	if b.dependents != nil {
		return b.dependents(b.Memory, ctx, ref)
	}
	return b.Memory.Dependents(ctx, ref)
}

func (b *broken) Generations(ctx context.Context, ref pack.Ref) ([]registry.Generation, error) {
	if b.generations != nil {
		return b.generations(b.Memory, ctx, ref)
	}
	generations, err := b.Memory.Generations(ctx, ref)
	for _, name := range slices.Sorted(maps.Keys(b.lost)) {
		err = errors.Join(err, &registry.RecordError{Ref: ref, Err: errors.New(name)})
		generations = slices.DeleteFunc(generations, func(g registry.Generation) bool { return g.Name == name || b.allDamaged })
	}
	return generations, err
}

func (b *broken) ActiveGenerations(ctx context.Context) (map[pack.Ref]string, error) {
	if b.actives != nil {
		return b.actives(b.Memory, ctx)
	}
	return b.Memory.ActiveGenerations(ctx)
}
