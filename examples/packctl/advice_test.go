package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer/host"
)

// advised are the packs of the refusals below, by the directory that holds each.
func advised(t *testing.T) string {
	t.Helper()
	manifest := func(ref, version, more string) string {
		return fmt.Sprintf("ref: %s\nversion: %s\nlabel: L\ndescription: D\n%s", ref, version, more)
	}
	const tests = "testing:\n  enabled: true\n  runners:\n    unit: {type: script, entry_point: tests/run.sh}\n"
	return writeTree(t, map[string]string{
		"lib/pack.yaml":         manifest("lib", "1.0.0", ""),
		"lib2/pack.yaml":        manifest("lib", "2.0.0", ""),
		"app/pack.yaml":         manifest("app", "1.0.0", "dependencies: [\"lib@^1\"]\n"),
		"needy/pack.yaml":       manifest("needy", "1.0.0", "dependencies: [\"missing@^2\"]\n"),
		"failing/pack.yaml":     manifest("failing", "1.0.0", tests),
		"failing/tests/run.sh":  "#!/bin/sh\nexit 1\n",
		"storm/pack.yaml":       "name: storm\nversion: 1.0.0\ndescription: D\nauthor: A\nemail: a@example.com\n",
		"storm/actions/a.yaml":  "name: a\nrunner_type: local-shell-script\nentry_point: a.sh\n",
		"storm/actions/a.sh":    "#!/bin/sh\n",
		"storm2/pack.yaml":      "ref: storm2\nname: storm2\nversion: 1.0.0\ndescription: D\n",
		"storm2/actions/a.yaml": "name: a\nrunner_type: local-shell-script\nentry_point: a.sh\n",
		"storm2/actions/a.sh":   "#!/bin/sh\n",
	})
}

// TestAdviceWorks: a refusal names the flag that allows it, and with that flag the same
// line succeeds, or is refused for another reason. Server is "" for a refusal of this
// process alone.
func TestAdviceWorks(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"here", "on a server"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			dir := advised(t)
			run := on(t, t.TempDir())
			if where != "here" {
				url, tokenFile := serve(t, hostflags.Config{Config: host.Config{Root: t.TempDir()}}, dir)
				run = func(args ...string) outcome {
					return packctl(t, append([]string{"--server", url, "--token-file", tokenFile}, args...)...)
				}
			}
			wantStatus(t, run("register", dir+"/lib", dir+"/app"), exitOK)
			for _, tt := range []struct{ line, flags, then string }{
				{"register lib2", "--replace upgrade", "--allow-break app"},
				{"register lib2 --replace upgrade", "--allow-break app", ""},
				{"install lib", "--replace any", ""},
				{"register failing", "--ignore-tests", ""},
				{"remove lib", "--allow-break app", ""},
			} {
				follow(t, run, tt.line, tt.flags, tt.then, dir)
			}
		})
	}
}

// TestAdviceOnSettings is the same for what only this process can be told.
func TestAdviceOnSettings(t *testing.T) {
	t.Parallel()
	dir := advised(t)
	index := mismatched(t)
	for _, tt := range []struct{ line, flags, then string }{
		{"install needy", "--provide missing", ""},
		{"install --index " + index + " storage", "--pass-mismatch", ""},
		{"install storm", "--compat stackstorm", ""},
		{"validate storm", "--compat stackstorm", ""},
		{"install storm2", "--compat stackstorm", ""},
	} {
		follow(t, on(t, t.TempDir()), tt.line, tt.flags, tt.then, dir)
	}
	for line, want := range map[string]string{
		"install slack":                      "--index FILE or --index URL",
		"install needy":                      "--index FILE or --index URL",
		"install http://example.com/a.zip":   "--allow-http ",
		"install https://127.0.0.1/a.zip":    "--allow-private 127.0.0.1 ",
		"install needy --index " + index:     "--provide missing ",
		"install lib --allow-host a.example": "",
		"show none":                          "",
		"install ./none":                     "",
		"install slack==1":                   "",
	} {
		o := on(t, t.TempDir())(below(dir, line)...)
		got := o.stderr[strings.LastIndex(o.stderr, "packctl: ")+1:]
		if o.status == exitOK && want != "" || !strings.Contains(got, "\n"+want) || (want == "") != !strings.Contains(got, "\n--") {
			t.Errorf("%s: got %+v", line, o)
		}
		if strings.Contains(line, "--index") && strings.Contains(got, "\n--index") {
			t.Errorf("%s: an index is configured: %+v", line, o)
		}
	}
}

// below returns the words of a line, in which names of packs are directories in dir.
func below(dir, line string) []string {
	words := strings.Fields(line)
	for i, word := range words {
		if _, err := os.Stat(filepath.Join(dir, word)); err == nil && words[0] != "remove" {
			words[i] = filepath.Join(dir, word)
		}
	}
	return words
}

// follow wants the line to be refused with flags as advice, and then with the flags
// then as advice, or to succeed.
func follow(t *testing.T, run func(...string) outcome, line, flags, then, dir string) {
	t.Helper()
	words := below(dir, line)
	o := run(words...)
	if o.status != exitFailed || !strings.Contains(o.stderr, "\n"+flags+" ") {
		t.Errorf("%s: got %+v, want advice %s", line, o, flags)
	}
	o = run(append(words, strings.Fields(flags)...)...)
	if then == "" && o.status != exitOK || then != "" && !strings.Contains(o.stderr, "\n"+then+" ") || strings.Contains(o.stderr, "\n"+flags+" ") {
		t.Errorf("%s %s: got %+v", line, flags, o)
	}
}

// mismatched returns an index whose first source of the pack storage has other content
// than the index says.
func mismatched(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	f, err := w.Create("pack.yaml")
	if err == nil {
		_, err = f.Write([]byte("ref: storage\nversion: 1.0.0\nlabel: L\ndescription: D\n"))
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	source := func(name string, of []byte) string {
		return fmt.Sprintf(`{"type": "archive", "url": %q, "checksum": "sha256:%x"}`, name, sha256.Sum256(of))
	}
	index := fmt.Sprintf(`{"version": "1.0", "packs": [{"ref": "storage", "version": "1.0.0", "install_sources": [%s, %s]}]}`,
		source("a.zip", nil), source("b.zip", archive.Bytes()))
	for name, data := range map[string][]byte{"a.zip": archive.Bytes(), "b.zip": archive.Bytes(), "index.json": []byte(index)} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "index.json")
}
