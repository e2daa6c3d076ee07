package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/examples/internal/samples"
	"github.com/packtrain/pack/examples/packd/api"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/settings"
	"github.com/packtrain/pack/source/registrysource"
)

const token = "a-token-for-tests"

// serve runs a packd and returns its URL and a file with the token for it. Packs
// are read and written below dir.
func serve(t *testing.T, config hostflags.Config, dir string) (url, tokenFile string) {
	t.Helper()
	config.SearchPath = filepath.SplitList(searchPath())
	s, err := api.Open(t.Context(), api.Config{
		Host: config, AllowRoots: []string{dir},
		Tokens: []api.Token{{Secret: token, Scopes: []api.Scope{api.ScopeRead, api.ScopeInstall, api.ScopeConfigure}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	hs := httptest.NewServer(s)
	t.Cleanup(func() {
		hs.CloseClientConnections()
		hs.Close()
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	tokenFile = filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(tokenFile, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return hs.URL, tokenFile
}

// TestServerInstallsAsThisProcessDoes installs the sample packs, with a server
// and without one, and wants the same of both.
func TestServerInstallsAsThisProcessDoes(t *testing.T) {
	t.Parallel()
	need(t, "git", "python3", "node", "npm")
	world, err := samples.Serve(t.Context(), t.TempDir(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = world.Close() })
	policy, err := settings.ParsePolicy(true, []string{"127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	here, there := t.TempDir(), t.TempDir()
	url, tokenFile := serve(t, hostflags.Config{Config: host.Config{
		Root: there, Indices: []registrysource.Index{{URL: world.Index()}}, Network: pack.Network{Policy: policy}, FindLinks: []string{world.Wheels()}, NodeRegistry: world.NodeRegistry(),
	}}, filepath.Dir(world.Directory()))
	install := []string{"install", "hello@^1.0", world.Git(), world.Archive(), world.Directory(), "--json"}
	var local, remote outcome
	var both sync.WaitGroup
	both.Go(func() {
		local = on(t, here)(append([]string{
			"--index", world.Index(), "--allow-http", "--allow-private", "127.0.0.1",
			"--find-links", world.Wheels(), "--node-registry", world.NodeRegistry(),
		}, install...)...)
	})
	both.Go(func() {
		remote = packctl(t, append([]string{"--server", url, "--token-file", tokenFile}, install...)...)
	})
	both.Wait()
	wantStatuses(t, remote, pack.StatusInstalled, "hello", "wordcount", "slugs", "report")
	if diff := cmp.Diff(normal(local.stdout, here), normal(remote.stdout, there)); diff != "" {
		t.Errorf("reports -local +remote:\n%s", diff)
	}
	for _, stage := range []string{"download: ", "environments: ", "tests: ", "registration: "} {
		if l, r := strings.Count(local.stderr, stage), strings.Count(remote.stderr, stage); l != r || l == 0 {
			t.Errorf("%s %d lines of progress here, %d there:\n%s", stage, l, r, remote.stderr)
		}
	}
}

// normal replaces values that differ in each run.
func normal(text, root string) string {
	text = strings.ReplaceAll(text, root, "ROOT")
	for pattern, with := range map[string]string{
		`"actor": "[^"]*"`:                      `"actor": "NAME"`,
		`\d{4}(-\d\d){2} \d\d:\d\d( +\w+) +\S+`: "TIME$2 NAME", // of a history
		`/staging/[^/"]+/`:                      "/staging/X/",
		`"(\w*duration_ms|pack_id)": \d+`:       `"$1": 0`,
		`"revision": "\w{16}"`:                  `"revision": "R"`,
		`\d{4}-\d\d-\d\dT[0-9:.]+Z`:             "TIME",
		`(/envs/\w+/[0-9a-f]{32})-\w{16}`:       "$1",         // each build of an environment has its own path
		`stat(at)? \S*none:`:                    "stat none:", // a server opens paths its own way
	} {
		text = regexp.MustCompile(pattern).ReplaceAllString(text, with)
	}
	return text
}

// lines are the lines of a text in some order: packs are worked on in parallel.
func lines(text string) []string { return slices.Sorted(strings.Lines(text)) }

// TestServerDoesWhatThisProcessDoes runs the same command lines with a server and
// without one, good and bad, as text and as JSON.
func TestServerDoesWhatThisProcessDoes(t *testing.T) {
	t.Parallel()
	packs, here, there := t.TempDir(), t.TempDir(), t.TempDir()
	first, second, broken := filepath.Join(packs, "first"), filepath.Join(packs, "second"), filepath.Join(packs, "broken")
	files := goodPack()
	files["pack.yaml"] += "dependencies: [\"slack@^2\"]\n"
	place(t, first, files)
	files["pack.yaml"] = strings.Replace(files["pack.yaml"], "1.0.0", "1.1.0", 1)
	place(t, second, files)
	place(t, broken, map[string]string{"pack.yaml": "ref: demo\n"})
	slack := filepath.Join(packs, "slack")
	place(t, slack, map[string]string{"pack.yaml": "ref: slack\nversion: 2.1.0\nlabel: Slack\ndescription: d\nlicense: MIT\n"})
	settings := filepath.Join(t.TempDir(), "settings.yaml")
	if err := os.WriteFile(settings, []byte("channel: ops\nretries: 3\nnested: {deep: [1.5, yes]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	url, tokenFile := serve(t, hostflags.Config{Config: host.Config{Root: there}}, packs)
	wantStatus(t, on(t, here)("build", slack), exitOK) // creates the local root
	for _, line := range [][]string{
		{"deps", first},
		{"list"},
		{"verify"},
		{"show", "demo"},
		{"deps", first, slack, "--quiet"},
		{"deps", filepath.Join(packs, "none"), first},
		{"register", first},
		{"register", broken, first, slack},
		{"register", first},
		{"register", second},
		{"register", second, "--replace", "upgrade"},
		{"register", first, "--replace", "upgrade"},
		{"register", first, "--force"},
		{"register", second, "--force", "--skip-tests", "--skip-validation"},
		{"list"},
		{"verify"},
		{"verify", "slack", "demo"},
		{"verify", "none"},
		{"repair"},
		{"repair", "slack", "demo"},
		{"repair", "none"},
		{"show", "demo"},
		{"config", "demo"},
		{"config", "demo", "--set", settings},
		{"config", "none", "--set", settings},
		{"config", "demo", "--set", "retries=4", "--set", "nested.new=x", "--unset", "channel"},
		{"config", "demo", "--set", "retries.x=4"},
		{"config", "demo", "--unset", "channel"},
		{"config", "demo", "--show-secrets"},
		{"history", "demo"},
		{"diff", "demo"},
		{"pin", "demo", "1.0.0"},
		{"unpin", "demo", "1.0.0"},
		{"disable", "demo"},
		{"list"},
		{"show", "demo"},
		{"enable", "demo"},
		{"disable", "demo.none"},
		{"rollback", "demo", "--from", "000009-abc"},
		{"rollback", "demo"},
		{"rollback", "none"},
		{"build", first, broken},
		{"install", first, filepath.Join(packs, "none"), "--skip-envs"},
		{"install", second},
		{"install", first, "--force"},
		{"download", first, broken, "--dest", filepath.Join(packs, "dest")},
		{"download", slack, "--dest", filepath.Join(packs, "dest"), "--quiet"},
		{"remove", "slack"},
		{"remove", "slack", "--allow-break", "*"},
		{"remove", "demo"},
		{"remove", "demo"},
		{"remove", "demo", "--purge"},
		{"remove", "demo", "--purge"},
	} {
		for _, flags := range [][]string{nil, {"--json"}} {
			line := append(line, flags...)
			local := on(t, here)(line...)
			remote := packctl(t, append([]string{"--server", url, "--token-file", tokenFile}, line...)...)
			if diff := cmp.Diff(normal(local.stdout, here), normal(remote.stdout, there)); diff != "" || local.status != remote.status {
				t.Errorf("%q: status %d here, %d there, -local +remote:\n%s", line, local.status, remote.status, diff)
			}
			if diff := cmp.Diff(lines(normal(local.stderr, here)), lines(normal(remote.stderr, there))); diff != "" {
				t.Errorf("%q: standard error -local +remote:\n%s", line, diff)
			}
		}
	}
}

// place writes files by name below dir.
func place(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	if err := os.CopyFS(dir, os.DirFS(writeTree(t, files))); err != nil {
		t.Fatal(err)
	}
}
