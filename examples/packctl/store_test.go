package main

import (
	"archive/zip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
)

// on returns a function that runs commands on one root.
func on(t *testing.T, root string) func(args ...string) outcome {
	t.Helper()
	return func(args ...string) outcome {
		t.Helper()
		return packctl(t, append([]string{"--root", root}, args...)...)
	}
}

// wantStatus fails the test when a command ended otherwise.
func wantStatus(t *testing.T, o outcome, status int) {
	t.Helper()
	if o.status != status {
		t.Fatalf("status %d, want %d\n%s%s", o.status, status, o.stdout, o.stderr)
	}
}

func demoPack(t *testing.T, version string) string {
	t.Helper()
	files := goodPack()
	files["pack.yaml"] = strings.Replace(goodManifest, "1.0.0", version, 1)
	return writeTree(t, files)
}

// TestLifeOfAPack registers, replaces, configures, rolls back and removes.
func TestLifeOfAPack(t *testing.T) {
	t.Parallel()
	run := on(t, t.TempDir())
	first, second := demoPack(t, "1.0.0"), demoPack(t, "1.1.0")

	o := run("register", first, "--json")
	wantStatus(t, o, exitOK)
	id := decode[wire.RegisterReport](t, o).Registered[0].ID

	wantStatus(t, run("register", first), exitOK) // unchanged
	wantStatus(t, run("register", second), exitFailed)
	o = run("--json", "register", "--replace", "upgrade", second)
	wantStatus(t, o, exitOK)
	if got := decode[wire.RegisterReport](t, o).Registered[0]; got.ID != id || got.Version.String() != "1.1.0" {
		t.Errorf("got %+v, want version 1.1.0 with ID %d", got, id)
	}

	settings := filepath.Join(t.TempDir(), "settings.yaml")
	if err := os.WriteFile(settings, []byte("channel: ops\nretries: 9007199254740993\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o = run("config", "demo", "--set", settings)
	wantStatus(t, o, exitOK)
	if o.stdout != "channel: ops\nretries: 9007199254740993\n" {
		t.Errorf("config prints %q", o.stdout)
	}
	if o := run("config", "demo", "--json"); !strings.Contains(o.stdout, ": 9007199254740993") {
		t.Errorf("config --json prints %q", o.stdout)
	}

	wantStatus(t, run("rollback", "demo"), exitOK)
	o = run("show", "demo", "--json")
	wantStatus(t, o, exitOK)
	got := decode[registry.PackDetails](t, o)
	if got.Active.Version.String() != "1.0.0" || len(got.Components) != 1 {
		t.Errorf("got %+v", got)
	}
	if o := run("config", "demo"); o.stdout != "channel: ops\nretries: 9007199254740993\n" {
		t.Errorf("config prints %q", o.stdout)
	}
	if o := run("list"); !strings.Contains(o.stdout, "\ndemo  1.0.0    2") {
		t.Errorf("list prints %q", o.stdout)
	}

	wantStatus(t, run("remove", "demo"), exitOK)
	wantStatus(t, run("remove", "demo"), exitFailed)
	if packs := decode[listReport](t, run("list", "--json")).Packs; packs == nil || len(packs) > 0 {
		t.Errorf("list after removal: %v", packs)
	}
}

func TestForceReplacesWhateverIsThere(t *testing.T) {
	t.Parallel()
	run := on(t, t.TempDir())
	wantStatus(t, run("register", demoPack(t, "2.0.0")), exitOK)
	lower := demoPack(t, "1.0.0")
	wantStatus(t, run("register", lower, "--replace=upgrade"), exitFailed)
	wantStatus(t, run("register", lower, "--force"), exitOK)
}

func TestDownload(t *testing.T) {
	t.Parallel()
	run := on(t, t.TempDir())
	dest := t.TempDir()
	o := run("download", demoPack(t, "1.0.0"), "--dest", dest, "/none", "--json")
	wantStatus(t, o, exitFailed)
	got := decode[wire.DownloadReport](t, o)
	if got.Succeeded != 1 || got.Failures != 1 || got.Downloaded[0].Path != filepath.Join(dest, "demo") {
		t.Errorf("got %+v", got)
	}
	if !strings.Contains(o.stderr, "packctl: /none: ") {
		t.Errorf("standard error does not name the failure:\n%s", o.stderr)
	}
}

// TestInstallArchive installs an archive file, named by its path.
func TestInstallArchive(t *testing.T) {
	t.Parallel()
	run := on(t, t.TempDir())
	path := filepath.Join(t.TempDir(), "demo.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(f)
	if err := errors.Join(w.AddFS(os.DirFS(demoPack(t, "1.0.0"))), w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	o := run("install", path, "--skip-envs", "--json")
	wantStatuses(t, o, pack.StatusInstalled, "demo")
	o = run("download", path, "--dest", t.TempDir(), "--json")
	wantStatus(t, o, exitOK)
	if got := decode[wire.DownloadReport](t, o).Downloaded[0].Type; got != "local_archive" {
		t.Errorf("the archive is called %q", got)
	}
}

func TestDeps(t *testing.T) {
	t.Parallel()
	run := on(t, t.TempDir())
	files := goodPack()
	files["pack.yaml"] += "dependencies: [core, \"slack@^2\"]\n"
	dir := writeTree(t, files)
	o := run("deps", dir, "--provide", "core", "--json")
	wantStatus(t, o, exitOK)
	missing := decode[wire.DependenciesReport](t, o).Missing
	if len(missing) != 1 || missing[0].Ref != "slack" {
		t.Errorf("missing: %+v", missing)
	}
	slack := writeTree(t, map[string]string{"pack.yaml": "ref: slack\nversion: 2.1.0\nlabel: Slack\ndescription: d\n"})
	o = run("deps", dir, slack, "--provide", "core")
	if want := "demo needs core@*: installed\ndemo needs slack@^2: among these packs\n"; o.stdout != want {
		t.Errorf("got %q, want %q", o.stdout, want)
	}
	o = run("deps", dir, "--provide", "core@1.0.0")
	if want := "demo needs core@*: installed\ndemo needs slack@^2: not installed\nslack: pack slack was not found: no registry index is configured"; !strings.HasPrefix(o.stdout, want) {
		t.Errorf("got %q, want %q", o.stdout, want)
	}
}

// TestPlatformVersion: a pack for another platform is refused by each command that
// says so, and warned of where the version is not known.
func TestPlatformVersion(t *testing.T) {
	t.Parallel()
	run := on(t, t.TempDir())
	files := goodPack()
	files["pack.yaml"] += "dependencies: {attune_version: ^3}\n"
	dir := writeTree(t, files)
	for _, verb := range []string{"deps", "install", "register"} {
		o := run(verb, dir, "--platform-version", "2.1.0")
		if o.status == exitOK || !strings.Contains(o.stderr, "platform version ^3 is needed, and this platform is version 2.1.0") {
			t.Errorf("%s: status %d, %s%s", verb, o.status, o.stdout, o.stderr)
		}
	}
	o := run("deps", dir, "--platform-version", "2.1.0", "--json")
	want := &wire.PlatformVersion{Required: mustConstraint(t, "^3"), Actual: mustVersion(t, "2.1.0")}
	if got := decode[wire.DependenciesReport](t, o).Errors; len(got) != 1 || !cmp.Equal(want, got[0].Platform) {
		t.Errorf("errors: %+v", got)
	}
	if o := run("deps", dir); o.status != exitOK || !strings.Contains(o.stdout, "platform version ^3 is needed, and the version of this platform is not known") {
		t.Errorf("without a version: status %d, %s%s", o.status, o.stdout, o.stderr)
	}
	wantStatus(t, run("install", dir, "--platform-version", "3.1.0"), exitOK)
}

func mustConstraint(t *testing.T, text string) (c pack.Constraint) {
	t.Helper()
	if err := c.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return c
}

func mustVersion(t *testing.T, text string) (v pack.Version) {
	t.Helper()
	if err := v.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestQuietSaysNothing(t *testing.T) {
	t.Parallel()
	run := on(t, t.TempDir())
	dir := demoPack(t, "1.0.0")
	if o := run("register", dir, "--quiet"); o.stderr != "" {
		t.Errorf("standard error: %q", o.stderr)
	}
	if o := run("register", demoPack(t, "1.0.1"), "--force"); !strings.Contains(o.stderr, "registration: demo@1.0.1: finished\n") {
		t.Errorf("standard error: %q", o.stderr)
	}
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	status := run(ctx, []string{"register", demoPack(t, "1.0.0"), "--root", t.TempDir()}, world{stdout: io.Discard, stderr: io.Discard, getenv: os.Getenv, environ: os.Environ})
	if status != exitInterrupted {
		t.Errorf("status %d, want %d", status, exitInterrupted)
	}
}

func TestDatabaseElsewhere(t *testing.T) {
	t.Parallel()
	root, db := t.TempDir(), filepath.Join(t.TempDir(), "records.db")
	run := on(t, root)
	wantStatus(t, run("register", demoPack(t, "1.0.0"), "--db", db), exitOK)
	if packs := decode[listReport](t, run("list", "--json", "--db", "file:"+db)).Packs; len(packs) != 1 {
		t.Errorf("got %v", packs)
	}
	if _, err := os.Stat(filepath.Join(root, "records")); err == nil {
		t.Error("there are records inside the root, too")
	}
}

// TestLostDatabase removes the database: the packs do not seem to be gone, and
// come back when that is asked for.
func TestLostDatabase(t *testing.T) {
	t.Parallel()
	root, lost := t.TempDir(), filepath.Join(t.TempDir(), "new.db")
	run := on(t, root)
	wantStatus(t, run("register", demoPack(t, "1.0.0")), exitOK)
	refused := run("list", "--db", lost)
	wantStatus(t, refused, exitFailed)
	if !strings.Contains(refused.stderr, "adopt") {
		t.Errorf("no advice in %q", refused.stderr)
	}
	for _, args := range [][]string{{"list", "--json", "--db", lost, "--adopt"}, {"list", "--json", "--db", lost}} {
		if packs := decode[listReport](t, run(args...)).Packs; len(packs) != 1 {
			t.Errorf("%v: got %v", args, packs)
		}
	}
}

// TestCopiedRoot copies a root whose records are elsewhere: the copy can be read, and
// changed after it became a root of its own.
func TestCopiedRoot(t *testing.T) {
	t.Parallel()
	root, copied, db := t.TempDir(), filepath.Join(t.TempDir(), "copy"), filepath.Join(t.TempDir(), "records.db")
	wantStatus(t, on(t, root)("register", demoPack(t, "1.0.0"), "--db", db), exitOK)
	if err := os.CopyFS(copied, os.DirFS(root)); err != nil {
		t.Fatal(err)
	}
	run := on(t, copied)
	wantStatus(t, run("list", "--db", db), exitOK)
	refused := run("remove", "demo", "--db", db)
	wantStatus(t, refused, exitFailed)
	for _, want := range []string{root, "--adopt lets the copy replace", "--new-root gives the copy"} {
		if !strings.Contains(refused.stderr, want) {
			t.Errorf("no %q in %q", want, refused.stderr)
		}
	}
	wantStatus(t, run("remove", "demo", "--db", db, "--new-root"), exitOK)
	wantStatus(t, on(t, root)("show", "demo", "--db", db), exitOK)
}

// TestFailingTests registers a pack whose tests fail, in all the ways there are.
func TestFailingTests(t *testing.T) {
	t.Parallel()
	files := goodPack()
	files["pack.yaml"] += "testing:\n  enabled: true\n  runners:\n    unit: {type: script, entry_point: tests/run.sh}\n"
	files["tests/run.sh"] = "#!/bin/sh\necho 'Total Tests: 2'; echo 'Passed: 1'; echo 'Failed: 1'\nexit 1\n"
	dir := writeTree(t, files)
	tests := []struct {
		name   string
		flags  []string
		status int
		want   string // the status of the tests, "" without a result
	}{
		{"blocked", nil, exitFailed, ""},
		{"skipped", []string{"--skip-tests"}, exitOK, "skipped"},
		{"forced", []string{"--force"}, exitOK, "failed"},
		{"ignored", []string{"--ignore-tests"}, exitOK, "failed"},
		{"replacing", []string{"--replace", "any"}, exitFailed, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := on(t, t.TempDir())(append([]string{"register", dir, "--json"}, tt.flags...)...)
			wantStatus(t, o, tt.status)
			got := ""
			for _, p := range decode[wire.RegisterReport](t, o).Registered {
				if p.Tests != nil {
					got = p.Tests.Status
				}
			}
			if got != tt.want {
				t.Errorf("tests are %q, want %q", got, tt.want)
			}
		})
	}
}
