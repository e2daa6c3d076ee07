package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
)

// TestVerify changes an installed file: verify says so, and installing again heals it.
func TestVerify(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "root")
	dir := writeTree(t, map[string]string{"pack.yaml": "ref: demo\nversion: 1.0.0\nlabel: Demo\ndescription: A test.\n"})
	wantStatus(t, packctl(t, "register", dir, "--root", root), exitOK)
	o := packctl(t, "verify", "--root", root)
	if wantStatus(t, o, exitOK); o.stdout != "demo  as recorded\n" {
		t.Errorf("got %+v", o)
	}
	if err := os.WriteFile(filepath.Join(root, "current", "demo", "added"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	o = packctl(t, "verify", "demo", "--root", root)
	if o.status != exitFailed || !strings.Contains(o.stdout, "  content  ") || !strings.Contains(o.stderr, "found differences in 1 of 1 pack; run packctl repair, or install what differs again") {
		t.Errorf("got %+v", o)
	}
	o = packctl(t, "verify", "--json", "--root", root)
	report := decode[wire.VerifyReport](t, o)
	if o.status != exitFailed || len(report.Differences) != 1 || report.Differences[0].Kind != string(registry.DifferenceContent) {
		t.Errorf("got %+v", o)
	}
	wantStatus(t, packctl(t, "register", dir, "--root", root), exitOK)
	wantStatus(t, packctl(t, "verify", "demo", "--root", root), exitOK)
	if o := packctl(t, "verify", "ghost", "--root", root); o.status != exitFailed || !strings.Contains(o.stderr, "ghost") {
		t.Errorf("got %+v", o)
	}
}

// TestReadingCreatesNoRoot reads from roots that do not exist.
func TestReadingCreatesNoRoot(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]int{
		"list": exitOK, "verify": exitOK, "verify demo": exitFailed, "repair demo": exitFailed, "show demo": exitFailed, "config demo": exitFailed, "run demo.a": exitFailed,
		"remove demo": exitFailed, "rollback demo": exitFailed, "config demo --set ../corepack/core/pack.yaml": exitFailed, "deps " + demoPack(t, "1.0.0"): exitOK,
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			data := t.TempDir()
			getenv := func(name string) string {
				return map[string]string{"XDG_DATA_HOME": data, "PATH": searchPath()}[name]
			}
			var stdout, stderr bytes.Buffer
			w := world{stdout: &stdout, stderr: &stderr, getenv: getenv, environ: os.Environ}
			if got := run(t.Context(), strings.Fields(line), w); got != want || stdout.Len() != 0 || want != exitOK && !strings.Contains(stderr.String(), "pack demo is not installed") {
				t.Errorf("default root: got %d, %s%s", got, &stdout, &stderr)
			}
			stderr.Reset()
			root := filepath.Join(data, "typo")
			if got := run(t.Context(), append(strings.Fields(line), "--root", root), w); got != exitFailed || !strings.Contains(stderr.String(), "there is no root at") {
				t.Errorf("--root: got %d, %s", got, &stderr)
			}
			if _, err := os.Stat(root); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("root: got %v", err)
			}
			if entries, err := os.ReadDir(data); err != nil || len(entries) != 0 {
				t.Errorf("created %v, %v", entries, err)
			}
		})
	}
}

// TestReadingChangesNothing runs the commands that read on a root that lacks directories
// which only writing needs.
func TestReadingChangesNothing(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "root")
	dir := writeTree(t, map[string]string{
		"pack.yaml":        "ref: demo\nversion: 1.0.0\nlabel: Demo\ndescription: A test.\n",
		"actions/run.yaml": "ref: demo.run\nlabel: Run\ndescription: Runs.\nrunner_type: shell\nentry_point: run.sh\n", "actions/run.sh": "#!/bin/sh\necho ran\n",
	})
	wantStatus(t, packctl(t, "register", dir, "--root", root), exitOK)
	for _, name := range []string{"staging", "trash", "locks", "journal", "scratch"} {
		if err := os.RemoveAll(filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	names := func() (names []string) {
		entries, err := os.ReadDir(root)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
	before := names()
	for _, line := range []string{"list", "show demo", "verify", "config demo", "run demo.run"} {
		wantStatus(t, packctl(t, append(strings.Fields(line), "--root", root)...), exitOK)
		if after := names(); !slices.Equal(before, after) {
			t.Errorf("%s: got %q, want %q", line, after, before)
		}
	}
}
