package main

import (
	"strings"
	"testing"
)

// TestGenerations goes back and forth between the generations of a pack.
func TestGenerations(t *testing.T) {
	t.Parallel()
	run := on(t, t.TempDir())
	for _, version := range []string{"1.0.0", "1.1.0", "1.2.0"} {
		wantStatus(t, run("register", demoPack(t, version), "--replace", "upgrade"), exitOK)
	}
	latest := ""
	generations := func() (found []string) {
		t.Helper()
		o := run("history", "demo", "--json")
		wantStatus(t, o, exitOK)
		for _, g := range decode[historyReport](t, o).Generations {
			text := g.Version.String() + " " + string(g.State)
			if g.Pinned {
				text += " pinned"
			}
			found, latest = append(found, text), g.Name
		}
		return found
	}
	want := func(all ...string) {
		t.Helper()
		if got := generations(); strings.Join(got, "; ") != strings.Join(all, "; ") {
			t.Errorf("history: got %q, want %q", got, all)
		}
	}
	want("1.0.0 kept", "1.1.0 kept", "1.2.0 active")
	third := latest
	wantStatus(t, run("rollback", "demo", "--to", "1.0.0", "--from", third), exitOK)
	wantStatus(t, run("rollback", "demo", "--from", third), exitFailed) // the second click
	want("1.0.0 active", "1.1.0 kept", "1.2.0 kept")
	o := run("rollback", "demo", "--to", "1.0.0")
	if wantStatus(t, o, exitOK); !strings.Contains(o.stdout, "unchanged") {
		t.Errorf("rollback to what is active prints %q", o.stdout)
	}
	wantStatus(t, run("rollback", "demo", "--to", "1.2.0"), exitOK)

	wantStatus(t, run("pin", "demo", "1.0.0"), exitOK)
	want("1.0.0 kept pinned", "1.1.0 kept", "1.2.0 active")
	next := demoPack(t, "1.3.0")
	wantStatus(t, run("register", next, "--replace", "upgrade", "--keep-generations", "1"), exitOK)
	want("1.0.0 kept pinned", "1.2.0 kept", "1.3.0 active")
	if o := run("history", "demo"); !strings.Contains(o.stdout, "1.0.0    kept    2") || !strings.Contains(o.stdout, "  pinned") {
		t.Errorf("history prints %q", o.stdout)
	}
	wantStatus(t, run("unpin", "demo", "1.0.0"), exitOK)
	want("1.0.0 kept", "1.2.0 kept", "1.3.0 active")

	o = run("diff", "demo", "1.0.0", "1.3.0")
	if wantStatus(t, o, exitOK); !strings.Contains(o.stdout, "1.0.0 (000001-") || !strings.Contains(o.stdout, "file changed  pack.yaml") {
		t.Errorf("diff prints %q", o.stdout)
	}
	for _, args := range [][]string{{"diff", "demo", "a", "b", "c"}, {"pin", "demo"}, {"history"}} {
		wantStatus(t, run(args...), exitUsage)
	}
	for _, args := range [][]string{{"diff", "demo", "9.9.9"}, {"pin", "demo", "9.9.9"}, {"history", "none"}, {"rollback", "demo", "--to", "9.9.9"}} {
		wantStatus(t, run(args...), exitFailed)
	}
}
