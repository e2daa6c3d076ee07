package registrytest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// A recorder is a testing.TB that only notes that a case failed.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Error(...any)          { r.failed = true }
func (r *recorder) Errorf(string, ...any) { r.failed = true }
func (r *recorder) Fatal(...any)          { r.FailNow() }
func (r *recorder) Fatalf(string, ...any) { r.FailNow() }
func (r *recorder) FailNow()              { r.failed = true; runtime.Goexit() }

// fails reports whether a case notices that records are broken.
func fails(t *testing.T, c suiteCase, records registry.Records) bool {
	t.Helper()
	rec := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.run(rec, records)
	}()
	<-done
	return rec.failed
}

// broken is memory with one fault.
type broken struct {
	*registry.Memory
	commit      func(m *registry.Memory, ctx context.Context, a registry.Activation) (registry.Record, error)
	del         func(m *registry.Memory, ctx context.Context, ref pack.Ref, generation string) error
	setConfig   func(m *registry.Memory, ctx context.Context, ref pack.Ref, config map[string]any) error
	pack        func(m *registry.Memory, ctx context.Context, ref pack.Ref) (registry.Record, error)
	packs       func(m *registry.Memory, ctx context.Context) ([]registry.Record, error)
	components  func(m *registry.Memory, ctx context.Context, ref pack.Ref) ([]pack.Component, error)
	generations func(m *registry.Memory, ctx context.Context, ref pack.Ref) ([]registry.Generation, error)
}

func (b *broken) Commit(ctx context.Context, a registry.Activation) (registry.Record, error) {
	if b.commit != nil {
		return b.commit(b.Memory, ctx, a)
	}
	return b.Memory.Commit(ctx, a)
}

func (b *broken) Delete(ctx context.Context, ref pack.Ref, generation string) error {
	if b.del != nil {
		return b.del(b.Memory, ctx, ref, generation)
	}
	return b.Memory.Delete(ctx, ref, generation)
}

func (b *broken) SetConfig(ctx context.Context, ref pack.Ref, config map[string]any) error {
	if b.setConfig != nil {
		return b.setConfig(b.Memory, ctx, ref, config)
	}
	return b.Memory.SetConfig(ctx, ref, config)
}

func (b *broken) Pack(ctx context.Context, ref pack.Ref) (registry.Record, error) {
	if b.pack != nil {
		return b.pack(b.Memory, ctx, ref)
	}
	return b.Memory.Pack(ctx, ref)
}

func (b *broken) Packs(ctx context.Context) ([]registry.Record, error) {
	if b.packs != nil {
		return b.packs(b.Memory, ctx)
	}
	return b.Memory.Packs(ctx)
}

func (b *broken) Components(ctx context.Context, ref pack.Ref) ([]pack.Component, error) {
	if b.components != nil {
		return b.components(b.Memory, ctx, ref)
	}
	return b.Memory.Components(ctx, ref)
}

func (b *broken) Generations(ctx context.Context, ref pack.Ref) ([]registry.Generation, error) {
	if b.generations != nil {
		return b.generations(b.Memory, ctx, ref)
	}
	return b.Memory.Generations(ctx, ref)
}

func TestSoundRecordsPass(t *testing.T) {
	t.Parallel()
	for _, c := range cases() {
		if fails(t, c, &broken{Memory: registry.NewMemory()}) {
			t.Errorf("sound records fail %s", c.name)
		}
	}
}

// TestEveryFaultIsNoticed plants one fault at a time, which the case that is
// named has to notice; and every case notices one.
func TestEveryFaultIsNoticed(t *testing.T) {
	t.Parallel()
	unproven := map[string]suiteCase{}
	for _, c := range cases() {
		unproven[c.name] = c
	}
	all := maps.Clone(unproven)
	for _, f := range faults() {
		b := f.broken()
		b.Memory = registry.NewMemory()
		if !fails(t, all[f.noticedBy], b) {
			t.Errorf("%s: not noticed by %s", f.name, f.noticedBy)
		}
		delete(unproven, f.noticedBy)
	}
	for name := range unproven {
		t.Errorf("no fault shows that %s can fail", name)
	}
}

type fault struct {
	name      string
	noticedBy string
	broken    func() *broken
}

// commitFault is a fault of Commit: change alters what is committed.
func commitFault(name, noticedBy string, change func(m *registry.Memory, a *registry.Activation)) fault {
	return fault{name, noticedBy, func() *broken {
		return &broken{commit: func(m *registry.Memory, ctx context.Context, a registry.Activation) (registry.Record, error) {
			change(m, &a)
			return m.Commit(ctx, a)
		}}
	}}
}

func active(m *registry.Memory, ref pack.Ref) string {
	r, _ := m.Pack(context.Background(), ref)
	return r.Active.Name
}

func faults() []fault {
	return []fault{
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
		commitFault("pins are lost", "CommitIsReadBack", func(_ *registry.Memory, a *registry.Activation) { a.Generation.Pin = pack.Pin{} }),
		commitFault("times are cut to seconds", "CommitIsReadBack", func(_ *registry.Memory, a *registry.Activation) { a.Time = a.Time.Truncate(time.Second) }),
		commitFault("text is cut", "HostileTextIsKept", func(_ *registry.Memory, a *registry.Activation) {
			if len(a.Manifest.Label) > 10 {
				a.Manifest.Label = a.Manifest.Label[:10]
			}
		}),
		commitFault("components beyond a thousand are lost", "ManyComponentsAreKept", func(_ *registry.Memory, a *registry.Activation) {
			a.Components = a.Components[:min(1000, len(a.Components))]
		}),
		commitFault("writers are not fenced", "StaleCommitIsRefused", func(m *registry.Memory, a *registry.Activation) { a.Previous = active(m, a.Ref) }),
		commitFault("writers are not fenced", "OneOfManyCommitsWins", func(m *registry.Memory, a *registry.Activation) { a.Previous = active(m, a.Ref) }),
		commitFault("duplicates are dropped", "RefusedCommitLeavesNothing", func(_ *registry.Memory, a *registry.Activation) {
			a.Components = slices.CompactFunc(slices.Clone(a.Components), func(x, y pack.Component) bool { return x.Ref == y.Ref })
			if n := len(a.Components); n > 1 && a.Components[0].Ref == a.Components[n-1].Ref {
				a.Components = a.Components[1:]
			}
		}),
		commitFault("foreign components are dropped", "ComponentRefsAreUnique", func(_ *registry.Memory, a *registry.Activation) {
			a.Components = slices.DeleteFunc(slices.Clone(a.Components), func(c pack.Component) bool { return c.Ref == "demo.one" && a.Ref != "demo" })
		}),
		{"old components stay", "UpgradeReplacesComponents", mergingComponents},
		{"an upgrade is a new pack", "UpgradeKeepsIDConfigAndInstalled", func() *broken {
			return &broken{commit: func(m *registry.Memory, ctx context.Context, a registry.Activation) (registry.Record, error) {
				if old := active(m, a.Ref); old == a.Previous && old != a.Generation.Name {
					_ = m.Delete(ctx, a.Ref, old)
					a.Previous = ""
				}
				return m.Commit(ctx, a)
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
		{"committing again is refused", "CommitTwiceChangesNothing", func() *broken {
			return &broken{commit: func(m *registry.Memory, ctx context.Context, a registry.Activation) (registry.Record, error) {
				if active(m, a.Ref) == a.Generation.Name {
					return registry.Record{}, pack.ErrConflict
				}
				return m.Commit(ctx, a)
			}}
		}},
		{"delete does nothing", "DeleteRemovesEverything", func() *broken {
			return &broken{del: func(*registry.Memory, context.Context, pack.Ref, string) error { return nil }}
		}},
		{"delete is not fenced", "StaleDeleteIsRefused", func() *broken {
			return &broken{del: func(m *registry.Memory, ctx context.Context, ref pack.Ref, _ string) error {
				return m.Delete(ctx, ref, active(m, ref))
			}}
		}},
		{"the list has the newest first", "PacksAreOrderedByRef", func() *broken {
			return &broken{packs: func(m *registry.Memory, ctx context.Context) ([]registry.Record, error) {
				rs, err := m.Packs(ctx)
				slices.SortFunc(rs, func(a, b registry.Record) int { return int(b.ID - a.ID) })
				return rs, err
			}}
		}},
		{"IDs are reused", "IDsAreNeverReused", reusingIDs},
		{"configurations are merged", "ConfigIsReplaced", func() *broken {
			return &broken{setConfig: func(m *registry.Memory, ctx context.Context, ref pack.Ref, config map[string]any) error {
				r, _ := m.Pack(ctx, ref)
				for k, v := range config {
					if r.Config == nil {
						r.Config = map[string]any{}
					}
					r.Config[k] = v
				}
				return m.SetConfig(ctx, ref, r.Config)
			}}
		}},
		{"values are shared", "ReturnedValuesBelongToTheCaller", sharingValues},
		{"the context is not looked at", "CancelledContextChangesNothing", func() *broken {
			return &broken{setConfig: func(m *registry.Memory, ctx context.Context, ref pack.Ref, config map[string]any) error {
				return m.SetConfig(context.WithoutCancel(ctx), ref, config)
			}}
		}},
		{"a commit takes two steps", "ReadersNeverSeeHalfACommit", func() *broken {
			return &broken{commit: func(m *registry.Memory, ctx context.Context, a registry.Activation) (registry.Record, error) {
				half, name := a, a.Generation.Name
				half.Generation.Name, half.Manifest.Label = name+"-half", "half"
				if active(m, a.Ref) == a.Previous {
					if _, err := m.Commit(ctx, half); err != nil {
						return registry.Record{}, err
					}
					a.Previous = half.Generation.Name
				}
				runtime.Gosched()
				return m.Commit(ctx, a)
			}}
		}},
	}
}

func mergingComponents() *broken {
	return &broken{commit: func(m *registry.Memory, ctx context.Context, a registry.Activation) (registry.Record, error) {
		old, _ := m.Components(ctx, a.Ref)
		for _, c := range old {
			if !slices.ContainsFunc(a.Components, func(n pack.Component) bool { return n.Ref == c.Ref }) {
				a.Components = append(a.Components, c)
			}
		}
		return m.Commit(ctx, a)
	}}
}

func reusingIDs() *broken {
	change := func(m *registry.Memory, ctx context.Context, r registry.Record) registry.Record {
		all, _ := m.Packs(ctx)
		r.ID = int64(slices.IndexFunc(all, func(o registry.Record) bool { return o.Ref == r.Ref })) + 1
		return r
	}
	return &broken{
		commit: func(m *registry.Memory, ctx context.Context, a registry.Activation) (registry.Record, error) {
			r, err := m.Commit(ctx, a)
			return change(m, ctx, r), err
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
