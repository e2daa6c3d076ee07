package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/examples/packd/api"
)

// TestNewToken: what the command prints is a token that packd takes on any address.
func TestNewToken(t *testing.T) {
	t.Parallel()
	ask := func(args ...string) (string, int) {
		var stdout, stderr bytes.Buffer
		status := run(t.Context(), append([]string{"token"}, args...), world{stdout: &stdout, stderr: &stderr, getenv: env(""), environ: os.Environ})
		return stdout.String() + stderr.String(), status
	}
	line, status := ask("new", "ci", "--scope", "read+install")
	got, err := api.ParseToken(strings.TrimSpace(line))
	if status != exitOK || err != nil || got.Name != "ci" || got.Weak() || len(got.Scopes) != 2 {
		t.Errorf("got %d, %q, %v", status, line, err)
	}
	if again, _ := ask("new", "ci"); again == line || !strings.HasSuffix(again, ":read\n") {
		t.Errorf("got %q", again)
	}
	for _, args := range [][]string{{}, {"old"}, {"new"}, {"new", "a b"}, {"new", "a:b"}, {"new", ""}, {"new", "x", "--scope", "root"}, {"new", "x", "y"}, {"new", "x", "--scope", ""}} {
		if text, status := ask(args...); status != exitUsage || strings.Contains(text, ":read") {
			t.Errorf("%q: got %d, %q", args, status, text)
		}
	}
	if text, status := ask("--help"); status != exitOK || !strings.Contains(text, "packd token new NAME") {
		t.Errorf("got %d, %q", status, text)
	}
}

// TestTokens: which tokens are taken depends on who can reach packd.
func TestTokens(t *testing.T) {
	t.Parallel()
	const strong = "0123456789abcdef0123456789abcdef"
	for _, tc := range []struct{ name, addr, tokens, want string }{
		{"named", "127.0.0.1:8080", "ci:" + strong + ":read", ""},
		{"not named", "0.0.0.0:8080", strong + ":read", ""},
		{"weak, on loopback", "localhost:0", secret + ":read", ""},
		{"weak, on loopback of IPv6", "[::1]:0", secret + ":read", ""},
		{"weak, on all addresses", ":8080", "ci:" + secret + ":read", `the secret of token "ci" has 13 characters`},
		{"weak, on a public address", "192.0.2.1:8080", secret + ":read", "want at least 32"},
		{"weak, on a name", "packs.example:8080", secret + ":read", "want at least 32"},
		{"one name twice", "127.0.0.1:0", "ci:" + strong + ":read,ci:" + secret + ":read", `entry 2: token "ci" has the name`},
		{"one secret twice", "127.0.0.1:0", "a:" + secret + ":read,b:" + secret + ":install", `entry 2: token "b" has the name or the secret`},
		{"name with a slash", "127.0.0.1:0", "a/b:" + secret + ":read", "the name of at most 64 letters"},
		{"colon in a secret", "127.0.0.1:0", "a:b:" + secret + ":read", "visible ASCII characters but colons"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := flags{Flags: hostflags.NewFlags()}
			f.Packd.Addr = tc.addr
			_, err := f.tokens(world{getenv: env(tc.tokens)})
			if (err == nil) != (tc.want == "") {
				t.Fatalf("got %v", err)
			}
			if err != nil && (!strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), strong)) {
				t.Errorf("got %v", err)
			}
		})
	}
	file := filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(file, []byte("ci:"+strong+":read\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	f := flags{Flags: hostflags.NewFlags()}
	f.Packd.TokenFile = file
	if _, err := f.tokens(world{getenv: env("")}); err == nil || !strings.Contains(err.Error(), "accessible to other users") {
		t.Errorf("got %v", err)
	}
}
