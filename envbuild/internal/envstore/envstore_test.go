package envstore_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/envstore"
	"github.com/packtrain/pack/internal/os/filelock"
	"github.com/packtrain/pack/internal/os/fsx"
)

const (
	runtime = "python"
	key     = "0123456789abcdef"
)

func newStore(t *testing.T) *envstore.Store {
	t.Helper()
	return &envstore.Store{Dir: filepath.Join(t.TempDir(), "envs [1]"), Lock: filelock.Acquire, Sync: fsx.Sync, SyncDir: fsx.SyncDir}
}

// fill builds an environment whose interpreter is a file in it.
func fill(site envstore.Site) (envstore.Record, error) {
	interpreter := filepath.Join(site.Dir, "python")
	return envstore.Record{
		Environment: pack.Environment{Runtime: runtime, Key: key, Path: site.Dir, Interpreter: interpreter},
	}, os.WriteFile(interpreter, []byte(site.Dir), 0o755)
}

func build(t *testing.T, s *envstore.Store, force bool, build func(envstore.Site) (envstore.Record, error)) (envstore.Record, bool) {
	t.Helper()
	r, reused, err := s.Build(t.Context(), runtime, key, force, build)
	if err != nil {
		t.Fatalf("Build: %v", err)
	}
	return r, reused
}

func names(t *testing.T, s *envstore.Store) []string {
	t.Helper()
	files, err := os.ReadDir(filepath.Join(s.Dir, runtime))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		got = append(got, instances.ReplaceAllString(f.Name(), "-N"))
	}
	return got
}

// instances are random.
var instances = regexp.MustCompile(`-[a-z2-7]{16}`)

// built are the files of n instances that were built.
func built(n int) []string {
	names := slices.Repeat([]string{key + "-N", key + "-N.files", key + "-N.json"}, n)
	return append(names, key+".json")
}

func wantNames(t *testing.T, s *envstore.Store, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, names(t, s)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestBuildOnceAndReuse(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if _, ready := s.Find(runtime, key); ready {
		t.Fatal("ready before it was built")
	}
	var work string
	first, reused := build(t, s, false, func(site envstore.Site) (envstore.Record, error) {
		if _, ready := s.Find(runtime, key); ready {
			t.Error("ready while it is built")
		}
		work = site.Work
		return fill(site)
	})
	if reused || first.Environment.Instance == "" || first.Root != filepath.Join(s.Dir, runtime, key+"-"+first.Environment.Instance) || time.Since(first.Built) > time.Minute {
		t.Errorf("built = %+v, reused = %v", first, reused)
	}
	if _, err := os.Stat(work); err == nil {
		t.Error("scratch space is left")
	}
	again, reused := build(t, s, false, nil)
	if diff := cmp.Diff(first, again); diff != "" || !reused {
		t.Errorf("reused = %v (-built +again):\n%s", reused, diff)
	}
	wantNames(t, s, built(1)...)
}

func TestForceBuildsBesideAndLeavesTheOldOne(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	old, _ := build(t, s, false, fill)
	anew, reused := build(t, s, true, func(site envstore.Site) (envstore.Record, error) {
		if r, ready := s.Find(runtime, key); !ready || r.Root != old.Root {
			t.Error("the old one is not ready while the new one is built")
		}
		return fill(site)
	})
	if reused || anew.Root == old.Root {
		t.Errorf("reused = %v, built in %q", reused, anew.Root)
	}
	if r, _ := s.Find(runtime, key); r.Root != anew.Root {
		t.Errorf("ready is %q, want %q", r.Root, anew.Root)
	}
	if _, err := os.Stat(old.Environment.Interpreter); err != nil {
		t.Errorf("the old one is damaged: %v", err)
	}
	wantNames(t, s, built(2)...)
}

func TestFailedBuildLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	wrong := errors.New("wrong")
	fail := func(site envstore.Site) (envstore.Record, error) { r, _ := fill(site); return r, wrong }
	if _, _, err := s.Build(t.Context(), runtime, key, false, fail); !errors.Is(err, wrong) {
		t.Fatalf("err = %v", err)
	}
	wantNames(t, s)
	good, _ := build(t, s, false, fill)
	if _, _, err := s.Build(t.Context(), runtime, key, true, fail); !errors.Is(err, wrong) {
		t.Fatalf("err = %v", err)
	}
	if r, ready := s.Find(runtime, key); !ready || r.Root != good.Root {
		t.Error("the good one is lost")
	}
	wantNames(t, s, built(1)...)
}

func TestNothingIsReadyThatIsNotDurable(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lost := errors.New("input/output error")
	s.Sync = func(...string) error { return lost }
	if _, _, err := s.Build(t.Context(), runtime, key, false, fill); !errors.Is(err, lost) {
		t.Fatalf("err = %v", err)
	}
	wantNames(t, s)
}

func TestBuildsThatDiedAreClearedAway(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for _, dir := range []string{key + "-a", key + "-a.partial/tmp", key + "-b", key + "-b.partial", "fedcba9876543210-c.partial"} {
		if err := os.MkdirAll(filepath.Join(s.Dir, runtime, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	first, _ := build(t, s, false, fill)
	wantNames(t, s, append(built(1), "fedcba9876543210-c.partial")...)

	// It died after the record was written, before the scratch space was gone.
	if err := os.Mkdir(first.Root+".partial", 0o700); err != nil {
		t.Fatal(err)
	}
	build(t, s, true, func(site envstore.Site) (envstore.Record, error) {
		if _, ready := s.Find(runtime, key); !ready {
			t.Error("the ready one was cleared away")
		}
		return fill(site)
	})
	wantNames(t, s, append(built(2), "fedcba9876543210-c.partial")...)
}

func TestBrokenEnvironmentsAreBuiltAnew(t *testing.T) {
	t.Parallel()
	spoil := map[string]func(s *envstore.Store, r envstore.Record) error{
		"directory gone":   func(_ *envstore.Store, r envstore.Record) error { return os.RemoveAll(r.Root) },
		"interpreter gone": func(_ *envstore.Store, r envstore.Record) error { return os.Remove(r.Environment.Interpreter) },
		"record empty": func(s *envstore.Store, _ envstore.Record) error {
			return os.Truncate(filepath.Join(s.Dir, runtime, key+".json"), 0)
		},
		"store copied elsewhere": func(s *envstore.Store, _ envstore.Record) error {
			elsewhere := s.Dir + "-copy"
			err := os.CopyFS(elsewhere, os.DirFS(s.Dir))
			s.Dir = elsewhere
			return err
		},
	}
	for name, spoil := range spoil {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			r, _ := build(t, s, false, fill)
			if err := spoil(s, r); err != nil {
				t.Fatal(err)
			}
			if _, ready := s.Find(runtime, key); ready {
				t.Error("still ready")
			}
			if _, reused := build(t, s, false, fill); reused {
				t.Error("was not built")
			}
			if _, ready := s.Find(runtime, key); !ready {
				t.Error("not ready")
			}
		})
	}
}

func TestConcurrentBuildersBuildOnce(t *testing.T) {
	t.Parallel()
	for _, force := range []bool{false, true} {
		s := newStore(t)
		var all, builds, reuses sync.WaitGroup // Done once for each
		all.Add(8)
		builds.Add(1)
		reuses.Add(7)
		s.Lock = func(ctx context.Context, path string) (func(), error) {
			all.Done()
			return filelock.Acquire(ctx, path)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				_, reused, err := s.Build(t.Context(), runtime, key, force, func(site envstore.Site) (envstore.Record, error) {
					all.Wait() // all builders have started
					builds.Done()
					return fill(site)
				})
				if err != nil {
					t.Error(err)
				}
				if reused {
					reuses.Done()
				}
			})
		}
		wg.Wait()
		builds.Wait()
		reuses.Wait()
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err := s.Build(t.Context(), runtime, key, false, func(site envstore.Site) (envstore.Record, error) {
		cancel()
		if _, _, err := s.Build(ctx, runtime, key, false, fill); pack.CodeOf(err) != pack.CodeCancelled {
			t.Errorf("err = %v", err)
		}
		return fill(site)
	})
	if err != nil {
		t.Error(err)
	}
}

func TestWhoIsWaitedFor(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	waited := make(chan envstore.Owner, 1)
	other := *s
	other.Notice, other.OnWait = time.Millisecond, func(o envstore.Owner) { waited <- o }
	var wg sync.WaitGroup
	build(t, s, false, func(site envstore.Site) (envstore.Record, error) {
		wg.Go(func() { build(t, &other, false, nil) })
		if o := <-waited; o.Process != os.Getpid() || time.Since(o.Since) > time.Minute {
			t.Errorf("waits for %+v", o)
		}
		return fill(site)
	})
	wg.Wait()
}

const tree = pack.Digest("sha256:00000000000000000000000000000000000000000000000000000000000000ff")

func attached(t *testing.T, s *envstore.Store) []pack.Environment {
	t.Helper()
	envs, err := s.Attached(tree)
	if err != nil {
		t.Fatal(err)
	}
	return envs
}

func TestAttach(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if envs := attached(t, s); envs == nil || len(envs) > 0 {
		t.Errorf("before: %v", envs)
	}
	r, _ := build(t, s, false, fill)
	python := r.Environment
	node := pack.Environment{Runtime: "nodejs", Key: "k", Interpreter: python.Interpreter}
	for _, envs := range [][]pack.Environment{{python}, {node}, {node}, {python}} {
		if err := s.Attach(t.Context(), tree, envs); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]pack.Environment{python, node}, attached(t, s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := os.Remove(python.Interpreter); err != nil {
		t.Fatal(err)
	}
	if envs := attached(t, s); len(envs) > 0 {
		t.Errorf("environments that are gone: %v", envs)
	}
}

func TestAttachRefusesWhatIsNoDigest(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for _, d := range []pack.Digest{"", "sha256:../../x", "x"} {
		if err := s.Attach(t.Context(), d, nil); err == nil {
			t.Errorf("Attach accepts %q", d)
		}
		if _, err := s.Attached(d); err == nil {
			t.Errorf("Attached accepts %q", d)
		}
	}
}

func TestAttachedTellsWhatItCannotRead(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if err := s.Attach(t.Context(), tree, []pack.Environment{{Runtime: "x"}}); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(s.Dir), "*", "attached", "*.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	if err := os.WriteFile(files[0], []byte("[{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Attached(tree); pack.CodeOf(err) != pack.CodeStoreCorrupt {
		t.Errorf("err = %v", err)
	}
	if err := s.Attach(t.Context(), tree, []pack.Environment{{Runtime: "x"}}); err != nil {
		t.Errorf("Attach: %v", err)
	}
	if _, err := s.Attached(tree); err != nil {
		t.Errorf("after it was written again: %v", err)
	}
}
