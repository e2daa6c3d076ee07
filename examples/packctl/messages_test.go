package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite testdata/messages.txt")

// TestMessages runs the command lines in testdata/messages.txt, which begin with "$ ",
// one after the other on one root, and compares what they print and their exit
// statuses with the text below each. The directories are $DIR (with packs) and $ROOT.
func TestMessages(t *testing.T) {
	t.Parallel()
	const name = "testdata/messages.txt"
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	dir, root := messagePacks(t), filepath.Join(t.TempDir(), "root")
	known := strings.NewReplacer(dir, "$DIR", root, "$ROOT")
	unknown := strings.NewReplacer("$DIR", dir, "$ROOT", root)
	var got strings.Builder
	for _, line := range strings.Split(string(want), "\n") {
		command, isCommand := strings.CutPrefix(line, "$ packctl ")
		switch {
		case isCommand:
			o := on(t, root)(strings.Fields(unknown.Replace(command))...)
			fmt.Fprintf(&got, "%s\n%s[%d]\n\n", line, known.Replace(o.stdout+o.stderr), o.status)
		case strings.HasPrefix(line, "# "):
			fmt.Fprintf(&got, "%s\n", line)
		}
	}
	text := regexp.MustCompile(`[0-9a-f]{12,64}`).ReplaceAllString(got.String(), "HEX")
	if *update {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(want), text); diff != "" && !*update {
		t.Errorf("messages differ; run this test with -update, and read them (-want +got)\n%s", diff)
	}
}

// messagePacks returns a directory with the packs that the command lines name.
func messagePacks(t *testing.T) string {
	t.Helper()
	manifest := func(ref, version, more string) string {
		return fmt.Sprintf("ref: %s\nversion: %s\nlabel: L\ndescription: D\n%s", ref, version, more)
	}
	const tests = "testing:\n  enabled: true\n  runners:\n    unit: {type: script, entry_point: tests/run.sh}\n"
	return writeTree(t, map[string]string{
		"lib/pack.yaml":  manifest("lib", "1.0.0", ""),
		"lib2/pack.yaml": manifest("lib", "2.0.0", ""),
		"app/pack.yaml":  manifest("app", "1.0.0", "dependencies: [\"lib@^1\"]\n"),
		"app/actions/get_issue.yaml": "ref: app.get_issue\nlabel: L\ndescription: D\nentry_point: run.sh\n" +
			"parameters:\n  key: {type: string, required: true}\n",
		"app/actions/run.sh":               "#!/bin/sh\n",
		"app/actions/chain.yaml":           "ref: app.chain\nlabel: L\ndescription: D\nworkflow_file: workflows/chain.yaml\n",
		"app/actions/workflows/chain.yaml": "version: 1.0.0\ntasks: []\n",
		"needy/pack.yaml":                  manifest("needy", "1.0.0", "dependencies: [missing]\n"),
		"failing/pack.yaml":                manifest("failing", "1.0.0", tests),
		"failing/tests/run.sh":             "#!/bin/sh\necho broken >&2\nexit 1\n",
		"bad/pack.yaml":                    "ref: Bad\nversion: 1.10\n",
		"salt/pack.yml":                    manifest("salt", "1.0.0", ""),
		"below/packs/deep/pack.yaml":       manifest("deep", "1.0.0", ""),
		"empty/README.md":                  "",
		"python/pack.yaml":                 manifest("python", "1.0.0", ""),
		"python/requirements.txt":          "six=1.16.0\n--index-url https://x.example\n",
	})
}
