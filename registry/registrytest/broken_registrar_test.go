package registrytest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// A brokenSubject is a Fake with one fault.
type brokenSubject struct {
	registry.Registrar
	registry.Catalog
	before func(ctx context.Context, req *registry.Request) context.Context
	after  func(rep *registry.Report, err error) (*registry.Report, error)
	list   func(packs []registry.ActivePack, err error) ([]registry.ActivePack, error)
	show   func(d *registry.PackDetails, err error) (*registry.PackDetails, error)
	split  bool // registers one by one
	forget bool // the context
}

func (b *brokenSubject) Register(ctx context.Context, req registry.Request) (*registry.Report, error) {
	if b.before != nil {
		ctx = b.before(ctx, &req)
	}
	rep, err := b.registerSome(ctx, req)
	if b.after != nil && rep != nil {
		return b.after(rep, err)
	}
	return rep, err
}

func (b *brokenSubject) registerSome(ctx context.Context, req registry.Request) (*registry.Report, error) {
	if !b.split || len(req.Paths) == 0 {
		return b.Registrar.Register(ctx, req)
	}
	all := &registry.Report{}
	for _, path := range req.Paths {
		req.Paths = []string{path}
		rep, err := b.Registrar.Register(ctx, req)
		if rep == nil {
			return nil, err
		}
		all.Registered, all.Failed = append(all.Registered, rep.Registered...), append(all.Failed, rep.Failed...)
	}
	return all, pack.NewBatchError(all.Failed)
}

func (b *brokenSubject) List(ctx context.Context) ([]registry.ActivePack, error) {
	if b.forget {
		ctx = context.WithoutCancel(ctx)
	}
	packs, err := b.Catalog.List(ctx)
	if b.list != nil {
		return b.list(packs, err)
	}
	return packs, err
}

func (b *brokenSubject) Show(ctx context.Context, ref pack.Ref) (*registry.PackDetails, error) {
	d, err := b.Catalog.Show(ctx, ref)
	if b.show != nil {
		return b.show(d, err)
	}
	return d, err
}

// A subjectFault is a fault, and a check that has to notice it.
type subjectFault struct {
	name, noticedBy string
	world           func(w *World)
	broken          brokenSubject
}

func asking(change func(req *registry.Request)) brokenSubject {
	return brokenSubject{before: func(ctx context.Context, req *registry.Request) context.Context { change(req); return ctx }}
}

func reporting(change func(rep *registry.Report)) brokenSubject {
	return brokenSubject{after: func(rep *registry.Report, err error) (*registry.Report, error) { change(rep); return rep, err }}
}

// observing changes the events; nil drops one.
func observing(change func(e pack.Event) *pack.Event) brokenSubject {
	return asking(func(req *registry.Request) {
		observe := req.OnEvent
		if observe == nil {
			return
		}
		req.OnEvent = func(ctx context.Context, e pack.Event) {
			if changed := change(e); changed != nil {
				observe(ctx, *changed)
			}
		}
	})
}

func replacing(replace registry.Replace) brokenSubject {
	return asking(func(req *registry.Request) {
		if req.Replace != "perhaps" {
			req.Replace = replace
		}
	})
}

func registrarFaults() []subjectFault {
	var generations atomic.Int64
	return []subjectFault{
		{name: "takes any request", noticedBy: "no path is a bad request", broken: asking(func(req *registry.Request) {
			if len(req.Paths)+len(req.Contents) == 0 {
				req.Paths = []string{"/nowhere"}
			}
		})},
		{name: "takes any word for Replace", noticedBy: "a value of Replace that is not known is a bad request", broken: replacingAll("")},
		{name: "ignores cancellation", noticedBy: "a cancelled request fails as a whole", broken: brokenSubject{
			before: func(ctx context.Context, _ *registry.Request) context.Context { return context.WithoutCancel(ctx) },
		}},
		{name: "takes each mention for a pack", noticedBy: "a path that is named twice is one pack", broken: reporting(func(rep *registry.Report) {
			rep.Registered = append(rep.Registered, rep.Registered...)
		})},
		{name: "knows no contents", noticedBy: "contents are like paths", broken: asking(func(req *registry.Request) { req.Contents = nil })},
		{name: "registers one by one", noticedBy: "a ref that comes twice fails the second time", broken: brokenSubject{split: true}},
		{name: "makes a generation for each request", noticedBy: "requests at the same time are served", broken: reporting(func(rep *registry.Report) {
			for i := range rep.Registered {
				rep.Registered[i].Generation = fmt.Sprint(generations.Add(1))
			}
		})},
		{name: "expects nothing", noticedBy: "other generations than expected are a conflict", broken: asking(func(req *registry.Request) { req.Expect = nil })},
		{name: "replaces anything", noticedBy: `a lower version, replace "upgrade"`, broken: replacing(registry.ReplaceAny)},
		{name: "replaces lower versions alone", noticedBy: `other content, replace "any"`, broken: replacing(registry.ReplaceUpgrade)},
		{name: "replaces nothing", noticedBy: `a higher version, replace "upgrade"`, broken: replacing(registry.ReplaceNever)},
		{name: "breaks dependents", noticedBy: "an upgrade does not break installed packs", broken: asking(func(req *registry.Request) {
			req.AllowBreak = []pack.Ref{registry.AnyDependent}
		})},
		{name: "activates what it can", noticedBy: "all packs change together on demand", broken: asking(func(req *registry.Request) { req.AllOrNothing = false })},
		{name: "forgets what is provided", noticedBy: "the ref of a provided pack is reserved", world: func(w *World) { w.Provided = nil }},
		{name: "forgets the version that is provided", noticedBy: "the host provides another version", world: func(w *World) {
			w.Provided = []pack.Provided{{Ref: "core"}}
		}},
		{name: "forgets the platform", noticedBy: "a platform of another version", world: func(w *World) { w.PlatformVersion = pack.Version{} }},
		{name: "validates nothing", noticedBy: "findings make a pack fail", broken: asking(func(req *registry.Request) { req.SkipValidation = true })},
		{name: "always validates", noticedBy: "findings are kept when validation is skipped", broken: asking(func(req *registry.Request) { req.SkipValidation = false })},
		{name: "tests nothing", noticedBy: "failing tests make a pack fail", broken: asking(func(req *registry.Request) { req.SkipTests = true })},
		{name: "always tests", noticedBy: "tests that are skipped do not run", broken: asking(func(req *registry.Request) { req.SkipTests = false })},
		{name: "never ignores tests", noticedBy: "failing tests are ignored on demand", broken: asking(func(req *registry.Request) { req.IgnoreTests = false })},
		{name: "reports backwards", noticedBy: "outcomes are in the order of the request", broken: reporting(func(rep *registry.Report) {
			slices.Reverse(rep.Registered)
			slices.Reverse(rep.Failed)
		})},
		{name: "counts nothing", noticedBy: "a report describes what is registered", broken: reporting(func(rep *registry.Report) { rep.Summary = registry.Summary{} })},
		{name: "has a new ID each time", noticedBy: `a higher version, replace "any"`, broken: reporting(func(rep *registry.Report) {
			for i := range rep.Registered {
				rep.Registered[i].ID = generations.Add(1)
			}
		})},
		{name: "hides what was found", noticedBy: "findings are kept when validation is skipped", broken: reporting(func(rep *registry.Report) {
			for i := range rep.Registered {
				rep.Registered[i].Validation = registry.ValidationResult{Valid: true, Errors: []string{}}
			}
		})},
		{name: "swallows failures", noticedBy: "a pack that is needed is missing", broken: brokenSubject{
			after: func(rep *registry.Report, _ error) (*registry.Report, error) { return rep, nil },
		}},
		{name: "fails as a whole for one pack", noticedBy: "a pack that is needed has another version", broken: brokenSubject{
			after: func(rep *registry.Report, err error) (*registry.Report, error) {
				if err != nil {
					return nil, err
				}
				return rep, nil
			},
		}},
		{name: "leaves lists nil", noticedBy: "lists are never nil", broken: reporting(func(rep *registry.Report) { rep.Warnings = nil })},
		{name: "finds nothing installed", noticedBy: "installed packs satisfy others", broken: reporting(func(rep *registry.Report) {
			rep.Registered = slices.DeleteFunc(rep.Registered, func(p registry.RegisteredPack) bool { return p.Ref == "app" })
		})},
		{name: "forgets half of a circle", noticedBy: "packs may need each other in a circle", broken: reporting(func(rep *registry.Report) {
			rep.Registered = slices.DeleteFunc(rep.Registered, func(p registry.RegisteredPack) bool { return p.Ref == "right" })
		})},
		{name: "breaks dependents when validation is skipped", noticedBy: "skipping validation does not break installed packs", broken: asking(func(req *registry.Request) {
			if req.SkipValidation {
				req.AllowBreak = []pack.Ref{registry.AnyDependent}
			}
		})},
		{name: "knows no pre-releases", noticedBy: "a pre-release in the request satisfies others", broken: reporting(func(rep *registry.Report) {
			rep.Registered = slices.DeleteFunc(rep.Registered, func(p registry.RegisteredPack) bool { return p.Version.IsPrerelease() })
		})},
		{name: "numbers events from 0", noticedBy: "events are numbered and name each pack's end", broken: observing(func(e pack.Event) *pack.Event { e.Seq--; return &e })},
		{name: "closes nothing", noticedBy: "events are numbered and name each pack's end", broken: observing(func(e pack.Event) *pack.Event {
			if e.Kind == pack.EventClosed {
				e.Kind = pack.EventFinished
			}
			return &e
		})},
		{name: "goes on after the end", noticedBy: "events are numbered and name each pack's end", broken: observing(func(e pack.Event) *pack.Event {
			if e.Kind == pack.EventStarted {
				e.Kind = pack.EventClosed
			}
			return &e
		})},
	}
}

func replacingAll(replace registry.Replace) brokenSubject {
	return asking(func(req *registry.Request) { req.Replace = replace })
}

func catalogFaults() []subjectFault {
	listing := func(change func(packs []registry.ActivePack) []registry.ActivePack) brokenSubject {
		return brokenSubject{list: func(packs []registry.ActivePack, err error) ([]registry.ActivePack, error) { return change(packs), err }}
	}
	showing := func(change func(d *registry.PackDetails)) brokenSubject {
		return brokenSubject{show: func(d *registry.PackDetails, err error) (*registry.PackDetails, error) {
			if d != nil {
				change(d)
			}
			return d, err
		}}
	}
	return []subjectFault{
		{name: "lists what is not there", noticedBy: "nothing is listed at first", broken: listing(func(packs []registry.ActivePack) []registry.ActivePack {
			return append(packs, registry.ActivePack{})
		})},
		{name: "lists backwards", noticedBy: "packs are listed in the order of refs", broken: listing(func(packs []registry.ActivePack) []registry.ActivePack {
			slices.Reverse(packs)
			return packs
		})},
		{name: "marks nothing", noticedBy: "unmet dependencies are listed", broken: listing(func(packs []registry.ActivePack) []registry.ActivePack {
			for i := range packs {
				packs[i].Unmet = nil
			}
			return packs
		})},
		{name: "lists what failed", noticedBy: "a pack that failed is not listed", broken: listing(func(packs []registry.ActivePack) []registry.ActivePack {
			return append(packs, registry.ActivePack{Record: registry.Record{Ref: FailingTests}})
		})},
		{name: "shows anything", noticedBy: "a pack that is not installed is not found", broken: brokenSubject{
			show: func(d *registry.PackDetails, err error) (*registry.PackDetails, error) {
				if errors.Is(err, pack.ErrNotFound) {
					d, err = &registry.PackDetails{}, nil
				}
				return d, err
			},
		}},
		{name: "hides components", noticedBy: "what is shown is what was registered", broken: showing(func(d *registry.PackDetails) { d.Components = nil })},
		{name: "shows the newest generation first", noticedBy: "generations are shown, the oldest first", broken: showing(func(d *registry.PackDetails) { slices.Reverse(d.Generations) })},
		{name: "ignores cancellation", noticedBy: "a cancelled context is an error", broken: brokenSubject{forget: true}},
	}
}

func TestRegistrarSuiteNoticesFaults(t *testing.T) {
	t.Parallel()
	wantNoticed(t, registrarChecks(), registrarFaults())
}

func TestCatalogSuiteNoticesFaults(t *testing.T) {
	t.Parallel()
	wantNoticed(t, catalogChecks(), catalogFaults())
}

// wantNoticed wants each fault to be noticed by the check it names, and each check to
// notice one.
func wantNoticed(t *testing.T, checks []check, faults []subjectFault) {
	t.Helper()
	var mu sync.Mutex
	noticed := map[string]bool{}
	t.Run("faults", func(t *testing.T) {
		for i := range faults {
			t.Run(faults[i].name, func(t *testing.T) {
				t.Parallel()
				failed := faults[i].failed(t, checks)
				if !slices.Contains(failed, faults[i].noticedBy) {
					t.Errorf("check %q passed; failed ones are %q", faults[i].noticedBy, failed)
				}
				mu.Lock()
				defer mu.Unlock()
				for _, name := range failed {
					noticed[name] = true
				}
			})
		}
	})
	for _, c := range checks {
		if !noticed[c.name] {
			t.Errorf("nothing shows that check %q can fail", c.name)
		}
	}
}

// failed returns the names of the checks that fail with the fault.
func (f *subjectFault) failed(t *testing.T, checks []check) []string {
	t.Helper()
	var failed []string
	for _, c := range checks {
		b := newBench(t, func(t testing.TB, w World) Subject {
			if f.world != nil {
				f.world(&w)
			}
			s, broken := newFake(t, w), f.broken
			broken.Registrar, broken.Catalog = s.Registrar, s.Catalog
			s.Registrar, s.Catalog = &broken, &broken
			return s
		})
		if c.run(t.Context(), b) != nil {
			failed = append(failed, c.name)
		}
	}
	return failed
}
