package installer_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/internal/worldtest"
	"github.com/packtrain/pack/source"
)

// TestBrokenTransferIsBegunAnew: a transfer that breaks off in the middle is
// begun anew, into another tree, and not for ever.
func TestBrokenTransferIsBegunAnew(t *testing.T) {
	t.Parallel()
	cut := &pack.UnavailableError{Target: "https://host/web", Temporary: true, Err: errors.New("connection reset")}
	for _, tc := range []struct {
		name    string
		breaks  int // how many transfers break off
		half    fstest.MapFS
		fetches int
		ok      bool
	}{
		{"once", 1, fstest.MapFS{"half": worldtest.File("x")}, 2, true},
		{"twice", 2, fstest.MapFS{"half": worldtest.File("x")}, 3, true},
		{"for ever", 100, fstest.MapFS{"half": worldtest.File("x")}, 3, false},
		{"before anything came", 1, fstest.MapFS{}, 1, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := worldtest.New()
			w.Pins["web"] = []pack.Pin{{Scheme: "https", Location: "https://host/web?token=canary"}}
			w.OnFetch = func(_ context.Context, pin pack.Pin) error {
				w.Mu.Lock()
				defer w.Mu.Unlock()
				w.Content[pin.Location], w.Broken[pin.Location] = worldtest.Files("web@1.0.0"), nil
				if len(w.Fetched) <= tc.breaks {
					w.Content[pin.Location], w.Broken[pin.Location] = tc.half, cut
				}
				return nil
			}
			var reported strings.Builder
			_, err := download(t, w, installer.DownloadRequest{
				Specs: []string{"web"}, Dest: t.TempDir(),
				OnEvent: func(_ context.Context, e pack.Event) { reported.WriteString(e.Message + e.Err) },
			})
			if (err == nil) != tc.ok || !tc.ok && !errors.Is(err, pack.ErrUnavailable) {
				t.Errorf("got %v", err)
			}
			if got := len(w.Fetches()); got != tc.fetches {
				t.Errorf("fetched %d times, want %d", got, tc.fetches)
			}
			if strings.Contains(reported.String(), "canary") {
				t.Errorf("the query was reported: %s", reported.String())
			}
		})
	}
}

// TestPanicsOfTheHost: what the host brought panics for one pack, and only that
// pack fails.
func TestPanicsOfTheHost(t *testing.T) {
	t.Parallel()
	at := func(kind pack.EventKind) pack.EventFunc {
		return func(_ context.Context, e pack.Event) {
			if e.Kind == kind && strings.HasSuffix(e.Spec, "bad") {
				panic("observer")
			}
		}
	}
	for name, tc := range map[string]struct {
		resolve, fetch bool
		onEvent        pack.EventFunc
	}{
		"resolve":  {resolve: true},
		"fetch":    {fetch: true},
		"started":  {onEvent: at(pack.EventStarted)},
		"finished": {onEvent: at(pack.EventFinished)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := worldtest.New()
			w.Add("bad", worldtest.Files("bad@1.0.0"))
			w.Add("good", worldtest.Files("good@1.0.0"))
			w.OnFetch = func(_ context.Context, pin pack.Pin) error {
				if tc.fetch && pin.Location == "bad" {
					panic("source")
				}
				return nil
			}
			src := panicky{World: w, resolve: tc.resolve}
			rep, err := download(t, src, installer.DownloadRequest{
				Specs: []string{"test:bad", "test:good"}, Dest: t.TempDir(), OnEvent: tc.onEvent,
			})
			if tc.onEvent != nil { // an observer influences nothing
				if err != nil || len(rep.Downloaded) != 2 || len(rep.Warnings) != 1 || !strings.Contains(rep.Warnings[0].Message, "panicked: ") {
					t.Errorf("got %+v, %v", rep, err)
				}
				return
			}
			batch, ok := errors.AsType[*pack.BatchError](err)
			if !ok || len(batch.Failures) != 1 || !strings.Contains(batch.Failures[0].Error(), "panic: ") {
				t.Fatalf("got %v", err)
			}
			if len(rep.Downloaded) != 1 || rep.Downloaded[0].Content.ID.Ref != "good" {
				t.Errorf("got %+v", rep)
			}
		})
	}
}

// A panicky source panics when it resolves the location "bad".
type panicky struct {
	*worldtest.World
	resolve bool
}

func (p panicky) Resolve(ctx context.Context, loc source.Locator) ([]pack.Pin, error) {
	if p.resolve && loc.Location == "bad" {
		panic("source")
	}
	return p.World.Resolve(ctx, loc)
}
