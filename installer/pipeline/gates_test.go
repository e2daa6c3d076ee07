package pipeline_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/deps/depstest"
	"github.com/packtrain/pack/installer/internal/worldtest"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/internal/solve"
	"github.com/packtrain/pack/internal/testkit/solvetest"
	"github.com/packtrain/pack/registry"
)

// TestGatesAgree: what deps.Resolve chooses is registered, and when it finds no choice,
// there is none that the registry accepts.
func TestGatesAgree(t *testing.T) {
	t.Parallel()
	n := universesOf(t, 60)
	random := rand.New(rand.NewPCG(*seed, 3))
	count := map[string]int{}
	for i := range n {
		mode := solvetest.Modes()[i%len(solvetest.Modes())]
		g := newGates(t, random, mode.Make(random, 3+random.IntN(2), 3))
		verdict, fault := g.judge(t)
		if count[verdict]++; fault != "" {
			t.Errorf("universe %d of seed %d, %s, %+v: %s\n%s", i, *seed, mode.Name, g.request(nil), fault, solvetest.Text(g.Problem))
		}
	}
	t.Log(count)
}

// gates are a real registry with installed packs, and an index.
type gates struct {
	*solve.Problem
	*worldtest.World
	random     *rand.Rand
	store      *registry.Store
	pipeline   *pipeline.Pipeline
	replace    registry.Replace
	allowBreak []pack.Ref
	registrar  *witness
	start      int64 // of the changes
}

// A witness keeps the failures that the registry reports.
type witness struct {
	registry.Registrar
	mu     sync.Mutex
	failed []pack.Failure
}

func (w *witness) Register(ctx context.Context, req registry.Request) (*registry.Report, error) {
	rep, err := w.Registrar.Register(ctx, req)
	w.mu.Lock()
	defer w.mu.Unlock()
	if rep != nil {
		w.failed = append(w.failed, rep.Failed...)
	}
	return rep, err
}

func filesOf(ref pack.Ref, v solve.Version) fstest.MapFS {
	var needs []string
	for _, d := range v.Dependencies {
		needs = append(needs, d.String())
	}
	on := "*"
	if v.Platform != nil {
		on = v.Platform.String()
	}
	f := worldtest.Files(fmt.Sprintf("%s@%s", ref, v.Version))
	m := f[pack.ManifestFile]
	m.Data = fmt.Appendf(m.Data, "dependencies:\n  attune_version: %q\n  packs: [%s]\n", on, quoted(needs))
	return f
}

func newGates(t *testing.T, random *rand.Rand, p *solve.Problem) *gates {
	t.Helper()
	withoutSelfNeeds(p)
	g := &gates{Problem: p, World: worldtest.New(), random: random}
	g.replace = []registry.Replace{registry.ReplaceNever, registry.ReplaceUpgrade, registry.ReplaceAny}[random.IntN(3)]
	for _, k := range p.Packs {
		if random.IntN(6) == 0 {
			g.allowBreak = append(g.allowBreak, k.Ref)
		}
	}
	records, root := registry.NewMemory(), t.TempDir()
	open := func(c registry.Config) *registry.Store {
		c.Root, c.Records = root, records
		s, err := registry.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	g.fill(t, open(registry.Config{}))
	var provided []pack.Provided
	for _, id := range p.Provided {
		provided = append(provided, pack.Provided(id))
	}
	g.store = open(registry.Config{Provided: provided, PlatformVersion: p.Platform})
	g.compose(t, provided)
	feed, err := g.store.Changes(t.Context(), registry.SinceNow)
	if err != nil {
		t.Fatal(err)
	}
	g.start = feed.Next
	return g
}

// withoutSelfNeeds removes dependencies of packs on themselves, which are invalid.
func withoutSelfNeeds(p *solve.Problem) {
	for _, k := range p.Packs {
		for j := range k.Versions {
			v := &k.Versions[j]
			v.Dependencies = slices.DeleteFunc(v.Dependencies, func(d solve.Dependency) bool { return d.Ref == k.Ref })
		}
	}
}

// fill installs what is installed, whether or not it suits, and fills the index.
func (g *gates) fill(t *testing.T, s *registry.Store) {
	t.Helper()
	req := registry.Request{SkipValidation: true, AllowBreak: []pack.Ref{registry.AnyDependent}}
	for _, k := range g.Packs {
		for _, v := range k.Versions {
			id := pack.ID{Ref: k.Ref, Version: v.Version}
			files := filesOf(k.Ref, v)
			sum, err := pack.DirectoryChecksum(files)
			if err != nil {
				t.Fatal(err)
			}
			pin := pack.Pin{Ref: k.Ref, Version: v.Version, Scheme: "test", Location: id.String(), DirectoryChecksum: sum}
			g.Add(id.String(), files)
			if g.Index[k.Ref.String()] = append(g.Index[k.Ref.String()], pin); v.Installed {
				if g.random.IntN(4) == 0 { // it was published again with other content
					files = maps.Clone(files)
					files["before"] = worldtest.File("")
					pin.DirectoryChecksum = ""
				}
				req.Contents = append(req.Contents, &pack.Content{Dir: onDisk(t, files), ID: id, Pin: pin})
			}
		}
	}
	if len(req.Contents) == 0 {
		return
	}
	if _, err := s.Register(t.Context(), req); err != nil {
		t.Fatal(err)
	}
}

func onDisk(t *testing.T, files fstest.MapFS) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, files); err != nil {
		t.Fatal(err)
	}
	return dir
}

func (g *gates) compose(t *testing.T, provided []pack.Provided) {
	t.Helper()
	var lines []string
	for _, k := range g.Packs {
		for _, v := range k.Versions {
			line := fmt.Sprintf("%s@%s", k.Ref, v.Version)
			if v.Platform != nil {
				line += " on " + v.Platform.String()
			}
			if g.random.IntN(3) > 0 {
				var needs []string
				for _, d := range v.Dependencies {
					needs = append(needs, d.String())
				}
				line += ": " + strings.Join(needs, ", ")
			}
			lines = append(lines, line)
		}
	}
	u, err := depstest.NewUniverse(lines...)
	if err != nil {
		t.Fatal(err)
	}
	world := newWorld(indexOf{u, g.World}, g.store)
	a, err := deps.New(deps.Config{World: world, Provided: provided, PlatformVersion: g.Platform})
	if err != nil {
		t.Fatal(err)
	}
	g.registrar = &witness{Registrar: g.store}
	g.pipeline = compose(t, pipeline.Config{
		Installer: newDownloader(t, g.World), Analyzer: a, Builder: &builder{}, Registrar: g.registrar, World: world,
		Staging: g.store, Catalog: g.store, Remover: g.store, Provided: provided, PlatformVersion: g.Platform,
	})
}

func (g *gates) request(specs []string) pipeline.Request {
	return pipeline.Request{Specs: specs, Replace: g.replace, AllowBreak: g.allowBreak, AllOrNothing: true}
}

// judge installs what the problem wants, or plans that and applies the plan.
func (g *gates) judge(t *testing.T) (verdict, fault string) {
	t.Helper()
	req := g.request(problem{g.Problem}.specs())
	apply := func() error { _, err := g.pipeline.Install(t.Context(), req); return err }
	var plan *pipeline.Plan
	if g.random.IntN(2) == 0 {
		req.AllOrNothing = g.random.IntN(2) == 0
		req.Remove = g.removed()
		var err error
		if plan, err = g.pipeline.Plan(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		apply = func() error { _, err := g.pipeline.Apply(t.Context(), through(t, plan), nil); return err }
	}
	err := apply()
	_, impossible := errors.AsType[*pipeline.ConflictsError](err)
	switch bad, failed := errors.AsType[*pack.BatchError](err); {
	case err == nil:
		return "installed", g.compareSets(t, plan)
	case len(g.registrar.failed) > 0:
		return "refused", fmt.Sprintf("the registry refuses what was chosen: %v", g.registrar.failed)
	case impossible && len(req.Remove) > 0:
		return "conflict", ""
	case !impossible && (!failed || plan != nil):
		return "refused", fmt.Sprintf("%v; %v", err, bad)
	case pack.CodeOf(err) == pack.CodeAlreadyInstalled:
		return "kept", ""
	}
	if accepted := g.accepted(t); accepted != nil {
		return "accepted", fmt.Sprintf("the registry accepts %v; Resolve says: %v", accepted, err)
	}
	return "unsolvable", ""
}

// removed returns installed packs to remove.
func (g *gates) removed() (refs []pack.Ref) {
	for _, k := range g.Packs {
		installed := slices.ContainsFunc(k.Versions, func(v solve.Version) bool { return v.Installed })
		if installed && g.random.IntN(4) == 0 {
			refs = append(refs, k.Ref)
		}
	}
	return refs
}

// compareSets compares the sets of a plan that was applied with the operations.
func (g *gates) compareSets(t *testing.T, plan *pipeline.Plan) string {
	t.Helper()
	if plan == nil {
		return ""
	}
	feed, err := g.store.Changes(t.Context(), g.start)
	if err != nil {
		t.Fatal(err)
	}
	got := [][]pack.Ref{}
	for _, change := range feed.Changes {
		var refs []pack.Ref
		for _, p := range change.Packs {
			if s := slices.IndexFunc(plan.Steps, func(s pipeline.PlanStep) bool { return s.Ref == p.Ref }); s < 0 || plan.Steps[s].Action != pipeline.PlanRemove {
				refs = append(refs, p.Ref)
			}
		}
		if len(refs) > 0 {
			got = append(got, refs)
		}
	}
	slices.SortFunc(got, func(a, b []pack.Ref) int { return cmp.Compare(a[0], b[0]) })
	if !slices.EqualFunc(got, plan.Sets, slices.Equal[[]pack.Ref]) {
		return fmt.Sprintf("the plan says that %v change together, and these did: %v", plan.Sets, got)
	}
	return ""
}

// accepted looks for packs that the registry accepts and that are what is wanted.
func (g *gates) accepted(t *testing.T) (ids []pack.ID) {
	t.Helper()
	for range 40 {
		ids = nil
		for _, k := range g.Packs {
			if v := g.random.IntN(len(k.Versions) + 1); v < len(k.Versions) && g.choosable(k.Versions[v]) {
				ids = append(ids, pack.ID{Ref: k.Ref, Version: k.Versions[v].Version})
			}
		}
		if g.wanted(ids) && g.complete(ids) && g.registers(t, ids) {
			return ids
		}
	}
	return nil
}

// choosable reports whether versions like v are chosen: pre-releases are only by ranges that
// name them, while the registry accepts what it is given.
func (*gates) choosable(v solve.Version) bool { return v.Installed || !v.Version.IsPrerelease() }

func (g *gates) wanted(ids []pack.ID) bool {
	return !slices.ContainsFunc(g.Wants, func(w solve.Dependency) bool {
		return !slices.ContainsFunc(ids, func(id pack.ID) bool {
			return id.Ref == w.Ref && (w.Constraint == nil || w.Constraint.Allows(id.Version))
		})
	})
}

// complete reports whether the packs of ids that are installed already have what they
// need: a want asks for that, and the registry changes nothing.
func (g *gates) complete(ids []pack.ID) bool {
	there := map[pack.Ref]pack.Version{}
	for _, k := range g.Packs {
		for _, v := range k.Versions {
			if v.Installed {
				there[k.Ref] = v.Version
			}
		}
	}
	before := maps.Clone(there)
	for _, id := range slices.Concat(ids, g.Provided) {
		there[id.Ref] = id.Version
	}
	for _, k := range g.Packs {
		for _, v := range k.Versions {
			if !slices.Contains(ids, pack.ID{Ref: k.Ref, Version: v.Version}) || before[k.Ref] != v.Version {
				continue
			}
			for _, d := range v.Dependencies {
				if on, ok := there[d.Ref]; !ok || d.Constraint != nil && !on.IsZero() && !d.Constraint.AllowsPresent(on) {
					return false
				}
			}
			if v.Platform != nil && !g.Platform.IsZero() && !v.Platform.AllowsPresent(g.Platform) {
				return false
			}
		}
	}
	return true
}

func (g *gates) registers(t *testing.T, ids []pack.ID) bool {
	t.Helper()
	req := registry.Request{Replace: g.replace, AllowBreak: g.allowBreak, AllOrNothing: true}
	for _, id := range ids {
		req.Contents = append(req.Contents, &pack.Content{Dir: onDisk(t, g.Content[id.String()]), ID: id})
	}
	_, err := g.store.Register(t.Context(), req)
	return err == nil
}
