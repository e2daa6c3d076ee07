package depstest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
)

func checks() []check {
	return slices.Concat(installedChecks(), platformChecks(), requestChecks(), finderChecks(), reportChecks())
}

func installedChecks() []check {
	return []check{
		{"installed, provided and missing", func(ctx context.Context, b *bench) error {
			rep, err := b.analyze(ctx, []string{"installed log@1.2.0", "provided core"}, "app@1.0.0: log@^1, core@>=3, web@^2")
			return errors.Join(err, diff("dependencies", dependencies(rep),
				"app needs log@^1, on hand", "app needs core@>=3, on hand", "app needs web@^2"),
				diff("missing", missing(rep), "app needs web@^2"))
		}},
		{"a version that does not satisfy is not on hand", func(ctx context.Context, b *bench) error {
			rep, err := b.analyze(ctx, []string{"installed log@1.2.0", "provided core@1.0.0"}, "app@1.0.0: log@^2, core@^2")
			return errors.Join(err, diff("missing", missing(rep), "app needs log@^2", "app needs core@^2"),
				wantConflict(rep, "log", pack.CodeDependencyConflict, "app"),
				wantConflict(rep, "core", pack.CodeDependencyConflict, "app"))
		}},
		{"the ref of a provided pack is reserved", func(ctx context.Context, b *bench) error {
			rep, err := b.analyze(ctx, []string{"provided core"}, "core@1.0.0")
			return errors.Join(wantItem(rep, err, pack.CodeInvalidRef, 0), diff("analysed", analysed(rep)))
		}},
	}
}

func requestChecks() []check {
	return []check{
		{"no path is a bad request", func(ctx context.Context, b *bench) error {
			_, err := b.request(ctx, nil, deps.Request{})
			return wantCode(err, pack.CodeInvalidRequest)
		}},
		{"packs of the request satisfy each other", func(ctx context.Context, b *bench) error {
			rep, err := b.analyze(ctx, nil, "app@1.0.0: web@^2, log@^1", "web@2.1.0: log@^1", "log@1.0.0")
			return errors.Join(err, diff("missing", missing(rep)),
				diff("dependencies", dependencies(rep), "app needs web@^2", "app needs log@^1", "web needs log@^1"),
				diff("order", rep.Order, "log", "web", "app"), diff("conflicts", conflicts(rep)))
		}},
		{"packs of the request contradict each other", func(ctx context.Context, b *bench) error {
			rep, err := b.analyze(ctx, []string{"log@2.0.0:", "installed log@2.0.0"}, "app@1.0.0: log@^2", "log@1.0.0")
			return errors.Join(err, wantConflict(rep, "log", pack.CodeDependencyConflict, "app"))
		}},
		{"packs that need each other", func(ctx context.Context, b *bench) error {
			rep, err := b.analyze(ctx, nil, "a@1.0.0: b@^1", "b@1.0.0: c", "c@1.0.0: a", "d@1.0.0: a")
			return errors.Join(err, diff("conflicts", conflicts(rep)), diff("missing", missing(rep)),
				diff("last in order", rep.Order[len(rep.Order)-1:], "d"), diff("number of packs", []int{len(rep.Order)}, 4))
		}},
		{"a pack that needs itself fails", func(ctx context.Context, b *bench) error {
			path, err := b.layOut("a@1.0.0: a")
			rep, batch := b.request(ctx, nil, deps.Request{Paths: []string{path}})
			if rep == nil || len(rep.Failed) != 1 {
				return fmt.Errorf("got %+v, %w", rep, errors.Join(err, batch))
			}
			return errors.Join(err, wantCode(rep.Failed[0].Err, pack.CodeDependencyCycle))
		}},
		{"a ref that comes twice fails the second time", func(ctx context.Context, b *bench) error {
			first, err := b.layOut("a@1.0.0")
			other := &bench{dir: filepath.Join(b.dir, "other")}
			second, err2 := other.layOut("a@2.0.0")
			rep, batch := b.request(ctx, nil, deps.Request{Paths: []string{first, second}})
			return errors.Join(err, err2, wantItem(rep, batch, pack.CodeConflict, 0), diff("analysed", analysed(rep), "a"))
		}},
		{"a pack that cannot be read does not disturb others", func(ctx context.Context, b *bench) error {
			good, err := b.layOut("good@1.0.0: log")
			bad, err2 := b.layOut("bad@1.0.0", "ref: twice\n")
			rep, batch := b.request(ctx, nil, deps.Request{Paths: []string{bad, good}})
			return errors.Join(err, err2, wantItem(rep, batch, pack.CodeInvalidManifest, 0), diff("analysed", analysed(rep), "good"))
		}},
		{"a path where nothing lies fails at load", func(ctx context.Context, b *bench) error {
			rep, batch := b.request(ctx, nil, deps.Request{Paths: []string{filepath.Join(b.dir, "nothing")}})
			if err := wantItem(rep, batch, pack.CodeNotFound, 0); err != nil {
				return err
			}
			return errors.Join(diff("stage", []pack.Stage{rep.Failed[0].Stage}, pack.StageLoad), diff("analysed", analysed(rep)))
		}},
		{"a path that is named twice is one pack", func(ctx context.Context, b *bench) error {
			path, err := b.layOut("app@1.0.0")
			rep, err2 := b.request(ctx, nil, deps.Request{Paths: []string{path, path + "/."}, Contents: []*pack.Content{{Dir: path}}})
			return errors.Join(err, err2, diff("analysed", analysed(rep), "app"))
		}},
		{"contents are like paths", func(ctx context.Context, b *bench) error {
			app, err := b.layOut("app@1.0.0: log@^1")
			log, err2 := b.layOut("log@1.0.0")
			rep, err3 := b.request(ctx, nil, deps.Request{Paths: []string{log}, Contents: []*pack.Content{{Dir: app}}})
			return errors.Join(err, err2, err3, diff("analysed", analysed(rep), "log", "app"), diff("missing", missing(rep)))
		}},
		{"content that is not what it was fails", func(ctx context.Context, b *bench) error {
			app, err := b.layOut("app@1.0.0")
			log, err2 := b.layOut("log@1.0.0")
			tree, err3 := pack.TreeDigest(os.DirFS(log))
			other := pack.Digest("sha256:" + strings.Repeat("0", 64))
			rep, batch := b.request(ctx, nil, deps.Request{Contents: []*pack.Content{{Dir: app, TreeDigest: other}, {Dir: log, TreeDigest: tree}}})
			return errors.Join(err, err2, err3, wantItem(rep, batch, pack.CodeContentChanged, 0), diff("analysed", analysed(rep), "log"))
		}},
		{"a cancelled request fails as a whole", func(ctx context.Context, b *bench) error {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			_, err := b.analyze(ctx, nil, "a@1.0.0")
			return wantCode(err, pack.CodeCancelled)
		}},
	}
}

func finderChecks() []check {
	return []check{
		{"missing packs are found, transitively", func(ctx context.Context, b *bench) error {
			rep, err := b.analyze(ctx, []string{"web@2.0.0: log@^1", "web@2.1.0: log@^1, tool", "web@3.0.0:", "log@1.0.0:", "log@1.9.0:", "log@2.0.0:", "tool@0.1.0"},
				"app@1.0.0: web@^2")
			return errors.Join(err, diff("conflicts", conflicts(rep)),
				diff("additions", additions(rep), "log@1.9.0 for web", "tool@0.1.0 for web", "web@2.1.0 for app"))
		}},
		{"releases come before pre-releases", func(ctx context.Context, b *bench) error {
			rep, err := b.analyze(ctx, []string{"log@1.0.0:", "log@2.0.0-rc.1:", "new@0.1.0-a:", "new@0.1.0-b:"}, "app@1.0.0: log, new")
			return errors.Join(err, diff("additions", additions(rep), "log@1.0.0 for app", "new@0.1.0-b for app"))
		}},
		{"what is installed is kept while it satisfies", func(ctx context.Context, b *bench) error {
			rep, err := b.analyze(ctx, []string{"log@1.5.0:", "installed log@1.0.0", "old@2.0.0:", "installed old@1.0.0"}, "app@1.0.0: log@^1, old@^2")
			return errors.Join(err, diff("additions", additions(rep), "old@2.0.0 for app"), diff("conflicts", conflicts(rep)))
		}},
		{"an installed pre-release satisfies what its number does", func(ctx context.Context, b *bench) error {
			rep, err := b.analyze(ctx, []string{"log@1.0.0:", "installed log@2.0.0-rc.1"}, "app@1.0.0: log@>=1")
			return errors.Join(err, diff("additions", additions(rep)), diff("conflicts", conflicts(rep)), diff("missing", missing(rep)))
		}},
		{"a later demand changes an earlier choice", func(ctx context.Context, b *bench) error {
			rep, err := b.analyze(ctx, []string{"log@2.0.0: tool@^2", "log@1.0.0: tool@^1", "web@1.0.0: log@^1", "tool@1.0.0:", "tool@2.0.0:"},
				"app@1.0.0: log, web")
			return errors.Join(err, diff("conflicts", conflicts(rep)),
				diff("additions", additions(rep), "tool@1.0.0 for log", "log@1.0.0 for app and web", "web@1.0.0 for app"))
		}},
		{"a pack that is not available", func(ctx context.Context, b *bench) error {
			rep, err := b.analyze(ctx, []string{"web@1.0.0: log@^1"}, "app@1.0.0: web")
			return errors.Join(err, wantConflict(rep, "log", pack.CodeDependencyMissing, "web"), diff("missing", missing(rep), "app needs web"))
		}},
		{"a diamond that cannot be satisfied", func(ctx context.Context, b *bench) error {
			rep, err := b.analyze(ctx, []string{"left@1.0.0: log@^1", "right@1.0.0: log@^2", "log@1.0.0:", "log@2.0.0:"}, "app@1.0.0: left, right")
			return errors.Join(err, wantConflict(rep, "log", pack.CodeDependencyConflict, "left", "right"))
		}},
		{"an index that fails ends the analysis", func(ctx context.Context, b *bench) error {
			path, err := b.layOut("app@1.0.0: log")
			a, err2 := b.newAnalyzer(deps.Config{World: &brokenWorld{}})
			if err := errors.Join(err, err2); err != nil {
				return err
			}
			_, err = a.Analyze(ctx, deps.Request{Paths: []string{path}})
			return wantCode(err, pack.CodeUnavailable)
		}},
	}
}

type brokenWorld struct{ Universe }

// Candidates implements [deps.World].
func (*brokenWorld) Candidates(context.Context, pack.Want) ([]pack.Candidate, error) {
	return nil, &pack.UnavailableError{Target: "index", Err: errors.New("no answer")}
}

func reportChecks() []check {
	return []check{
		{"runtimes are inferred", func(ctx context.Context, b *bench) error {
			path, err := b.layOut("app@1.0.0", "runtime_deps: [\"python3>=3.8\"]\n", "package.json", "{}")
			rep, err2 := b.request(ctx, nil, deps.Request{Paths: []string{path}})
			if err := errors.Join(err, err2); err != nil {
				return err
			}
			needs := slices.Clone(rep.Runtimes["app"])
			for i := range needs {
				needs[i].Reasons = nil // for people
			}
			return diff("runtimes", needs,
				pack.RuntimeNeed{Runtime: pack.RuntimePython, Ranges: []string{">=3.8"}},
				pack.RuntimeNeed{Runtime: pack.RuntimeNode, Ranges: []string{}, Manifest: "package.json"})
		}},
		{"a pack without runtimes has no entry", func(ctx context.Context, b *bench) error {
			rep, err := b.analyze(ctx, nil, "app@1.0.0")
			return errors.Join(err, diff("number of entries", []int{len(rep.Runtimes)}, 0))
		}},
		{"lists are never null", func(ctx context.Context, b *bench) error {
			rep, err := b.analyze(ctx, nil, "app@1.0.0")
			return errors.Join(err, wantLists(rep))
		}},
		{"events are numbered and name each pack's end", func(ctx context.Context, b *bench) error {
			path, err := b.layOut("app@1.0.0")
			var events []pack.Event
			req := deps.Request{Paths: []string{path, filepath.Join(b.dir, "nothing")}}
			req.OnEvent = func(_ context.Context, e pack.Event) { events = append(events, e) }
			_, _ = b.request(ctx, nil, req)
			return errors.Join(err, wantEvents(events, map[string]pack.Status{req.Paths[0]: pack.StatusDone, req.Paths[1]: pack.StatusFailed}))
		}},
	}
}

// wantLists checks that a report without entries has empty lists.
func wantLists(rep *deps.Report) error {
	if rep == nil {
		return errors.New("no report")
	}
	var errs []error
	for v, i := reflect.ValueOf(*rep), 0; i < v.NumField(); i++ {
		name := v.Type().Field(i).Name
		if v.Field(i).IsNil() && name != "Order" && name != "Additions" {
			errs = append(errs, fmt.Errorf("%s is nil", name))
		}
	}
	return errors.Join(errs...)
}

// wantEvents checks the numbers, and that the last event about each spec, and no
// other, closes it with the status.
func wantEvents(events []pack.Event, want map[string]pack.Status) error {
	end := map[string]pack.Status{}
	for i, e := range events {
		if e.Seq != uint64(i+1) {
			return fmt.Errorf("event %d has number %d", i+1, e.Seq)
		}
		if _, closed := end[e.Spec]; closed {
			return fmt.Errorf("event %d is about %q, which was closed", i+1, e.Spec)
		}
		if e.Kind == pack.EventClosed {
			end[e.Spec] = e.Status
		}
	}
	if d := cmp.Diff(want, end); d != "" {
		return fmt.Errorf("closing events (-want +got)\n%s", d)
	}
	return nil
}
