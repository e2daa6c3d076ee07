package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/deps/depstest"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/internal/worldtest"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source"
)

// A house holds all stages: the real Downloader and Analyzer, and doubles of
// the two others, which keep what they get.
type house struct {
	*worldtest.World
	index    indexOf
	builder  *builder
	store    *store
	config   pipeline.Config
	pipeline *pipeline.Pipeline
}

// newHouse returns a house with an index of the packs that the lines describe
// (see [indexed]).
func newHouse(t testing.TB, lines ...string) *house {
	t.Helper()
	w, universe := indexed(t, lines...)
	h := &house{World: w, index: indexOf{universe, w}, builder: &builder{}, store: newStore(t)}
	world := newWorld(h.index, h.store)
	h.config = pipeline.Config{
		Installer: newDownloader(t, w), Analyzer: newAnalyzer(t, world), Builder: h.builder,
		Registrar: h.store, World: world, Staging: h.store, Provided: []pack.Provided{{Ref: "core"}},
	}
	h.pipeline = compose(t, h.config)
	return h
}

// indexed returns a world with an index of the packs that the lines describe as
// "ref@version: needs". With "!" in place of ":" the index says nothing of the
// needs.
func indexed(t testing.TB, lines ...string) (*worldtest.World, *depstest.Universe) {
	t.Helper()
	w := worldtest.New()
	var known []string
	for _, line := range lines {
		id, _, _ := strings.Cut(line, "!")
		known = append(known, id)
		publish(t, w, strings.Replace(line, "!", ":", 1))
	}
	u, err := depstest.NewUniverse(known...)
	if err != nil {
		t.Fatal(err)
	}
	return w, u
}

// An indexOf has the candidates of a universe with the pins of a world.
type indexOf struct {
	*depstest.Universe
	world *worldtest.World
}

func (i indexOf) Candidates(ctx context.Context, want pack.Want) ([]pack.Candidate, error) {
	found, err := i.Universe.Candidates(ctx, want)
	for n, c := range found {
		for _, pin := range i.world.Index[c.Ref.String()] {
			if pin.Version == c.Version {
				found[n].Pins = []pack.Pin{pin}
			}
		}
	}
	return found, err
}

func newWorld(index installer.Index, installed installer.Installed) *installer.World {
	return installer.NewWorld(installer.WorldConfig{Index: index, Installed: installed})
}

func newAnalyzer(t testing.TB, world deps.World) *deps.Analyzer {
	t.Helper()
	a, err := deps.New(deps.Config{World: world, Provided: []pack.Provided{{Ref: "core"}}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func compose(t testing.TB, c pipeline.Config) *pipeline.Pipeline {
	t.Helper()
	p, err := pipeline.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// publish lets the index have a version of a pack.
func publish(t testing.TB, w *worldtest.World, line string) {
	t.Helper()
	id, fsys := describe(line)
	sum, err := pack.DirectoryChecksum(fsys)
	if err != nil {
		t.Fatal(err)
	}
	ref, version, _ := strings.Cut(id, "@")
	v, err := pack.ParseVersion(version)
	if err != nil {
		t.Fatal(err)
	}
	w.Add(id, fsys)
	w.Index[ref] = append(w.Index[ref], pack.Pin{Ref: pack.Ref(ref), Version: v, Scheme: "test", Location: id, DirectoryChecksum: sum})
}

// promise lets the index promise the content as it is by now.
func promise(t testing.TB, w *worldtest.World) {
	t.Helper()
	for _, pins := range w.Index {
		for i := range pins {
			sum, err := pack.DirectoryChecksum(w.Content[pins[i].Location])
			if err != nil {
				t.Fatal(err)
			}
			pins[i].DirectoryChecksum = sum
		}
	}
}

// describe returns the pack that a line describes as "ref@version: needs".
func describe(line string) (id string, fsys fstest.MapFS) {
	id, needs, _ := strings.Cut(line, ":")
	fsys = worldtest.Files(id)
	var list []string
	for need := range strings.SplitSeq(needs, ",") {
		if need = strings.TrimSpace(need); need != "" {
			list = append(list, fmt.Sprintf("%q", need))
		}
	}
	f := fsys[pack.ManifestFile]
	f.Data = fmt.Appendf(f.Data, "dependencies: [%s]\n", strings.Join(list, ", "))
	return id, fsys
}

// A builder is an EnvBuilder that builds nothing.
type builder struct {
	broken map[string]error // by base of the path

	mu    sync.Mutex
	built []string
}

func (b *builder) Build(ctx context.Context, req envbuild.Request) (*envbuild.Report, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	rep := &envbuild.Report{Built: []envbuild.BuiltPack{}, Failed: []pack.Failure{}}
	for i, c := range req.Contents {
		name := filepath.Base(c.Dir)
		if err := b.broken[name]; err != nil {
			rep.Failed = append(rep.Failed, pack.NewFailure(i, c.Dir, c.ID.Ref, pack.StageEnvironments, err))
			continue
		}
		rep.Built = append(rep.Built, envbuild.BuiltPack{Path: c.Dir, Environments: envbuild.Environments{}})
		b.built = append(b.built, name)
	}
	return rep, pack.NewBatchError(rep.Failed)
}

// A store is a Registrar that keeps packs in a directory, and all else that a
// Pipeline wants of a registry.
type store struct {
	root   string
	broken map[string]error // by base of the path

	mu     sync.Mutex
	packs  map[pack.Ref]pack.InstalledPack
	writes int
}

func newStore(t testing.TB) *store {
	t.Helper()
	return &store{root: t.TempDir(), packs: map[pack.Ref]pack.InstalledPack{}}
}

func (s *store) Register(ctx context.Context, req registry.Request) (*registry.Report, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	rep := &registry.Report{Registered: []registry.RegisteredPack{}, Failed: []pack.Failure{}, Warnings: []pack.Warning{}}
	for i, c := range req.Contents {
		done, err := s.registerOne(c, req)
		if err != nil {
			rep.Failed = append(rep.Failed, pack.NewFailure(i, c.Dir, c.ID.Ref, pack.StageTests, err))
			continue
		}
		rep.Registered = append(rep.Registered, done)
	}
	return rep, pack.NewBatchError(rep.Failed)
}

func (s *store) registerOne(c *pack.Content, req registry.Request) (registry.RegisteredPack, error) {
	path := c.Dir
	if err := s.broken[filepath.Base(path)]; err != nil {
		return registry.RegisteredPack{}, err
	}
	p, err := pack.Load(os.DirFS(path), nil)
	if err != nil {
		return registry.RegisteredPack{}, err
	}
	id := p.Manifest.ID()
	sum, err := pack.DirectoryChecksum(os.DirFS(path))
	if err != nil {
		return registry.RegisteredPack{}, err
	}
	before, was := s.packs[id.Ref]
	dest := filepath.Join(s.root, "packs", id.Ref.String())
	done := registry.RegisteredPack{Ref: id.Ref, Version: id.Version, Path: path, StoragePath: dest, Validation: registry.ValidationResult{Valid: true, Errors: []string{}, Findings: pack.Findings{}}}
	switch {
	case was && before.DirectoryChecksum == sum:
		done.Unchanged = true
		return done, nil
	case was && (req.Replace == registry.ReplaceNever || req.Replace == registry.ReplaceUpgrade && id.Version.Compare(before.Version) <= 0):
		return done, pack.Errorf(pack.CodeAlreadyInstalled, "%s is installed", before.ID)
	}
	s.writes++
	s.packs[id.Ref] = pack.InstalledPack{ID: id, Pin: c.Pin, DirectoryChecksum: sum, Path: dest, Dependencies: p.Manifest.Dependencies, Platform: p.Manifest.PlatformVersion}
	return done, errors.Join(os.RemoveAll(dest), os.CopyFS(dest, os.DirFS(path)))
}

func (s *store) InstalledPacks(context.Context) ([]pack.InstalledPack, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ps []pack.InstalledPack
	for _, p := range s.packs {
		ps = append(ps, p)
	}
	return ps, nil
}

func (s *store) Stage(context.Context) (dir string, release func(), err error) {
	dir, err = os.MkdirTemp(s.root, "staging-")
	return dir, func() { _ = os.RemoveAll(dir) }, err
}

// state lists what is installed, and checks that nothing else is left.
func (s *store) state(t testing.TB) []string {
	t.Helper()
	entries, err := os.ReadDir(s.root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != "packs" {
			t.Errorf("%q was left in the root", e.Name())
		}
	}
	var ids []string
	for _, p := range s.packs {
		ids = append(ids, p.ID.String())
	}
	slices.Sort(ids)
	return ids
}

func newDownloader(t testing.TB, src source.Source) *installer.Downloader {
	t.Helper()
	d, err := installer.NewDownloader(installer.DownloadConfig{Source: src, Provided: []pack.Provided{{Ref: "core"}}})
	if err != nil {
		t.Fatal(err)
	}
	return d
}
