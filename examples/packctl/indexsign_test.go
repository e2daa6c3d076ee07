package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSignedIndex signs an index with two keys, one after the other, and installs from it
// only as long as both vouch for it.
func TestSignedIndex(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	file := at("index.json")
	publish := func(args ...string) outcome { return packctl(t, append([]string{"index"}, args...)...) }
	var public []string
	for _, name := range []string{"alice", "bob"} {
		o := publish("key", name, at(name))
		wantStatus(t, o, exitOK)
		public = append(public, strings.TrimSpace(o.stdout))
	}
	if info, err := os.Stat(at("alice")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	wantStatus(t, publish("key", "alice", at("alice")), exitFailed) // it is not replaced
	if err := os.WriteFile(at("keys"), []byte(strings.Join(public, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, publish("add", file, demoPack(t, "1.0.0"), "--name", "corp", "--key", at("alice")), exitOK)

	run := on(t, t.TempDir())
	both := []string{"--index", "corp=" + file, "--trust", "corp=2:" + at("keys")}
	with := func(flags []string, args ...string) outcome { return run(append(flags, args...)...) }
	refused := func(o outcome, want string) {
		t.Helper()
		if wantStatus(t, o, exitFailed); !strings.Contains(o.stderr, want) {
			t.Errorf("got %s, want %q", o.stderr, want)
		}
	}
	refused(with(both, "install", "demo"), "it is signed by 1 of the trusted keys: signatures of alice, bob are required")
	wantStatus(t, publish("sign", file, "--name", "corp", "--key", at("bob")), exitOK)
	wantStatus(t, with(both, "install", "demo"), exitOK)
	if o := run("show", "demo"); !strings.Contains(o.stdout, "index       corp  signed by alice, bob\n") {
		t.Errorf("got %s", o.stdout)
	}
	if o := with(both, "indices"); !strings.HasSuffix(o.stdout, "  signed by alice, bob\n") {
		t.Errorf("got %s", o.stdout)
	}

	wantStatus(t, publish("add", file, demoPack(t, "2.0.0")), exitOK) // without signing it
	refused(with(both, "upgrade", "demo"), "its signatures are of other content")
	o := with(append(both, "--trust-report-only", "corp"), "upgrade", "demo")
	if wantStatus(t, o, exitOK); !strings.Contains(o.stdout+o.stderr, "it is used although its signatures are of other content") {
		t.Errorf("got %s%s", o.stdout, o.stderr)
	}
	refused(with([]string{"--index", "dev=" + file, "--trust", "dev=" + public[0]}, "indices"), "cannot be used")

	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if key, err := os.ReadFile(at("alice")); err != nil || bytes.Contains(data, key) {
		t.Error("the index has the private key")
	}
}

// TestWantsOfSignedIndex applies --trust to the indices of a packs.yaml.
func TestWantsOfSignedIndex(t *testing.T) {
	t.Parallel()
	index := writeIndex(t, "app@1.0.0 App")
	dir := writeTree(t, map[string]string{"packs.yaml": "indices: {std: " + index + "}\npacks: {app: ^1}\n"})
	o := packctl(t, "index", "key", "corp/release", filepath.Join(dir, "key"))
	wantStatus(t, o, exitOK)
	key := strings.TrimSpace(o.stdout)
	file := filepath.Join(dir, "packs.yaml")
	run := on(t, t.TempDir())
	if o := run("--file", file, "lock", "--trust", "std="+key); !strings.Contains(o.stderr, "it is not signed") {
		t.Errorf("got %s", o.stderr)
	}
	if o := run("--file", file, "lock", "--trust", "other="+key); !strings.Contains(o.stderr, "no index has the name") {
		t.Errorf("got %s", o.stderr)
	}
}
