package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// outcome is the result of a command line.
type outcome struct {
	status         int
	stdout, stderr string
}

// packctl runs a command line in a world without environment variables but
// those that find programs and the user's data directory.
func packctl(t *testing.T, args ...string) outcome {
	t.Helper()
	return packctlWith(t, searchPath(), args...)
}

// packctlWith is packctl with another search path.
func packctlWith(t *testing.T, path string, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	data := t.TempDir()
	status := run(t.Context(), args, world{stdout: &stdout, stderr: &stderr, getenv: func(name string) string {
		switch name {
		case "PATH":
			return path
		case "XDG_DATA_HOME":
			return data
		}
		return ""
	}, environ: os.Environ})
	return outcome{status, stdout.String(), stderr.String()}
}

// decode reads the one JSON document that stdout has to be.
func decode[T any](t *testing.T, o outcome) T {
	t.Helper()
	var v T
	dec := json.NewDecoder(strings.NewReader(o.stdout))
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("standard output is not JSON: %v\n%s\n%s", err, o.stdout, o.stderr)
	}
	if dec.More() {
		t.Fatalf("standard output has more than one document:\n%s", o.stdout)
	}
	return v
}

// writeTree writes files by name below a new directory.
func writeTree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestWrongUsage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"no command", nil, "no command is given"},
		{"unknown command", []string{"fly"}, `unknown command "fly"`},
		{"mistyped command", []string{"instal"}, `unknown command "instal": did you mean "install"?`},
		{"delete", []string{"delete", "demo"}, `unknown command "delete": did you mean "remove"?`},
		{"unknown flag", []string{"checksum", ".", "--nope"}, "unknown flag: --nope"},
		{"missing argument", []string{"checksum"}, "PATH is missing"},
		{"no destination", []string{"download", "slack"}, "--dest is required"},
		{"bad provided pack", []string{"list", "--provide", "Core"}, `pack ref "Core"`},
		{"bad platform version", []string{"list", "--platform-version", "2"}, `--platform-version: version "2"`},
		{"platform version with a server", []string{"list", "--server", "http://s", "--platform-version", "2.0.0"}, "--platform-version makes no sense with --server"},
		{"bad address", []string{"list", "--allow-private", "host:80"}, "without port"},
		{"bad replace", []string{"register", ".", "--replace", "all"}, `--replace "all"`},
		{"force that contradicts", []string{"install", ".", "--replace", "upgrade", "--force"}, "--force replaces any installed pack"},
		{"bad dependent", []string{"remove", "demo", "--allow-break", "De mo"}, `--allow-break: pack ref "De mo"`},
		{"force to remove", []string{"remove", "demo", "--force"}, "unknown flag: --force"},
		{"too many arguments", []string{"checksum", "a", "b"}, `unexpected argument "b"`},
		{"token without a server", []string{"list", "--token-file", "x"}, "--token-file makes no sense without --server"},
		{"no server", []string{"list", "--server", "example"}, `server: want a URL such as "https://packs.example"`},
		{"root with a server", []string{"list", "--server", "http://s", "--root", "r"}, "--root makes no sense with --server"},
		{"index with a server", []string{"install", "a", "--server", "http://s", "--index", "r"}, "--index makes no sense with --server"},
		{"policy with a server", []string{"install", "a", "--server", "http://s", "--allow-http"}, "--allow-http makes no sense with --server"},
		{"credentials with a server", []string{"list", "--server", "http://s", "--credentials", "r"}, "--credentials makes no sense with --server"},
		{"no authorities", []string{"list", "--server", "https://s", "--ca-file", "/none"}, "open /none: no such file"},
		{"wheels with a server", []string{"build", "/a", "--server", "http://s", "--find-links", "r"}, "--find-links makes no sense with --server"},
		{"check with a server", []string{"build", "/a", "--server", "http://s", "--check"}, "--check makes no sense with --server"},
		{"run with a server", []string{"run", "a.b", "--server", "http://s"}, "--server makes no sense here"},
		{"relative path with a server", []string{"register", "/a", "./b", "--server", "http://s"}, `"./b" is a relative path: with --server`},
		{"relative spec with a server", []string{"install", "slack", "./b", "--server", "http://s"}, `"./b" is a relative path: with --server`},
		{"relative destination with a server", []string{"download", "slack", "--dest", "d", "--server", "http://s"}, `"d" is a relative path: with --server`},
		{"argument of none", []string{"list", "demo"}, `unexpected argument "demo"`},
		{"bad ref", []string{"show", "De mo"}, `pack ref "De mo"`},
		{"ref outside", []string{"config", "../demo"}, `pack ref "../demo"`},
		{"action of no pack", []string{"run", "demo"}, `action "demo": want REF.ACTION`},
		{"action of a bad ref", []string{"run", "De mo.run"}, `pack ref "De mo"`},
		{"no parameter", []string{"run", "demo.run", "x"}, `parameter "x": want name=value`},
		{"parameter without name", []string{"run", "demo.run", "=x"}, `parameter "=x": want name=value`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := packctl(t, tt.args...)
			if got.status != exitUsage || got.stdout != "" || !strings.Contains(got.stderr, tt.want) || !strings.Contains(got.stderr, "--help") {
				t.Errorf("got %+v, want status 2 and %q", got, tt.want)
			}
		})
	}
}

// TestRefusalsNameTheFlags that allow what was refused, and no others.
func TestRefusalsNameTheFlags(t *testing.T) {
	t.Parallel()
	const http, private, host = "--allow-http allows", "--allow-private 127.0.0.1 allows", "--allow-host 127.0.0.1 allows"
	tests := map[string]struct{ args, want []string }{
		"http":        {[]string{"http://127.0.0.1:1/a.tar.gz"}, []string{http}},
		"private":     {[]string{"https://127.0.0.1:1/a.git"}, []string{private}},
		"other host":  {[]string{"https://127.0.0.1:1/a.git", "--allow-host", "a.example"}, []string{host}},
		"two rules":   {[]string{"http://127.0.0.1:1/a.tar.gz", "https://127.0.0.1:1/a.git"}, []string{http, private}},
		"git of here": {[]string{"git+file:///none"}, nil},
		"ssh":         {[]string{"ssh://git@127.0.0.1/a"}, nil},
		"password":    {[]string{"https://u:p@127.0.0.1/a.git"}, nil},
		"not found":   {[]string{"./none"}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := packctl(t, append([]string{"install"}, tt.args...)...)
			for _, advice := range []string{http, private, host} {
				if strings.Contains(got.stderr, advice) != slices.Contains(tt.want, advice) {
					t.Errorf("%q: got %+v", advice, got)
				}
			}
			if got.status != exitFailed || strings.Count(got.stderr, "--allow-") != len(tt.want) {
				t.Errorf("got %+v, want %q", got, tt.want)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	got := packctl(t, "--help")
	if got.status != exitOK || !strings.Contains(got.stdout, "checksum") || got.stderr != "" {
		t.Errorf("got %+v", got)
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	got := packctl(t, "--version")
	if got.status != exitOK || !strings.HasPrefix(got.stdout, "packctl ") || !strings.Contains(got.stdout, "commit ") || got.stderr != "" {
		t.Errorf("got %+v", got)
	}
}

func TestChecksum(t *testing.T) {
	t.Parallel()
	dir := writeTree(t, map[string]string{"pack.yaml": "ref: a\nversion: 1.0.0\n"})
	const want = "sha256:"
	text := packctl(t, "checksum", dir)
	if text.status != exitOK || !strings.HasPrefix(text.stdout, want) {
		t.Errorf("got %+v", text)
	}
	// Flags may stand anywhere.
	for _, args := range [][]string{{"--json", "checksum", dir}, {"checksum", "--json", dir}, {"checksum", dir, "--json"}} {
		got := decode[checksumReport](t, packctl(t, args...))
		if got.Path != dir || got.DirectoryChecksum.String()+"\n" != text.stdout || !strings.HasPrefix(got.TreeDigest.String(), want) {
			t.Errorf("%q: got %+v", args, got)
		}
	}
}

func TestChecksumFails(t *testing.T) {
	t.Parallel()
	dir := writeTree(t, map[string]string{"pack.yaml": "x"})
	if err := os.Symlink("pack.yaml", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, filepath.Join(dir, "none")} {
		got := packctl(t, "--json", "checksum", path)
		failure := decode[failureReport](t, got)
		if got.status != exitFailed || !strings.HasPrefix(got.stderr, "packctl: "+failure.Error) || failure.Code == "" {
			t.Errorf("%s: got %+v", path, got)
		}
	}
}
