package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer/host"
)

// TestPlanAndApply plans in one process and applies in another, on a root and on a
// server, after the directory of the pack has changed.
func TestPlanAndApply(t *testing.T) {
	t.Parallel()
	dir := writeTree(t, goodPack())
	url, tokenFile := serve(t, hostflags.Config{Config: host.Config{Root: t.TempDir()}}, dir)
	server := func(args ...string) outcome {
		return packctl(t, append([]string{"--server", url, "--token-file", tokenFile}, args...)...)
	}
	for name, run := range map[string]func(args ...string) outcome{"a root": on(t, t.TempDir()), "a server": server} {
		file := filepath.Join(t.TempDir(), "plan.json")
		for _, args := range [][]string{{"plan", dir, "--out", file}, {"install", dir, "--dry-run"}} {
			o := run(args...)
			wantStatus(t, o, exitOK)
			if !strings.Contains(o.stdout, "install demo 1.0.0") || !strings.Contains(o.stdout, "plan sha256:") {
				t.Errorf("%s, %q: got %s%s", name, args, o.stdout, o.stderr)
			}
		}
		if o := run("list"); strings.Contains(o.stdout, "demo") {
			t.Errorf("%s: a plan installs packs: %s", name, o.stdout)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		edited := filepath.Join(t.TempDir(), "edited.json")
		if err := os.WriteFile(edited, []byte(strings.Replace(string(text), `"1.0.0"`, `"1.0.1"`, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if o := run("apply", edited); o.status != exitFailed || !strings.Contains(o.stderr, "it was edited") {
			t.Errorf("%s: an edited plan: %d %s", name, o.status, o.stderr)
		}
		extra := filepath.Join(dir, "added-later")
		if err := os.WriteFile(extra, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		wantStatus(t, run("apply", file), exitOK)
		if err := os.Remove(extra); err != nil {
			t.Fatal(err)
		}
		if o := run("apply", file); o.status != exitFailed || !strings.Contains(o.stderr, "demo was installed") {
			t.Errorf("%s: applied twice: %d %s", name, o.status, o.stderr)
		}
		wantStatus(t, run("plan", "--remove", "demo", "--out", file), exitOK)
		if o := run("apply", file); o.status != exitOK || !strings.Contains(o.stdout, "demo removed") {
			t.Errorf("%s: removal: %d %s%s", name, o.status, o.stdout, o.stderr)
		}
		for _, args := range [][]string{{"rollback", "demo", "--dry-run"}, {"remove", "demo", "--dry-run"}, {"plan", "--rollback", "demo"}} {
			if o := run(args...); o.status != exitFailed || !strings.Contains(o.stderr, "demo") {
				t.Errorf("%s, %q of what is not installed: %d %s%s", name, args, o.status, o.stdout, o.stderr)
			}
		}
		wantStatus(t, run("upgrade"), exitOK)
		if o := run("upgrade", "demo"); o.status != exitFailed || !strings.Contains(o.stderr, "not installed") {
			t.Errorf("%s: upgrade of nothing: %d %s", name, o.status, o.stderr)
		}
	}
}

// TestPlannedRollBack goes back by a plan, on a root and on a server, to the generation that
// was active before, and to one that is named.
func TestPlannedRollBack(t *testing.T) {
	t.Parallel()
	dir := writeTree(t, goodPack())
	url, tokenFile := serve(t, hostflags.Config{Config: host.Config{Root: t.TempDir()}}, dir)
	server := func(args ...string) outcome {
		return packctl(t, append([]string{"--server", url, "--token-file", tokenFile}, args...)...)
	}
	for name, run := range map[string]func(args ...string) outcome{"a root": on(t, t.TempDir()), "a server": server} {
		wantStatus(t, run("install", dir), exitOK)
		extra := filepath.Join(dir, "second")
		if err := os.WriteFile(extra, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		wantStatus(t, run("install", dir, "--replace", "any"), exitOK)
		if err := os.Remove(extra); err != nil {
			t.Fatal(err)
		}
		o := run("rollback", "demo", "--dry-run")
		if wantStatus(t, o, exitOK); !strings.Contains(o.stdout, "rollback demo 1.0.0, tree ") {
			t.Errorf("%s: got %s", name, o.stdout)
		}
		file := filepath.Join(t.TempDir(), "plan.json")
		second := decode[historyReport](t, run("history", "demo", "--json")).Generations[1].Name
		for _, what := range []string{"demo", "demo@" + second} {
			wantStatus(t, run("plan", "--rollback", what, "--out", file), exitOK)
			if o := run("apply", file); o.status != exitOK || !strings.Contains(o.stdout, "demo rolled back") {
				t.Errorf("%s, %s: %d %s%s", name, what, o.status, o.stdout, o.stderr)
			}
		}
		if o := run("remove", "demo", "--dry-run"); o.status != exitOK || !strings.Contains(o.stdout, "remove demo 1.0.0") {
			t.Errorf("%s: got %d %s", name, o.status, o.stdout)
		}
		if o := run("list"); !strings.Contains(o.stdout, "demo") {
			t.Errorf("%s: a plan removed it", name)
		}
	}
}
