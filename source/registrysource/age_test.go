package registrysource_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/registrysource"
)

// lookedUp returns the notes and the error of a look-up of demo.
func lookedUp(t *testing.T, s *registrysource.Source) (notes string, err error) {
	t.Helper()
	ctx := pack.WithNotes(t.Context(), func(_ context.Context, text string) { notes += text + "\n" })
	_, err = s.Resolve(ctx, locator(t, "demo"))
	return notes, err
}

// change puts another index into a file.
func change(t *testing.T, path, from string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, data)
}

// rollback: an index whose date goes back is told on each use or refused, until it is
// as new as before.
func rollback(t *testing.T) {
	t.Parallel()
	for _, refuse := range []bool{false, true} {
		path := dated(t, "2026-03-01T00:00:00Z", "demo@2.0.0")
		s := newSource(t, registrysource.Config{Indices: []registrysource.Index{{Name: "main", URL: path, RefuseOld: refuse}}})
		if notes, err := lookedUp(t, s); notes != "" || err != nil {
			t.Errorf("got %q, %v", notes, err)
		}
		for _, date := range []string{"2026-02-01T00:00:00Z", "2026-02-28T23:59:59Z", "soon"} {
			change(t, path, dated(t, date, "demo@1.0.0"))
			for range 2 {
				notes, err := lookedUp(t, s)
				got := notes
				if refuse {
					wantCode(t, err, pack.CodePolicyDenied)
					got = err.Error()
				} else if err != nil {
					t.Error(err)
				}
				if !strings.Contains(got, "an earlier answer was of 2026-03-01T00:00:00Z") {
					t.Errorf("%s: got %q", date, got)
				}
			}
		}
		change(t, path, dated(t, "2026-03-01T00:00:00Z", "demo@2.0.0"))
		if notes, err := lookedUp(t, s); notes != "" || err != nil {
			t.Errorf("as new as before: got %q, %v", notes, err)
		}
	}
}

// rollbackAcrossProcesses: the newest date is remembered beside the copy on the shelf,
// also when an older index was used since.
func rollbackAcrossProcesses(t *testing.T) {
	t.Parallel()
	server, shelf := &indexServer{data: indexOf(t, demo("1.0.0", nil)), etag: `"1"`}, newShelf()
	if notes, err := lookedUp(t, process(t, server, shelf)); notes != "" || err != nil {
		t.Fatalf("got %q, %v", notes, err)
	}
	old := strings.Replace(string(indexOf(t, demo("0.9.0", nil))), "2026-01-01", "2025-01-01", 1)
	server.set(func() { server.data, server.etag = []byte(old), `"2"` })
	for range 3 {
		if notes, err := lookedUp(t, process(t, server, shelf)); err != nil || !strings.Contains(notes, "hides new versions") {
			t.Errorf("got %q, %v", notes, err)
		}
	}
}

// freeze: an index that does not change grows too old.
func freeze(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	ago := func(d time.Duration) string { return time.Now().Add(-d).UTC().Format(time.RFC3339) }
	for date, old := range map[string]bool{ago(time.Hour): false, ago(25 * time.Hour): true, "": true, ago(-time.Hour): false} {
		for _, refuse := range []bool{false, true} {
			s := newSource(t, registrysource.Config{Indices: []registrysource.Index{{URL: dated(t, date, "demo@1.0.0"), MaxAge: day, RefuseOld: refuse}}})
			notes, err := lookedUp(t, s)
			if told := strings.Contains(notes, "must not be older than 24h"); told != (old && !refuse) {
				t.Errorf("date %q, refuse %v: got %q", date, refuse, notes)
			}
			if (err != nil) != (old && refuse) {
				t.Errorf("date %q, refuse %v: got %v", date, refuse, err)
			}
		}
	}
}

// fastForward: a date far ahead does not make later, honest indices old.
func fastForward(t *testing.T) {
	t.Parallel()
	path := dated(t, "9999-01-01T00:00:00Z", "demo@9999.0.0")
	s := newSource(t, registrysource.Config{Indices: []registrysource.Index{{URL: path, RefuseOld: true}}})
	for _, from := range []string{path, dated(t, "2026-01-01T00:00:00Z", "demo@1.0.0")} {
		change(t, path, from)
		if notes, err := lookedUp(t, s); notes != "" || err != nil {
			t.Errorf("got %q, %v", notes, err)
		}
	}
}
