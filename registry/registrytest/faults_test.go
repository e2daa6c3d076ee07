package registrytest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

type fault struct {
	name      string
	noticedBy string
	broken    func() *broken
}

// activationFault is a fault of Apply: change alters each activation.
func activationFault(name, noticedBy string, change func(m *registry.Memory, a *registry.Activation)) fault {
	return applyFault(name, noticedBy, func(m *registry.Memory, ctx context.Context, op registry.Operation) ([]registry.Record, error) {
		op.Activate = slices.Clone(op.Activate)
		for i := range op.Activate {
			change(m, &op.Activate[i])
		}
		return m.Apply(ctx, op)
	})
}

type applyFunc = func(m *registry.Memory, ctx context.Context, op registry.Operation) ([]registry.Record, error)

func applyFault(name, noticedBy string, apply applyFunc) fault {
	return fault{name, noticedBy, func() *broken { return &broken{apply: apply} }}
}

func active(m *registry.Memory, ref pack.Ref) string {
	r, _ := m.Pack(context.Background(), ref)
	return r.Active.Name
}

func faults() []fault {
	return append(slices.Concat(feedFaults(), configFaults(), evidenceFaults()), []fault{
		{"unknown packs are empty", "UnknownPackIsNotFound", func() *broken {
			return &broken{pack: func(m *registry.Memory, ctx context.Context, ref pack.Ref) (registry.Record, error) {
				r, err := m.Pack(ctx, ref)
				if errors.Is(err, pack.ErrNotFound) {
					err = nil
				}
				return r, err
			}}
		}},
		{"empty list is an error", "EmptyRecordsListNothing", func() *broken {
			return &broken{packs: func(m *registry.Memory, ctx context.Context) ([]registry.Record, error) {
				if rs, err := m.Packs(ctx); err != nil || len(rs) > 0 {
					return rs, err
				}
				return nil, pack.ErrNotFound
			}}
		}},
		{"active generations are those of one pack", "SetsAreAppliedTogether", func() *broken {
			return &broken{actives: func(m *registry.Memory, ctx context.Context) (map[pack.Ref]string, error) {
				all, err := m.ActiveGenerations(ctx)
				refs := slices.Sorted(maps.Keys(all))
				for i := 1; i < len(refs); i++ {
					delete(all, refs[i])
				}
				return all, err
			}}
		}},
		{"summaries ignore what users decided", "SummariesAgreeWithRecords", func() *broken {
			return &broken{summaries: func(m *registry.Memory, ctx context.Context) ([]registry.RecordSummary, error) {
				all, err := m.Summaries(ctx)
				for i := range all {
					all[i].Enabled = true
				}
				return all, err
			}}
		}},
		{"summaries have one dependency", "SummariesAgreeWithRecords", func() *broken {
			return &broken{summaries: func(m *registry.Memory, ctx context.Context) ([]registry.RecordSummary, error) {
				all, err := m.Summaries(ctx)
				for i := range all {
					all[i].Dependencies = all[i].Dependencies[:min(1, len(all[i].Dependencies))]
				}
				return all, err
			}}
		}},
		{"a damaged summary hides the others", "DamagedSummaryAffectsNoOther", func() *broken { return &broken{allDamaged: true} }},
		activationFault("pins are lost", "ActivationIsReadBack", func(_ *registry.Memory, a *registry.Activation) { a.Generation.Pin = pack.Pin{} }),
		activationFault("times are cut to seconds", "ActivationIsReadBack", func(_ *registry.Memory, a *registry.Activation) { a.Time = a.Time.Truncate(time.Second) }),
		activationFault("text is cut", "HostileTextIsKept", func(_ *registry.Memory, a *registry.Activation) {
			if len(a.Manifest.Label) > 10 {
				a.Manifest.Label = a.Manifest.Label[:10]
			}
		}),
		activationFault("components beyond a thousand are lost", "ManyComponentsAreKept", func(_ *registry.Memory, a *registry.Activation) {
			a.Components = a.Components[:min(1000, len(a.Components))]
		}),
		activationFault("encoded components are lost", "EncodedComponentsAreKept", func(_ *registry.Memory, a *registry.Activation) { a.Documents = nil }),
		activationFault("writers are not fenced", "StaleActivationIsRefused", func(m *registry.Memory, a *registry.Activation) { a.Previous = active(m, a.Ref) }),
		activationFault("writers are not fenced", "OneOfManyOperationsWins", func(m *registry.Memory, a *registry.Activation) { a.Previous = active(m, a.Ref) }),
		activationFault("writers are not fenced", "OneOfManySetsWins", func(m *registry.Memory, a *registry.Activation) { a.Previous = active(m, a.Ref) }),
		activationFault("duplicates are dropped", "RefusedOperationLeavesNothing", func(_ *registry.Memory, a *registry.Activation) {
			a.Components = slices.CompactFunc(slices.Clone(a.Components), func(x, y pack.Component) bool { return x.Ref == y.Ref })
			if n := len(a.Components); n > 1 && a.Components[0].Ref == a.Components[n-1].Ref {
				a.Components = a.Components[1:]
			}
		}),
		activationFault("foreign components are dropped", "ComponentRefsAreUnique", func(_ *registry.Memory, a *registry.Activation) {
			a.Components = slices.DeleteFunc(slices.Clone(a.Components), func(c pack.Component) bool { return c.Ref == "demo.one" && a.Ref != "demo" })
		}),
		{"old components stay", "UpgradeReplacesComponents", mergingComponents},
		{"an upgrade is a new pack", "UpgradeKeepsIDAndInstalled", func() *broken {
			return &broken{apply: func(m *registry.Memory, ctx context.Context, op registry.Operation) ([]registry.Record, error) {
				a := op.Activate[0]
				if old := active(m, a.Ref); old == a.Previous && old != "" {
					_ = remove(ctx, m, a.Ref, old)
					a.Previous = ""
				}
				return m.Apply(ctx, registry.Operation{ID: op.ID, Activate: []registry.Activation{a}})
			}}
		}},
		{"rolling back adds a generation", "RollBackAddsNoGeneration", func() *broken {
			return &broken{generations: func(m *registry.Memory, ctx context.Context, ref pack.Ref) ([]registry.Generation, error) {
				gs, err := m.Generations(ctx, ref)
				if n := len(gs); n > 0 && gs[n-1].Name != active(m, ref) {
					gs = append(gs, gs[0])
				}
				return gs, err
			}}
		}},
		applyFault("activating again is refused", "ActivatingTwiceChangesNothing", func(m *registry.Memory, ctx context.Context, op registry.Operation) ([]registry.Record, error) {
			if a := op.Activate[0]; active(m, a.Ref) == a.Generation.Name {
				return nil, pack.ErrConflict
			}
			return m.Apply(ctx, op)
		}),
		applyFault("removing does nothing", "RemovalRemovesEverything", func(m *registry.Memory, ctx context.Context, op registry.Operation) ([]registry.Record, error) {
			if op.Remove = nil; len(op.Activate) == 0 {
				return nil, nil
			}
			return m.Apply(ctx, op)
		}),
		applyFault("removing is not fenced", "StaleRemovalIsRefused", func(m *registry.Memory, ctx context.Context, op registry.Operation) ([]registry.Record, error) {
			for i := range op.Remove {
				op.Remove[i].Generation = active(m, op.Remove[i].Ref)
			}
			return m.Apply(ctx, op)
		}),
		{"only the pack itself mentions its components", "MentionsAreFound", func() *broken {
			return &broken{mentions: func(m *registry.Memory, ctx context.Context, ref pack.Ref) ([]pack.Component, error) {
				return m.Components(ctx, ref)
			}}
		}},
		applyFault("settings are lost", "SettingsAreKept", func(m *registry.Memory, ctx context.Context, op registry.Operation) ([]registry.Record, error) {
			if op.Settings = nil; len(op.Refs()) == 0 {
				return nil, nil
			}
			return m.Apply(ctx, op)
		}),
		applyFault("all generations are forgotten but the active one", "ForgottenGenerationsAreGone", func(m *registry.Memory, ctx context.Context, op registry.Operation) ([]registry.Record, error) {
			for i := range op.Forget {
				gs, _ := m.Generations(ctx, op.Forget[i].Ref)
				for j := range gs {
					op.Forget[i].Generations = append(op.Forget[i].Generations, gs[j].Name)
				}
			}
			return m.Apply(ctx, op)
		}),
		applyFault("a set takes two steps", "ReadersNeverSeeHalfASet", oneByOne),
		applyFault("records come in another order", "SetsAreAppliedTogether", func(m *registry.Memory, ctx context.Context, op registry.Operation) ([]registry.Record, error) {
			records, err := m.Apply(ctx, op)
			slices.SortFunc(records, func(a, b registry.Record) int { return strings.Compare(a.Ref.String(), b.Ref.String()) })
			return records, err
		}),
		applyFault("removals of a set are lost", "SetsAreAppliedTogether", func(m *registry.Memory, ctx context.Context, op registry.Operation) ([]registry.Record, error) {
			if len(op.Activate) > 0 {
				op.Remove = nil
			}
			return m.Apply(ctx, op)
		}),
		applyFault("a set is applied up to the conflict", "ConflictInOneLeavesAll", oneByOne),
		applyFault("components of a set are compared with those before it", "ComponentsMoveWithinASet", oneByOne),
		applyFault("IDs of operations are not compared", "RepeatedOperationChangesNothing", func(m *registry.Memory, ctx context.Context, op registry.Operation) ([]registry.Record, error) {
			op.ID = operationID()
			return m.Apply(ctx, op)
		}),
		{"outcomes of removals are not known", "OutcomeIsKnown", forgettingRemovals},
		{"every outcome is known", "OutcomeIsKnown", func() *broken {
			return &broken{outcome: func(*registry.Memory, context.Context, string) (bool, error) { return true, nil }}
		}},
		applyFault("operations need no ID", "InvalidOperationsAreRefused", func(m *registry.Memory, ctx context.Context, op registry.Operation) ([]registry.Record, error) {
			op.ID = cmp.Or(op.ID, operationID())
			return m.Apply(ctx, op)
		}),
		{"old generations are forgotten", "ManyGenerationsAreKept", func() *broken {
			return &broken{generations: func(m *registry.Memory, ctx context.Context, ref pack.Ref) ([]registry.Generation, error) {
				gs, err := m.Generations(ctx, ref)
				return gs[max(0, len(gs)-100):], err
			}}
		}},
		{"dependents are those of any time", "DependentsAreFound", rememberingDependents},
		{"dependents of a set are lost", "DependentsFollowSets", func() *broken {
			return &broken{dependents: func(m *registry.Memory, ctx context.Context, ref pack.Ref) ([]registry.Dependent, error) {
				dependents, err := m.Dependents(ctx, ref)
				return slices.DeleteFunc(dependents, func(d registry.Dependent) bool { return d.Ref == "a" }), err
			}}
		}},
		{"readers disturb each other", "DependentsAreFoundByManyAtOnce", disturbedReaders},
		{"another root is accepted", "RecordsBelongToOneRoot", acceptingAnyRoot},
		{"another root is accepted", "OneOfManyRootsWins", acceptingAnyRoot},
		{"a damaged record hides the others", "DamagedRecordAffectsNoOther", func() *broken { return &broken{allDamaged: true} }},
		{"a damaged generation hides the others", "DamagedGenerationAffectsNoOther", func() *broken { return &broken{allDamaged: true} }},
		{"the list has the newest first", "PacksAreOrderedByRef", func() *broken {
			return &broken{packs: func(m *registry.Memory, ctx context.Context) ([]registry.Record, error) {
				rs, err := m.Packs(ctx)
				slices.SortFunc(rs, func(a, b registry.Record) int { return int(b.ID - a.ID) })
				return rs, err
			}}
		}},
		{"IDs are reused", "IDsAreNeverReused", reusingIDs},
		{"values are shared", "ReturnedValuesBelongToTheCaller", sharingValues},
		applyFault("the context is not looked at", "CancelledContextChangesNothing", func(m *registry.Memory, ctx context.Context, op registry.Operation) ([]registry.Record, error) {
			return m.Apply(context.WithoutCancel(ctx), op)
		}),
		{"an activation takes two steps", "ReadersNeverSeeHalfAnOperation", activatingInTwoSteps},
	}...)
}

// oneByOne applies an operation change by change.
func oneByOne(m *registry.Memory, ctx context.Context, op registry.Operation) (records []registry.Record, err error) { //nolint:revive // as the method expression of Apply
	for _, a := range op.Activate {
		rec, err := activate(ctx, m, a)
		if err != nil {
			return nil, err
		}
		records = append(records, rec)
		runtime.Gosched()
	}
	for _, r := range op.Remove {
		if err := remove(ctx, m, r.Ref, r.Generation); err != nil {
			return nil, err
		}
	}
	return records, nil
}

func acceptingAnyRoot() *broken {
	return &broken{bind: func(m *registry.Memory, ctx context.Context, id string) error {
		if err := m.Bind(ctx, id); !errors.Is(err, pack.ErrConflict) {
			return err
		}
		return nil
	}}
}

func forgettingRemovals() *broken {
	removals := map[string]bool{}
	return &broken{
		apply: func(m *registry.Memory, ctx context.Context, op registry.Operation) ([]registry.Record, error) {
			removals[op.ID] = len(op.Remove) > 0
			return m.Apply(ctx, op)
		},
		outcome: func(m *registry.Memory, ctx context.Context, id string) (bool, error) {
			applied, err := m.Outcome(ctx, id)
			return applied && !removals[id], err
		},
	}
}

func activatingInTwoSteps() *broken {
	return &broken{apply: func(m *registry.Memory, ctx context.Context, op registry.Operation) ([]registry.Record, error) {
		a := op.Activate[0]
		half, name := a, a.Generation.Name
		half.Generation.Name, half.Manifest.Label = name+"-half", "half"
		if active(m, a.Ref) == a.Previous {
			if _, err := activate(ctx, m, half); err != nil {
				return nil, err
			}
			a.Previous = half.Generation.Name
		}
		runtime.Gosched()
		return m.Apply(ctx, registry.Operation{ID: op.ID, Activate: []registry.Activation{a}})
	}}
}

func mergingComponents() *broken {
	return activationFault("", "", func(m *registry.Memory, a *registry.Activation) {
		old, _ := m.Components(context.Background(), a.Ref)
		for _, c := range old {
			if !slices.ContainsFunc(a.Components, func(n pack.Component) bool { return n.Ref == c.Ref }) {
				a.Components = append(a.Components, c)
			}
		}
	}).broken()
}

func reusingIDs() *broken {
	change := func(m *registry.Memory, ctx context.Context, r registry.Record) registry.Record {
		all, _ := m.Packs(ctx)
		r.ID = int64(slices.IndexFunc(all, func(o registry.Record) bool { return o.Ref == r.Ref })) + 1
		return r
	}
	return &broken{
		apply: func(m *registry.Memory, ctx context.Context, op registry.Operation) ([]registry.Record, error) {
			records, err := m.Apply(ctx, op)
			for i := range records {
				records[i] = change(m, ctx, records[i])
			}
			return records, err
		},
		pack: func(m *registry.Memory, ctx context.Context, ref pack.Ref) (registry.Record, error) {
			r, err := m.Pack(ctx, ref)
			return change(m, ctx, r), err
		},
	}
}

func sharingValues() *broken {
	cache := map[string][]pack.Component{}
	return &broken{components: func(m *registry.Memory, ctx context.Context, ref pack.Ref) ([]pack.Component, error) {
		key := fmt.Sprint(ref, active(m, ref))
		if cs, ok := cache[key]; ok {
			return cs, ctx.Err()
		}
		cs, err := m.Components(ctx, ref)
		cache[key] = cs
		return cs, err
	}}
}

// rememberingDependents never forgets a dependent.
func rememberingDependents() *broken {
	seen := map[pack.Ref][]registry.Dependent{}
	return &broken{dependents: func(m *registry.Memory, ctx context.Context, ref pack.Ref) ([]registry.Dependent, error) {
		dependents, err := m.Dependents(ctx, ref)
		for _, old := range seen[ref] {
			if !slices.ContainsFunc(dependents, func(d registry.Dependent) bool { return d.Ref == old.Ref }) {
				dependents = append(dependents, old)
			}
		}
		seen[ref] = dependents
		return dependents, err
	}}
}

// disturbedReaders returns too little to a reader while another one reads.
func disturbedReaders() *broken {
	var readers atomic.Int64
	second := make(chan struct{})
	return &broken{dependents: func(m *registry.Memory, ctx context.Context, ref pack.Ref) ([]registry.Dependent, error) {
		switch readers.Add(1) {
		case 1:
			<-second
		case 2:
			close(second)
			return nil, nil
		}
		return m.Dependents(ctx, ref)
	}}
}
