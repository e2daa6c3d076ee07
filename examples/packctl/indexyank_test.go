package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestYank withdraws a version: new choices avoid it, and a lock keeps it.
func TestYank(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	index := filepath.Join(dir, "index.json")
	wantStatus(t, packctl(t, "index", "add", index, demoPack(t, "1.0.0"), demoPack(t, "1.1.0")), exitOK)
	file := filepath.Join(writeTree(t, map[string]string{"packs.yaml": "indices: {std: " + index + "}\npacks: {demo: ^1}\n"}), "packs.yaml")
	run := on(t, t.TempDir())
	wantStatus(t, run("--file", file, "lock"), exitOK)
	for _, args := range [][]string{{"demo@1.1.0"}, {"demo", "--reason", "x"}, {"demo@9.0.0", "--reason", "x"}, {"demo@1.1.0", "--undo", "--reason", "x"}} {
		if o := packctl(t, append([]string{"index", "yank", index}, args...)...); o.status == exitOK {
			t.Errorf("%q is accepted", args)
		}
	}
	wantStatus(t, packctl(t, "index", "yank", index, "demo@1.1.0", "--reason", "loses data"), exitOK)

	wantStatus(t, run("--file", file, "sync"), exitOK)
	if o := run("list"); !strings.Contains(o.stdout, "\ndemo  1.1.0") {
		t.Errorf("the lock is not kept: %s", o.stdout)
	}
	fresh := on(t, t.TempDir())
	o := fresh("--index", index, "install", "demo")
	if wantStatus(t, o, exitOK); !strings.HasPrefix(o.stdout, "demo 1.0.0") || !strings.Contains(o.stderr, `was yanked from the index: "loses data"`) {
		t.Errorf("got %s%s", o.stdout, o.stderr)
	}
	wantStatus(t, packctl(t, "index", "yank", index, "demo@1.1.0", "--undo"), exitOK)
	if o := fresh("--index", index, "upgrade", "demo"); !strings.HasPrefix(o.stdout, "demo 1.1.0") {
		t.Errorf("got %s%s", o.stdout, o.stderr)
	}
}
