package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestVersions lists what an index has of a pack.
func TestVersions(t *testing.T) {
	t.Parallel()
	flags, index := serveIndex(t, "app@1.0.0: log@^1", "app@2.0.0-rc.1: log@^1", "app@1.4.0: log@^1, mail", "log@1.0.0:", "mail@1.0.0:")
	flags = append(flags, "--index", index)
	root := filepath.Join(t.TempDir(), "root")
	run := func(args ...string) outcome { return on(t, root)(append(args, flags...)...) }
	o := run("versions", "app")
	wantStatus(t, o, exitOK)
	if diff := cmp.Diff("VERSION     REMARKS\n1.4.0       needs log@^1, mail\n1.0.0       needs log@^1\n2.0.0-rc.1  needs log@^1\n", o.stdout); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, err := os.Stat(root); !os.IsNotExist(err) {
		t.Errorf("the root was created: %v", err)
	}
	wantOutput(t, run("install", "app@1.0.0"), exitOK)
	wantOutput(t, run("versions", "app"), exitOK, "1.0.0       installed; needs log@^1\n")
	got := decode[versionsReport](t, run("versions", "app", "--json"))
	if len(got.Versions) != 3 || got.Versions[0].Installed || !got.Versions[1].Installed || len(got.Versions[0].Needs) != 2 {
		t.Errorf("got %+v", got)
	}
	wantOutput(t, run("versions", "apps"), exitFailed, `no pack "apps"`, `"app"`)
	wantOutput(t, run("versions", "a b"), exitUsage, "ref")
}

// TestInfo shows a pack of an index and one of a directory, neither of which is installed.
func TestInfo(t *testing.T) {
	t.Parallel()
	flags, index := serveIndex(t, "app@1.0.0: log@^1", "app@2.0.0: log@^1", "log@1.0.0:")
	flags = append(flags, "--index", index)
	root := filepath.Join(t.TempDir(), "root")
	run := func(args ...string) outcome { return on(t, root)(append(args, flags...)...) }
	wantOutput(t, run("info", "app"), exitOK, "app 2.0.0  L\n", "about       D\n", "needs       log@^1\n", "size        1 file, 0.0 MB\n", "from        http")
	wantOutput(t, run("info", "app@^1"), exitOK, "app 1.0.0  L\n")
	if _, err := os.Stat(root); !os.IsNotExist(err) {
		t.Errorf("the root was created: %v", err)
	}
	wantOutput(t, run("install", "app@1.0.0"), exitOK)
	wantOutput(t, run("info", "app"), exitOK, "app 2.0.0  L\n", "installed   1.0.0\n")
	dir := writeTree(t, map[string]string{
		"pack.yaml":       "ref: own\nversion: 0.1.0\nlabel: Own\ndescription: \"A\\e[31mred\"\nruntime_deps: [\"python>=3.9\"]\n",
		"actions/go.yaml": "ref: own.go\nlabel: Go\nrunner_type: shell\nentry_point: go.sh\n",
		"actions/go.sh":   "#!/bin/sh\ntouch \"$RAN\"\n",
		"README.md":       "# Own\n\n" + strings.Repeat("line\n", 100),
	})
	o := run("info", dir)
	wantOutput(t, o, exitOK, "own 0.1.0  Own\n", "needs       python >=3.9\n", "actions     own.go  Go\n", "  # Own\n")
	if strings.Contains(o.stdout, "\x1b") || strings.Count(o.stdout, "  line\n") > maxReadmeLines {
		t.Errorf("got\n%s", o.stdout)
	}
	if got := decode[infoReport](t, run("info", dir, "--json")); got.Files != 4 || len(got.Components) != 1 || got.Installed != nil || got.TreeDigest == "" {
		t.Errorf("got %+v", got)
	}
	wantOutput(t, run("info", filepath.Join(dir, "none")), exitFailed, "none")
	wantOutput(t, run("info", "app", "--server", "http://127.0.0.1:1"), exitUsage, "makes no sense here")
}
