package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer/host"
)

var update = flag.Bool("update", false, "rewrite testdata/messages.txt")

// TestMessages runs the command lines in testdata/messages.txt, which begin with "$ ",
// one after the other on one root, and compares what they print and their exit
// statuses with the text below each. $DIR has packs, $ROOT is the root, $SERVER the
// address of a packd with the same packs, and $TOKEN a file with a token for it.
func TestMessages(t *testing.T) {
	t.Parallel()
	need(t, "git")
	const name = "testdata/messages.txt"
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	dir, root, there := messagePacks(t), filepath.Join(t.TempDir(), "root"), t.TempDir()
	url, tokenFile := serve(t, hostflags.Config{Config: host.Config{Root: there}}, dir)
	known := strings.NewReplacer(dir, "$DIR", root, "$ROOT", there, "$THERE", url, "$SERVER", tokenFile, "$TOKEN")
	unknown := strings.NewReplacer("$DIR", dir, "$ROOT", root, "$SERVER", url, "$TOKEN", tokenFile)
	var got strings.Builder
	for _, line := range strings.Split(string(want), "\n") {
		command, isCommand := strings.CutPrefix(line, "$ packctl ")
		switch {
		case isCommand:
			o := runMessage(t, root, strings.Fields(unknown.Replace(command)))
			fmt.Fprintf(&got, "%s\n%s[%d]\n\n", line, known.Replace(o.stdout+o.stderr), o.status)
		case strings.HasPrefix(line, "# "):
			fmt.Fprintf(&got, "%s\n", line)
		}
	}
	text := regexp.MustCompile(`[0-9a-f]{12,64}`).ReplaceAllString(got.String(), "HEX")
	text = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d`).ReplaceAllString(text, "YYYY-MM-DD HH:MM")
	text = regexp.MustCompile(`( in )[0-9.ms]+( s)?\n`).ReplaceAllString(text, "$1 TIME\n")
	text = regexp.MustCompile(`duration_ms": \d+`).ReplaceAllString(text, `duration_ms": 0`)
	if *update {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(text, "$ packctl "); n < 80 {
		t.Errorf("there are only %d command lines", n)
	}
	if diff := cmp.Diff(string(want), text); diff != "" && !*update {
		t.Errorf("messages differ; run this test with -update, and read them (-want +got)\n%s", diff)
	}
}

// runMessage runs a command line, on the root unless it names another one or a server.
func runMessage(t *testing.T, root string, args []string) outcome {
	t.Helper()
	if slices.Contains(args, "--server") || slices.Contains(args, "--root") {
		return packctl(t, args...)
	}
	return on(t, root)(args...)
}

// messagePacks returns a directory with the packs and other files that the command lines
// name.
func messagePacks(t *testing.T) string {
	t.Helper()
	manifest := func(ref, version, more string) string {
		return fmt.Sprintf("ref: %s\nversion: %s\nlabel: L\ndescription: D\n%s", ref, version, more)
	}
	const tests = "testing:\n  enabled: true\n  runners:\n    unit: {type: script, entry_point: tests/run.sh}\n"
	const action = "label: L\ndescription: D\nentry_point: run.sh\n"
	dir := writeTree(t, map[string]string{
		"lib/pack.yaml":                    manifest("lib", "1.0.0", ""),
		"lib0/pack.yaml":                   manifest("lib", "0.9.0", ""),
		"libx/pack.yaml":                   manifest("lib", "1.0.0", "author: other\n"),
		"lib2/pack.yaml":                   manifest("lib", "2.0.0", ""),
		"app/pack.yaml":                    manifest("app", "1.0.0", "dependencies: [\"lib@^1\"]\n"),
		"app/actions/get_issue.yaml":       "ref: app.get_issue\n" + action + "parameters:\n  key: {type: string, required: true}\n",
		"app/actions/run.sh":               "#!/bin/sh\n",
		"app/actions/chain.yaml":           "ref: app.chain\nlabel: L\ndescription: D\nworkflow_file: workflows/chain.yaml\n",
		"app/actions/workflows/chain.yaml": "version: 1.0.0\ntasks: []\n",
		"jira/pack.yaml":                   manifest("jira", "1.0.0", ""),
		"jira/actions/get_issue.yaml":      "ref: jira.get_issue\n" + action,
		"jira/actions/run.sh":              "#!/bin/sh\n",
		"jira/workflows/get_issues.yaml":   "ref: jira.get_issues\nlabel: L\nversion: 1.0.0\ntasks: []\n",
		"jira/triggers/created.yaml":       "ref: jira.created\nlabel: L\ndescription: D\n",
		"needy/pack.yaml":                  manifest("needy", "1.0.0", "dependencies: [missing]\n"),
		"failing/pack.yaml":                manifest("failing", "1.0.0", tests),
		"failing/tests/run.sh":             "#!/bin/sh\necho broken >&2\nexit 1\n",
		"bad/pack.yaml":                    "ref: Bad\nversion: 1.10\n",
		"storm/pack.yaml":                  "name: storm\nversion: 1.0.0\ndescription: D\n",
		"words/pack.yaml":                  manifest("words", "1.0.0", "runtime_deps: [pyhton]\ndependenzies: [lib]\n"),
		"words/actions/run.yaml":           "ref: words.run\n" + action + "runner_type: shel\n",
		"words/actions/run.sh":             "#!/bin/sh\n",
		"salt/pack.yml":                    manifest("salt", "1.0.0", ""),
		"below/packs/deep/pack.yaml":       manifest("deep", "1.0.0", ""),
		"empty/README.md":                  "",
		"python/pack.yaml":                 manifest("python", "1.0.0", ""),
		"python/requirements.txt":          "six=1.16.0\n--index-url https://x.example\n",
		"text.yaml":                        "[\n",
		"settings.yaml":                    "# mine\ncache:\n  max_bites: 5\n",
		"wrong.yaml":                       "retention: {age: 3 weeks}\n",
		"corp.yaml":                        "db: d.sqlite\nshared_root: true\n",
		"broken.json":                      "{\"packs\": []}",
	})
	index, err := os.ReadFile(mismatched(t))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "index.json"), index, 0o600)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "a.zip"), []byte("other"), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	repository(t, filepath.Join(dir, "repo"))
	return dir
}

// repository makes a git repository with the branch main and the tag v1.0.0.
func repository(t *testing.T, dir string) {
	t.Helper()
	for _, args := range [][]string{
		{"init", "-q", "-b", "main", dir},
		{"-C", dir, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "--allow-empty", "-m", "first"},
		{"-C", dir, "tag", "v1.0.0"},
	} {
		cmd := exec.Command("git", args...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v\n%s", args, err, out)
		}
	}
}
