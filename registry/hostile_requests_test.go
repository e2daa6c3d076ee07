package registry_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// hostileRequests are the rows about requests, their cancellation and their observers.
func hostileRequests(t *testing.T) {
	t.Helper()
	t.Run("M01/one ref twice", oneRefTwice)
	t.Run("M01/aliases", aliasesOfOnePack)
	t.Run("M02/bad packs among many", badPacksAmongMany)
	t.Run("M03/cancelled at every event", cancelledAtEveryEvent)
	t.Run("M03/cancelled at every step", cancelledAtEveryStep)
	t.Run("M03/cancelled before", cancelledBefore)
	t.Run("M03/closed during a request", closedDuringRequest)
	t.Run("M24/observer", hostileObserver)
	t.Run("M25/limits", hostileLimits)
	t.Run("M25/names", hostileRootNames)
}

// oneRefTwice names a pack by two spellings of its path, and another version of it.
func oneRefTwice(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	one, two := write(t, simplePack("demo", "1.0.0")), write(t, simplePack("demo", "2.0.0"))
	report, err := r.open(t).Register(t.Context(), registry.Request{Paths: []string{one, one + "/./", two}})
	if len(report.Registered) != 1 || len(report.Failed) != 1 || pack.CodeOf(report.Failed[0].Err) != pack.CodeConflict || report.Failed[0].Spec != two {
		t.Errorf("got %+v, %v", report, err)
	}
	if got := state(t, r); got != "1.0.0" {
		t.Errorf("active: %s", got)
	}
}

// badPacksAmongMany registers good packs beside bad ones of each class, with an observer
// that panics.
func badPacksAmongMany(t *testing.T) {
	t.Parallel()
	bad := []struct {
		code  pack.Code
		files func(ref string) files
	}{
		{pack.CodeInvalidManifest, func(ref string) files {
			return simplePack(ref, "1.0.0").with(files{"pack.yaml": "ref: " + ref + "\nversion: [\n"})
		}},
		{pack.CodeInvalidRef, func(ref string) files {
			return simplePack(ref, "1.0.0").with(files{"pack.yaml": "ref: ../" + ref + "\nversion: 1.0.0\n"})
		}},
		{pack.CodeInvalidVersion, func(ref string) files { return simplePack(ref, "1.x") }},
		{pack.CodeDependencyMissing, func(ref string) files { return simplePack(ref, "1.0.0").needing("missing") }},
		{pack.CodeInvalidManifest, func(string) files { return files{"README.md": ""} }}, // there is none
		{pack.CodeTestsFailed, func(ref string) files {
			return simplePack(ref, "1.0.0").tested(scriptRunner).with(files{"tests/run.sh": script("exit 1")})
		}},
	}
	var paths []string
	want := map[string]pack.Code{}
	dir := t.TempDir()
	write := func(name string, f files) string {
		path := filepath.Join(dir, name)
		writeTo(t, path, f)
		return path
	}
	const good, each = 940, 10
	for i := range good {
		ref := fmt.Sprintf("good%03d", i)
		paths = append(paths, write(ref, simplePack(ref, "1.0.0")))
	}
	for class, b := range bad {
		for i := range each {
			ref := fmt.Sprintf("bad%d%d", class, i)
			path := write(ref, b.files(ref))
			paths = append(paths, path)
			want[path] = b.code
		}
	}
	report, err := newRoot(t).open(t).Register(t.Context(), registry.Request{Paths: paths, OnEvent: func(_ context.Context, e pack.Event) {
		if e.Pack == "good007" {
			panic("observer")
		}
	}})
	if len(report.Registered) != good || len(report.Failed) != len(want) {
		t.Errorf("registered %d, failed %d: %v", len(report.Registered), len(report.Failed), err)
	}
	for _, f := range report.Failed {
		if pack.CodeOf(f.Err) != want[f.Spec] {
			t.Errorf("failed: %s with code %q, want %q: %v", f.Spec, pack.CodeOf(f.Err), want[f.Spec], f.Err)
		}
	}
}

// cancelledAtEveryEvent cancels an upgrade of a set at its first event, its second, and so
// on: the set is old or new.
func cancelledAtEveryEvent(t *testing.T) {
	t.Parallel()
	lib, app := simplePack("lib", "1.0.0"), simplePack("demo", "1.0.0").needing("lib@^1")
	newLib, newApp := write(t, simplePack("lib", "2.0.0")), write(t, simplePack("demo", "2.0.0").needing("lib@^2"))
	for at, reached := 1, true; reached; at++ {
		r := newRoot(t)
		s := r.open(t)
		register(t, s, "", write(t, lib), write(t, app))
		ctx, cancel := context.WithCancel(t.Context())
		var mu sync.Mutex
		n := 0
		_, err := s.Register(ctx, registry.Request{Paths: []string{newLib, newApp}, Replace: registry.ReplaceUpgrade, OnEvent: func(context.Context, pack.Event) {
			mu.Lock()
			defer mu.Unlock()
			if n++; n == at {
				cancel()
			}
		}})
		cancel()
		reached = n >= at
		got := versions(t, r)
		old, updated := cmp.Equal(got, map[string]string{"demo": "1.0.0", "lib": "1.0.0"}), cmp.Equal(got, map[string]string{"demo": "2.0.0", "lib": "2.0.0"})
		if !old && !updated || old && err == nil {
			t.Errorf("cancelled at event %d: %v, %v", at, got, err)
		}
		checkClean(t, r)
	}
}

func cancelledBefore(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	path := write(t, simplePack("demo", "1.0.0"))
	done, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancelLate := context.WithDeadline(t.Context(), time.Now())
	defer cancelLate()
	for want, ctx := range map[error]context.Context{context.Canceled: done, context.DeadlineExceeded: late} {
		if _, err := s.Register(ctx, registry.Request{Paths: []string{path}}); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
	if got := versions(t, r); len(got) > 0 {
		t.Errorf("registered %v", got)
	}
	checkClean(t, r)
}

// closedDuringRequest closes a Store while it registers: the request ends as if nothing
// had happened, and later ones are refused.
func closedDuringRequest(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	path := write(t, simplePack("demo", "1.0.0"))
	closed := make(chan error, 1)
	once := sync.OnceFunc(func() { go func() { closed <- s.Close() }() })
	_, err := s.Register(t.Context(), registry.Request{Paths: []string{path}, OnEvent: func(context.Context, pack.Event) { once() }})
	if err := errors.Join(err, <-closed, s.Close()); err != nil {
		t.Error(err)
	}
	if _, err := s.Register(t.Context(), registry.Request{Paths: []string{path}}); !errors.Is(err, pack.ErrInvalid) {
		t.Errorf("after Close: got %v", err)
	}
	if got := state(t, r); got != "1.0.0" {
		t.Errorf("active: %s", got)
	}
}

// hostileObserver calls the Store from an observer that is slow, and from one that panics.
func hostileObserver(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	for name, end := range map[string]func(){"slow": func() { time.Sleep(time.Millisecond) }, "panics": func() { panic("observer") }} {
		seen := 0
		report, err := s.Register(t.Context(), registry.Request{Paths: []string{write(t, simplePack(name, "1.0.0"))}, OnEvent: func(ctx context.Context, _ pack.Event) {
			seen++
			if _, err := s.List(ctx); err != nil {
				t.Error(err)
			}
			end()
		}})
		if err != nil || len(report.Registered) != 1 || seen == 0 {
			t.Errorf("%s: got %+v, %v after %d events", name, report, err, seen)
		}
		if warned := slices.ContainsFunc(report.Warnings, func(w pack.Warning) bool { return strings.Contains(w.Message, "panic") }); warned != (name == "panics") {
			t.Errorf("%s: warnings %v", name, report.Warnings)
		}
	}
}

func hostileLimits(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*registry.Config){
		"parallel": func(c *registry.Config) { c.Parallel = -1 }, "lock": func(c *registry.Config) { c.LockTimeout = -1 },
		"tests": func(c *registry.Config) { c.TestTimeout = -1 },
	} {
		c := newRoot(t).config()
		change(&c)
		if _, err := registry.Open(t.Context(), c); !errors.Is(err, pack.ErrInvalid) {
			t.Errorf("negative %s: got %v", name, err)
		}
	}
	r := newRoot(t)
	c := r.config()
	c.Parallel, c.LockTimeout, c.TestTimeout, c.Clock, c.Logger = math.MaxInt, math.MaxInt64, math.MaxInt64, nil, nil
	register(t, r.openWith(t, c), "", write(t, simplePack("demo", "1.0.0")))
}

func hostileRootNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"wurzel-ü-根", "with space", "-rf", "%41"} {
		dir := filepath.Join(t.TempDir(), name)
		r := &root{dir: dir, records: openFiles(t, filepath.Join(dir, "records"))}
		register(t, r.open(t), "", write(t, simplePack("demo", "1.0.0")))
		if _, err := os.Stat(filepath.Join(dir, "current", "demo", "pack.yaml")); err != nil {
			t.Error(err)
		}
	}
}
