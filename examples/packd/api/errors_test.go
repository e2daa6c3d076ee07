package api_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/packd/api"
	"github.com/packtrain/pack/examples/packd/client"
	"github.com/packtrain/pack/examples/packd/wire"
)

// faults returns errors by names: one of every code of the library, and some that
// are more than a code.
func faults(t *testing.T) map[string]error {
	t.Helper()
	source, err := os.ReadFile("../../../errors.go")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]error{
		"wrapped":             fmt.Errorf("register: %w", pack.Errorf(pack.CodeTestsFailed, "1 of 2 failed")),
		"no code":             errors.New("something went wrong"),
		"busy without a code": fmt.Errorf("lock: %w", pack.ErrBusy),
		"context":             fmt.Errorf("build: %w", context.Canceled),
		"limit":               &pack.LimitError{Limit: "size", Max: 1, Value: 2},
		"retryable build":     pack.Errorf(pack.CodeBuildFailed, "install: %w", &pack.UnavailableError{Target: "index", Temporary: true, Err: errors.New("reset")}),
	}
	matches := regexp.MustCompile(`\tCode\w+ +Code = "(\w+)"`).FindAllStringSubmatch(string(source), -1)
	if len(matches) < 20 {
		t.Fatalf("found %d codes", len(matches))
	}
	for _, match := range matches {
		code := pack.Code(match[1])
		all[match[1]] = pack.Errorf(code, "it is %s", code)
		if errors.Is(code.Sentinel(), pack.ErrUnavailable) {
			for _, temporary := range []bool{false, true} {
				all[fmt.Sprint(code, ", temporary: ", temporary)] = &pack.UnavailableError{Code: code, Target: "index", Temporary: temporary, Err: errors.New("reset")}
			}
		}
	}
	return all
}

// sentinels returns those of all codes.
func sentinels(all map[string]error) map[error]bool {
	found := map[error]bool{}
	for name := range all {
		if s := pack.Code(name).Sentinel(); s != nil {
			found[s] = true
		}
	}
	return found
}

// TestErrorsAreTheSameRemotely lets every stage fail with every error in
// this process and on a server: as an item, as the first of two, as a request,
// and as a request of which a part was done.
func TestErrorsAreTheSameRemotely(t *testing.T) {
	t.Parallel()
	all := faults(t)
	w := world{all}
	f := start(t, func(c *api.Config) { c.Rate, c.Burst, c.MaxJobs, c.MaxQueue = 1e6, 1e6, 16, 1e6 })
	f.server.SetWorld(w)
	c, err := client.New(client.Config{URL: f.url, Token: tokenAll, Attempts: 1})
	if err != nil {
		t.Fatal(err)
	}
	known := sentinels(all)
	for _, stage := range stageCalls(c, filepath.Join(f.allowed, "dest")) {
		t.Run(stage.name, func(t *testing.T) {
			t.Parallel()
			for name := range all {
				for _, specs := range [][]string{{"item/" + name}, {"item/" + name, "item/not_found"}, {"request/" + name}, {"report/" + name}} {
					want := stage.local(t.Context(), w, specs)
					for way, remote := range stage.remote {
						wantSame(t, fmt.Sprintf("%s %q", way, specs), known, want, remote(t.Context(), specs))
					}
				}
			}
		})
	}
}

// wantSame compares the results of a stage here and elsewhere.
func wantSame(t *testing.T, name string, known map[error]bool, want, got result) {
	t.Helper()
	wantSameError(t, name, known, want.err, got.err)
	if want.report != got.report {
		t.Errorf("%s: a report: %v, want %v", name, got.report, want.report)
	}
	wantSameFailures(t, name+", in the report", known, want.failed, got.failed)
	wantSameFailures(t, name+", in the error", known, failuresOf(want.err), failuresOf(got.err))
}

func wantSameFailures(t *testing.T, name string, known map[error]bool, want, got []pack.Failure) {
	t.Helper()
	if len(want) != len(got) {
		t.Errorf("%s: %d failures, want %d", name, len(got), len(want))
		return
	}
	for i, w := range want {
		g := got[i]
		wantSameError(t, name, known, w.Err, g.Err)
		wantSameError(t, name, known, &w, &g)
		if g.Spec != w.Spec || g.Ref != w.Ref || g.Stage != w.Stage || g.Code != w.Code || g.Message != w.Message {
			t.Errorf("%s: failure %+v, want %+v", name, g, w)
		}
	}
}

func failuresOf(err error) []pack.Failure {
	if batch, ok := errors.AsType[*pack.BatchError](err); ok {
		return batch.Failures
	}
	return nil
}

func wantSameError(t *testing.T, name string, known map[error]bool, want, got error) {
	t.Helper()
	if want == nil || got == nil || want.Error() != got.Error() {
		t.Errorf("%s: got %v, want %v", name, got, want)
		return
	}
	if w, g := pack.CodeOf(want), pack.CodeOf(got); w != g {
		t.Errorf("%s: code %q, want %q", name, g, w)
	}
	if w, g := pack.Retryable(want), pack.Retryable(got); w != g {
		t.Errorf("%s: retryable: %v, want %v", name, g, w)
	}
	for s := range known {
		if w, g := errors.Is(want, s), errors.Is(got, s); w != g {
			t.Errorf("%s: is %q: %v, want %v", name, s, g, w)
		}
	}
}

// A slowWorld builds the first pack of a request and waits for its end then.
type slowWorld struct{ world }

func (slowWorld) Build(ctx context.Context, req envbuild.Request) (*envbuild.Report, error) {
	req.OnEvent(ctx, pack.Event{Kind: pack.EventFinished, Stage: pack.StageEnvironments, Spec: req.Paths[0]})
	<-ctx.Done()
	return &envbuild.Report{Built: []envbuild.BuiltPack{{Path: req.Paths[0]}}}, context.Cause(ctx)
}

// TestCancelledWorkHasItsReport cancels an operation, by the end of the context
// of the call and by another client: what was done before is in the operation,
// and comes with the error.
func TestCancelledWorkHasItsReport(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.server.SetWorld(slowWorld{})
	c, err := client.New(client.Config{URL: f.url, Token: tokenAll})
	if err != nil {
		t.Fatal(err)
	}
	for name, end := range map[string]func(cancel context.CancelFunc, id string){
		"context": func(cancel context.CancelFunc, _ string) { cancel() },
		"client": func(_ context.CancelFunc, id string) {
			if err := c.Cancel(t.Context(), id); err != nil {
				t.Error(err)
			}
		},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		path := "/packs/" + name
		r, err := c.Background(func(_ context.Context, e pack.Event) {
			if e.Kind == pack.EventFinished {
				end(cancel, f.newest())
			}
		}).Build(ctx, wire.BuildRequest{Paths: []string{path}})
		cancel()
		if !errors.Is(err, context.Canceled) || pack.CodeOf(err) != pack.CodeCancelled || r == nil || len(r.Built) != 1 || r.Built[0].Path != path {
			t.Errorf("%s: got %+v, %v", name, r, err)
		}
		op := f.call("GET", "/api/v1/operations/"+f.newest(), request{})
		if state, report := decode(t, op)["data"].(m)["state"], string(op.body); state != "cancelled" || !strings.Contains(report, `"pack_path":"`+path+`"`) { //nolint:forcetypeassert // a test
			t.Errorf("%s: %v %s", name, state, report)
		}
	}
}

// newest returns the id of the newest operation.
func (f *fixture) newest() string {
	f.t.Helper()
	list, _ := decode(f.t, f.plain("GET", "/api/v1/operations?limit=1", request{}))["data"].([]any)
	if len(list) == 0 {
		f.t.Fatal("there are no operations")
	}
	return list[0].(m)["id"].(string) //nolint:forcetypeassert // a test
}
