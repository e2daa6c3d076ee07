package pipeline_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps/depstest"
	"github.com/packtrain/pack/installer/cache"
	"github.com/packtrain/pack/installer/internal/worldtest"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// A site is a root with a real store, whose packs come from an index and from places.
type site struct {
	*worldtest.World
	dir     string
	records registry.Records
	lines   []string
	store   *registry.Store
	cache   *cache.Cache
	before  *preceded
	catalog func(registry.Catalog) registry.Catalog
	*pipeline.Pipeline
}

// A preceded registrar calls a function before it registers packs, once.
type preceded struct {
	registry.Registrar
	hook func()
}

func (p *preceded) Register(ctx context.Context, req registry.Request) (*registry.Report, error) {
	if hook := p.hook; hook != nil {
		p.hook = nil
		hook()
	}
	return p.Registrar.Register(ctx, req)
}

// newSite returns a site with an index of the packs that the lines describe, see
// [indexed]. Each has the action that its version names.
func newSite(t *testing.T, lines ...string) *site {
	t.Helper()
	s := &site{World: worldtest.New(), dir: t.TempDir(), records: registry.NewMemory()}
	for _, line := range lines {
		s.publish(t, line)
	}
	s.reopen(t)
	return s
}

func (s *site) publish(t *testing.T, line string) {
	t.Helper()
	id, files := describe(line)
	ref, version, _ := strings.Cut(id, "@")
	withAction(files, ref, "run")
	withAction(files, ref, "v"+strings.ReplaceAll(version, ".", "_"))
	v, err := pack.ParseVersion(version)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := pack.DirectoryChecksum(files)
	if err != nil {
		t.Fatal(err)
	}
	s.Add(id, files)
	s.Index[ref] = append(s.Index[ref], pack.Pin{Ref: pack.Ref(ref), Version: v, Scheme: "test", Location: id, DirectoryChecksum: sum})
	s.lines = append(s.lines, line)
}

func withAction(files fstest.MapFS, ref, name string) {
	files["actions/"+name+".sh"] = &fstest.MapFile{Data: []byte("#!/bin/sh\n"), Mode: 0o755}
	files["actions/"+name+".yaml"] = worldtest.File(fmt.Sprintf("ref: %s.%s\nlabel: L\ndescription: D\nrunner_type: shell\nentry_point: %s.sh\n", ref, name, name))
}

// reopen is another process on the same root.
func (s *site) reopen(t *testing.T) {
	t.Helper()
	store, err := registry.Open(t.Context(), registry.Config{Root: s.dir, Records: s.records})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	universe, err := depstest.NewUniverse(s.lines...)
	if err != nil {
		t.Fatal(err)
	}
	if s.cache, err = cache.New(filepath.Join(s.dir, "cache"), nil); err != nil {
		t.Fatal(err)
	}
	s.store = store
	s.before = &preceded{Registrar: store}
	world := newWorld(indexOf{universe, s.World}, store)
	var catalog registry.Catalog = store
	if s.catalog != nil {
		catalog = s.catalog(store)
	}
	s.Pipeline = compose(t, pipeline.Config{
		Installer: newDownloader(t, s.cache.Source(s.World)), Analyzer: newAnalyzer(t, world), Builder: &builder{}, Registrar: s.before,
		World: world, Staging: store, Provided: []pack.Provided{{Ref: "core"}}, Catalog: catalog, Remover: store, Generations: store, Configurer: store, Cache: s.cache,
	})
}

func (s *site) install(t *testing.T, specs ...string) {
	t.Helper()
	if _, err := s.Install(t.Context(), pipeline.Request{Specs: specs, Replace: registry.ReplaceAny}); err != nil {
		t.Fatal(err)
	}
}

func (s *site) plan(t *testing.T, req pipeline.Request) *pipeline.Plan {
	t.Helper()
	plan, err := s.Plan(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// through returns what another process reads of a plan.
func through(t *testing.T, plan *pipeline.Plan) *pipeline.Plan {
	t.Helper()
	text, err := plan.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := pipeline.ParsePlan(text)
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	if again, err := got.Encode(); err != nil || string(again) != string(text) {
		t.Fatalf("encoded again: %v", cmp.Diff(string(text), string(again)))
	}
	return got
}

// An installed state of a pack: version, tree, and components.
type installed struct {
	Version    string
	Tree       pack.Digest
	Components []string
}

func (s *site) state(t *testing.T) map[pack.Ref]installed {
	t.Helper()
	packs, err := s.store.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	state := map[pack.Ref]installed{}
	for _, p := range packs {
		d, err := s.store.Show(t.Context(), p.Ref)
		if err != nil {
			t.Fatal(err)
		}
		i := installed{Version: p.Active.Version.String(), Tree: p.Active.TreeDigest}
		for _, c := range d.Components {
			i.Components = append(i.Components, c.Ref.String())
		}
		state[p.Ref] = i
	}
	return state
}

// announced returns the state that a plan says will be, of the one before.
func announced(before map[pack.Ref]installed, plan *pipeline.Plan) map[pack.Ref]installed {
	after := map[pack.Ref]installed{}
	for ref, i := range before {
		after[ref] = i
	}
	for _, step := range plan.Steps {
		if step.To == nil {
			delete(after, step.Ref)
			continue
		}
		i := installed{Version: step.To.Version.String(), Tree: step.To.Tree}
		for _, name := range before[step.Ref].Components {
			if !slices.ContainsFunc(step.Components.Removed, func(c pipeline.PlanComponent) bool { return c.Ref.String() == name }) {
				i.Components = append(i.Components, name)
			}
		}
		for _, c := range step.Components.Added {
			i.Components = append(i.Components, c.Ref.String())
		}
		slices.Sort(i.Components)
		after[step.Ref] = i
	}
	return after
}

func actions(plan *pipeline.Plan) (list []string) {
	for _, s := range plan.Steps {
		text := string(s.Action) + " " + s.Ref.String()
		if s.To != nil {
			text += " " + s.To.Version.String()
		}
		list = append(list, text)
	}
	return list
}
