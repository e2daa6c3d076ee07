package main

import (
	"strings"
	"testing"
)

// TestNothingCommandsTheTerminal shows a pack that would like to.
func TestNothingCommandsTheTerminal(t *testing.T) {
	t.Parallel()
	run := on(t, t.TempDir())
	files := goodPack()
	files["pack.yaml"] = strings.Replace(goodManifest, "label: Demo", `label: "De\e[31mmo\npath forged\u202E"`, 1)
	dir := writeTree(t, files)
	wantStatus(t, run("register", dir), exitOK)
	o := run("show", "demo")
	wantStatus(t, o, exitOK)
	if want := `demo 1.0.0  De\x1b[31mmo\npath forged\u202e` + "\n"; !strings.HasPrefix(o.stdout, want) {
		t.Errorf("got %q, want %q first", o.stdout, want)
	}
	o = run("install", "./a\x1b[31m")
	if strings.Contains(o.stdout+o.stderr, "\x1b") || !strings.Contains(o.stderr, `./a\x1b[31m: download: `) {
		t.Errorf("got %q, %q", o.stdout, o.stderr)
	}
}
