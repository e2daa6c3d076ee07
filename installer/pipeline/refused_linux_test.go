package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer/internal/worldtest"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/internal/testkit/gittest"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/gitsource"
	"github.com/packtrain/pack/source/localsource"
	"github.com/packtrain/pack/source/web"
)

// A shelf is a registry whose newest version of the pack demo is what loc names.
type shelf struct {
	source.Source // resolves and fetches what loc names
	loc           source.Locator
	promise       func(pin *pack.Pin) // may be nil
	version       string
}

// Candidates implements [installer.Index].
func (s shelf) Candidates(ctx context.Context, want pack.Want) ([]pack.Candidate, error) {
	pins, err := s.Resolve(ctx, source.Locator{})
	if err != nil {
		return nil, err
	}
	v, err := pack.ParseVersion(s.version)
	return []pack.Candidate{{ID: pack.ID{Ref: want.Ref, Version: v}, DependenciesKnown: true, Pins: pins}}, err
}

func (shelf) Schemes() []string { return []string{source.SchemeRegistry} }

func (s shelf) Resolve(ctx context.Context, _ source.Locator) ([]pack.Pin, error) {
	pins, err := s.Source.Resolve(ctx, s.loc)
	for i := range pins {
		pins[i].Ref = "demo"
		if s.promise != nil {
			s.promise(&pins[i])
		}
	}
	return pins, err
}

// envs builds environments of one file each, for every pack alike, and knows
// which content has which.
type envs struct {
	dir   string
	known map[pack.Digest][]pack.Environment
}

func (e *envs) Build(_ context.Context, req envbuild.Request) (*envbuild.Report, error) {
	rep := &envbuild.Report{Built: []envbuild.BuiltPack{}, Failed: []pack.Failure{}}
	for _, c := range req.Contents {
		path := c.Dir
		tree, err := pack.TreeDigest(os.DirFS(path))
		if err != nil {
			return nil, err
		}
		env := pack.Environment{Runtime: pack.RuntimePython, Key: "key", Path: filepath.Join(e.dir, "python", "key")}
		e.known[tree] = []pack.Environment{env}
		if err := errors.Join(os.MkdirAll(env.Path, 0o755), os.WriteFile(filepath.Join(env.Path, "pyvenv.cfg"), []byte("home = /usr\n"), 0o644)); err != nil {
			return nil, err
		}
		rep.Built = append(rep.Built, envbuild.BuiltPack{Path: path, Environments: envbuild.Environments{}})
	}
	return rep, nil
}

func (e *envs) Environments(_ context.Context, tree pack.Digest) ([]pack.Environment, error) {
	return e.known[tree], nil
}

// A fullWorld is a root with an active pack and its environment, records in a
// file, and all sources.
type fullWorld struct {
	dir      string // holds all that must stay
	store    *registry.Store
	sources  *source.Mux
	pipeline func(shelf) *pipeline.Pipeline
}

func newFullWorld(t *testing.T, local string) *fullWorld {
	t.Helper()
	w := &fullWorld{dir: t.TempDir()}
	root := filepath.Join(w.dir, "root")
	e := &envs{dir: filepath.Join(root, "envs"), known: map[pack.Digest][]pack.Environment{}}
	store, err := registry.Open(t.Context(), registry.Config{Root: root, Records: openFiles(t, filepath.Join(w.dir, "records")), Environments: e})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	w.store = store
	w.sources = newSources(t, local, t.TempDir())
	w.pipeline = func(s shelf) *pipeline.Pipeline {
		s.Source = w.sources
		all, err := source.NewMux(s, w.sources)
		if err != nil {
			t.Fatal(err)
		}
		world := newWorld(s, store)
		return compose(t, pipeline.Config{
			Installer: newDownloader(t, all), Analyzer: newAnalyzer(t, world), Builder: e,
			Registrar: store, World: world, Staging: store,
		})
	}
	return w
}

func newSources(t *testing.T, local, scratch string) *source.Mux {
	t.Helper()
	client, err1 := web.New(pack.Network{Policy: gittest.Policy()}, nil)
	archives := archivesource.New(client, &archivesource.Options{Scratch: scratch})
	git, err2 := gitsource.New(client, &gitsource.Options{Scratch: scratch})
	dirs, err3 := localsource.New(localsource.Options{Roots: []string{local}, Archives: archivesource.NewUnpacker(nil)})
	mux, err4 := source.NewMux(archives, git, dirs)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	return mux
}

// activate installs the first version of demo and shows what is there now.
func (w *fullWorld) activate(t *testing.T, local string) (before []string) {
	t.Helper()
	dir := filepath.Join(local, "before")
	if err := os.CopyFS(dir, worldtest.Files("demo@0.9.0", "data", "before")); err != nil {
		t.Fatal(err)
	}
	first := shelf{loc: source.Locator{Scheme: source.SchemeLocal, Location: dir}, version: "0.9.0"}
	if _, err := w.pipeline(first).Install(t.Context(), pipeline.Request{Specs: []string{"demo"}}); err != nil {
		t.Fatal(err)
	}
	return snapshot(t, w.dir)
}

// snapshot describes all that lies below dir: names, modes, times, the identity
// of files, what they hold and where links lead. Of directories that come and go
// by design, as staging, times do not count.
func snapshot(t testing.TB, dir string) (lines []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		what := ""
		switch {
		case info.Mode().IsRegular():
			data, readErr := os.ReadFile(path)
			what, err = fmt.Sprintf("%v %s %q", info.ModTime().UnixNano(), identity(info), data), readErr
		case info.Mode()&fs.ModeSymlink != 0:
			target, readErr := os.Readlink(path)
			what, err = fmt.Sprintf("%v %s -> %s", info.ModTime().UnixNano(), identity(info), target), readErr
		}
		name, relErr := filepath.Rel(dir, path)
		lines = append(lines, fmt.Sprintf("%s %v %s", name, info.Mode(), what))
		return errors.Join(err, relErr)
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// identity distinguishes a file from another one of the same name and content.
func identity(info fs.FileInfo) string {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%d:%d", stat.Uid, stat.Ino)
}

// TestRefusedUpgradeChangesNothing uses every kind of hostile content as the new
// version of an active pack. Whatever the fault, and whichever stage finds it,
// existing files stay the same, byte for byte, and the error says what, where and
// why. The tests of the sources cover what each source must refuse.
func TestRefusedUpgradeChangesNothing(t *testing.T) {
	t.Parallel()
	for _, row := range refusals(t) {
		t.Run(row.id+"/"+string(row.code), func(t *testing.T) {
			t.Parallel()
			local := t.TempDir()
			w := newFullWorld(t, local)
			before := w.activate(t, local)
			rep, err := w.pipeline(shelf{loc: row.serve(t, local), promise: row.promise, version: "1.0.0"}).Install(t.Context(), pipeline.Request{Specs: []string{"demo"}})
			row.check(t, rep, err)
			if diff := cmp.Diff(before, snapshot(t, w.dir)); diff != "" {
				t.Errorf("what lies there (-before +after)\n%s", diff)
			}
			row.repair(t, w, local)
		})
	}
}

// check checks the error of a refusal.
func (r refusal) check(t *testing.T, rep *pipeline.Report, err error) {
	t.Helper()
	batch, ok := errors.AsType[*pack.BatchError](err)
	if !ok || len(batch.Failures) != 1 || len(rep.Outcomes) != 1 {
		t.Fatalf("got %v with report %+v", err, rep)
	}
	item, out := batch.Failures[0], rep.Outcomes[0]
	if pack.CodeOf(err) != r.code || !errors.Is(err, r.code.Sentinel()) {
		t.Errorf("got code %q for %v, want %q", pack.CodeOf(err), err, r.code)
	}
	if item.Ref != "demo" || item.Spec != "demo" || item.Stage != pack.StageDownload {
		t.Errorf("got item %+v", item)
	}
	if out.Ref != "demo" || out.Status != pack.StatusFailed || out.Failure == nil || out.Failure.Stage != item.Stage || out.Failure.Code != r.code {
		t.Errorf("got outcome %+v with failure %+v", out, out.Failure)
	}
	if out.Previous == nil || out.Previous.String() != "0.9.0" {
		t.Errorf("got previous version %v", out.Previous)
	}
	if !strings.Contains(err.Error(), r.entry) {
		t.Errorf("%v does not name %s", err, r.entry)
	}
	if strings.ContainsFunc(err.Error(), func(c rune) bool { return !unicode.IsGraphic(c) && c != '\n' }) {
		t.Errorf("the message is not escaped: %q", err)
	}
}

// repair shows that the world was only waiting for content that is fine.
func (r refusal) repair(t *testing.T, w *fullWorld, local string) {
	t.Helper()
	dir := filepath.Join(local, "after")
	if err := os.CopyFS(dir, worldtest.Files("demo@1.0.0", "data", "after")); err != nil {
		t.Fatal(err)
	}
	fine := shelf{loc: source.Locator{Scheme: source.SchemeLocal, Location: dir}, version: "1.0.0"}
	rep, err := w.pipeline(fine).Install(t.Context(), pipeline.Request{Specs: []string{"demo"}})
	if err != nil || rep.Outcomes[0].Status != pack.StatusUpgraded {
		t.Errorf("got %v, %+v", err, rep)
	}
}
