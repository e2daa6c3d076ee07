package sourcetest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/sourcetest"
)

// A fault is a source that is broken in one way, and the case that must see it.
type fault struct {
	name string // "<case>: <what is wrong>"
	make func(t *testing.T) sourcetest.Harness
}

// of is the harness of a source without anything special.
func of(s source.Plugin) func(*testing.T) sourcetest.Harness {
	return func(*testing.T) sourcetest.Harness { return harness(s) }
}

func TestSuiteSeesEveryFault(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range faults() {
		name, _, _ := strings.Cut(f.name, ":")
		seen[name] = true
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			h := f.make(t)
			if r := record(t, func(t testing.TB) { sourcetest.RunCase(t, name, h) }); len(r.failures) == 0 {
				t.Error("the suite has not seen it")
			}
		})
	}
	for _, name := range sourcetest.CaseNames() {
		if !seen[name] {
			t.Errorf("no fault shows that the case %s can fail", name)
		}
	}
}

func TestSuiteSaysWhatItDoesNotCheck(t *testing.T) {
	t.Parallel()
	h := harness(sourcetest.NewMemory(packs()))
	h.Missing, h.Hostile, h.Secrets = source.Locator{}, nil, nil
	for _, name := range sourcetest.CaseNames() {
		r := record(t, func(t testing.TB) { sourcetest.RunCase(t, name, h) })
		notOffered := slices.Contains([]string{"Missing", "Hostile", "Secrets"}, name)
		if said := strings.HasPrefix(r.log, "not checked: "); said != notOffered || len(r.failures) > 0 {
			t.Errorf("%s: log %q, failures %q", name, r.log, r.failures)
		}
	}
}

func TestSuiteRefusesHarness(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(h *sourcetest.Harness){
		"no source":      func(h *sourcetest.Harness) { h.Source = nil },
		"a scheme twice": func(h *sourcetest.Harness) { h.With = []source.Plugin{sourcetest.NewMemory(nil)} },
		"no content":     func(h *sourcetest.Harness) { h.Want = nil },
		"one file only":  func(h *sourcetest.Harness) { h.Want = fstest.MapFS{"pack.yaml": {}} },
	} {
		h := harness(sourcetest.NewMemory(packs()))
		spoil(&h)
		if r := record(t, func(t testing.TB) { sourcetest.RunCase(t, "Schemes", h) }); len(r.failures) == 0 {
			t.Errorf("%s: taken", name)
		}
	}
}

func faults() []fault {
	var all []fault
	for _, some := range [][]fault{resolvingFaults(), contentFaults(), stoppingFaults(), guardFaults(), hostileFaults()} {
		all = append(all, some...)
	}
	return all
}

func resolvingFaults() []fault {
	schemes := func(list func() []string) func(*testing.T) sourcetest.Harness {
		b := newBroken()
		b.schemes = list
		return of(b)
	}
	calls, shared := 0, []string{"memory"}
	missing := func(pins []pack.Pin, err error) func(*testing.T) sourcetest.Harness {
		b := newBroken()
		b.resolve = func(ctx context.Context, loc source.Locator) ([]pack.Pin, error) {
			if loc.Location == "missing" {
				return pins, err
			}
			return b.Memory.Resolve(ctx, loc)
		}
		return of(b)
	}
	pins := func(change func(p *pack.Pin)) func(*testing.T) sourcetest.Harness {
		return of(brokenPins(func(pins []pack.Pin) []pack.Pin { change(&pins[0]); return pins }))
	}
	return []fault{
		{"Schemes: none", schemes(func() []string { return nil })},
		{"Schemes: change", schemes(func() []string { calls++; return []string{fmt.Sprint("memory", calls)} })},
		{"Schemes: memory is shared", schemes(func() []string { return shared })},
		{"Schemes: no word", schemes(func() []string { return []string{"Memory!"} })},
		{"Resolve: neither pin nor error", of(brokenPins(func([]pack.Pin) []pack.Pin { return nil }))},
		{"Resolve: no scheme", pins(func(p *pack.Pin) { p.Scheme = "" })},
		{"Resolve: no location", pins(func(p *pack.Pin) { p.Location = "" })},
		{"Resolve: credentials", pins(func(p *pack.Pin) { p.Location = "https://user:pw@host/x" })},
		{"Missing: found", missing([]pack.Pin{{Scheme: "memory"}}, nil)},
		{"Missing: nothing", missing(nil, nil)},
		{"Missing: another error", missing(nil, errors.New("no idea"))},
		{"Missing: pins and an error", missing([]pack.Pin{{}}, pack.ErrNotFound)},
	}
}

func contentFaults() []fault {
	content := func(change func(fetch int64, demo fstest.MapFS)) func(*testing.T) sourcetest.Harness {
		return of(brokenContent(change))
	}
	return []fault{
		{"Content: a file is missing", content(func(_ int64, demo fstest.MapFS) { delete(demo, "pack.yaml") })},
		{"Content: a file is too much", content(func(_ int64, demo fstest.MapFS) { demo["more"] = &fstest.MapFile{} })},
		{"Content: changed", content(func(_ int64, demo fstest.MapFS) { demo["pack.yaml"] = &fstest.MapFile{} })},
		{"Content: not executable", content(func(_ int64, demo fstest.MapFS) {
			demo["actions/run.sh"] = &fstest.MapFile{Data: demo["actions/run.sh"].Data}
		})},
		{"Content: fails", content(func(_ int64, demo fstest.MapFS) { demo["x"] = &fstest.MapFile{Mode: fs.ModeSymlink} })},
		{"Content: the second alternative is another", of(brokenPins(func(pins []pack.Pin) []pack.Pin {
			return append(pins, pack.Pin{Scheme: "memory", Location: "escape"})
		}))},
		{"Deterministic: changes", content(func(fetch int64, demo fstest.MapFS) {
			demo["pack.yaml"] = &fstest.MapFile{Data: fmt.Append(nil, fetch)}
		})},
		{"Deterministic: the third fetch fails", content(func(fetch int64, demo fstest.MapFS) {
			if fetch == 3 {
				demo["x"] = &fstest.MapFile{Mode: fs.ModeSymlink}
			}
		})},
		{"PinIsStorable: not as JSON", of(brokenPins(func(pins []pack.Pin) []pack.Pin { pins[0].Location = "\xff"; return pins }))},
		{"PinIsStorable: fails afterwards", content(func(_ int64, demo fstest.MapFS) { delete(demo, "pack.yaml") })},
		{"Concurrent: one is mixed up", content(func(fetch int64, demo fstest.MapFS) {
			if fetch == 5 {
				delete(demo, "pack.yaml")
			}
		})},
	}
}

func stoppingFaults() []fault {
	between := func(put func(ctx context.Context, dst source.Sink, e source.Entry, content io.Reader) error) func(*testing.T) sourcetest.Harness {
		return of(brokenPut(func(dst source.Sink) sinkFunc {
			return func(ctx context.Context, e source.Entry, content io.Reader) error { return put(ctx, dst, e, content) }
		}))
	}
	deafFetch := of(brokenFetch(func(_ context.Context, pin pack.Pin, dst source.Sink, good *sourcetest.Memory) error {
		return good.Fetch(context.Background(), pin, dst)
	}))
	return []fault{
		{"CancelledMidway: goes on", deafFetch},
		{"CancelledMidway: hides it", of(brokenFetch(func(ctx context.Context, pin pack.Pin, dst source.Sink, good *sourcetest.Memory) error {
			if err := good.Fetch(ctx, pin, dst); err != nil {
				return errors.New("stopped")
			}
			return nil
		}))},
		{"SinkFails: goes on", between(func(ctx context.Context, dst source.Sink, e source.Entry, content io.Reader) error {
			_ = dst.Put(ctx, e, content)
			return nil
		})},
		{"SinkFails: hides it", between(func(ctx context.Context, dst source.Sink, e source.Entry, content io.Reader) error {
			if err := dst.Put(ctx, e, content); err != nil {
				return errors.New("sink failed")
			}
			return nil
		})},
		{"SinkFails: tries again", between(func(ctx context.Context, dst source.Sink, e source.Entry, content io.Reader) error {
			if dst.Put(ctx, e, content) == nil {
				return nil
			}
			return dst.Put(ctx, e, content)
		})},
	}
}

func guardFaults() []fault {
	return []fault{
		{"Hostile: left out", of(brokenPut(func(dst source.Sink) sinkFunc {
			return func(ctx context.Context, e source.Entry, content io.Reader) error {
				if !e.Mode.IsRegular() || strings.Contains(e.Name, `\`) {
					return nil
				}
				return dst.Put(ctx, e, content)
			}
		}))},
		{"Hostile: renamed", of(brokenPut(func(dst source.Sink) sinkFunc {
			return func(ctx context.Context, e source.Entry, content io.Reader) error {
				e.Name = strings.ReplaceAll(e.Name, `\`, "_")
				return dst.Put(ctx, e, content)
			}
		}))},
		{"NothingOutside: leaves a file", func(t *testing.T) sourcetest.Harness {
			t.Helper()
			dir := t.TempDir()
			h := harness(brokenFetch(func(ctx context.Context, pin pack.Pin, dst source.Sink, good *sourcetest.Memory) error {
				if err := os.WriteFile(filepath.Join(dir, "spool"), []byte("x"), 0o600); err != nil {
					return err
				}
				return good.Fetch(ctx, pin, dst)
			}))
			h.Dirs = []string{dir}
			return h
		}},
		{"NothingOutside: hides the failure of the sink", of(brokenFetch(func(ctx context.Context, pin pack.Pin, dst source.Sink, good *sourcetest.Memory) error {
			_ = good.Fetch(ctx, pin, dst)
			return nil
		}))},
		{"Secrets: in a pin", of(brokenPins(func(pins []pack.Pin) []pack.Pin { pins[0].Rev = "s3cr3t"; return pins }))},
		{"Secrets: in an error", of(brokenFetch(func(ctx context.Context, pin pack.Pin, dst source.Sink, good *sourcetest.Memory) error {
			if err := good.Fetch(ctx, pin, dst); err != nil {
				return fmt.Errorf("with password s3cr3t: %w", err)
			}
			return nil
		}))},
	}
}
