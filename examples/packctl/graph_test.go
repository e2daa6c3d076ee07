package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGraphAndWhy of what is installed, and of a lock.
func TestGraphAndWhy(t *testing.T) {
	t.Parallel()
	flags, index := serveIndex(t, "app@1.0.0: log@^1, core", "log@1.1.0: end-to-end", "end-to-end@1.0.0:", "tool@1.0.0: log")
	file := filepath.Join(writeTree(t, map[string]string{"packs.yaml": "indices: {std: " + index + "}\nprovided: [core]\npacks: {app: ^1, tool: '*'}\n"}), "packs.yaml")
	root := t.TempDir()
	run := func(args ...string) string {
		t.Helper()
		o := on(t, root)(append(args, flags...)...)
		wantStatus(t, o, exitOK)
		return o.stdout
	}
	run("sync", "--file", file)
	const text = `app 1.0.0
  needs core: not among these packs
  needs log@^1: 1.1.0
end-to-end 1.0.0
log 1.1.0
  needs end-to-end: 1.0.0
tool 1.0.0
  needs log: 1.1.0
`
	const ways = "app 1.0.0 needs log@^1, log 1.1.0 needs end-to-end\ntool 1.0.0 needs log, log 1.1.0 needs end-to-end\n"
	for _, more := range [][]string{{}, {"--file", file}} {
		if diff := cmp.Diff(text, run(append([]string{"graph"}, more...)...)); diff != "" {
			t.Errorf("%q (-want +got)\n%s", more, diff)
		}
		if diff := cmp.Diff(ways, run(append([]string{"why", "end-to-end"}, more...)...)); diff != "" {
			t.Errorf("%q (-want +got)\n%s", more, diff)
		}
	}
	if got := run("why", "app"); got != "app 1.0.0 is needed by no other pack\n" {
		t.Errorf("got %s", got)
	}
	if got := run("why", "app", "--file", file); got != "app 1.0.0 is wanted by packs.yaml\n" {
		t.Errorf("got %s", got)
	}
	if got := run("graph", "--format", "dot"); !strings.HasPrefix(got, "digraph packs {\n") || !strings.Contains(got, `  "log" -> "end-to-end" [label="*"];`) || !strings.HasSuffix(got, "}\n") {
		t.Errorf("got %s", got)
	}
	if got := run("graph", "--format", "mermaid"); !strings.HasPrefix(got, "graph LR\n") || !strings.Contains(got, `  p_log -->|"*"| p_end_h_to_h_end`) {
		t.Errorf("got %s", got)
	}
	wantStatus(t, on(t, root)("graph", "--format", "svg"), exitUsage)
	wantStatus(t, on(t, root)("why", "none"), exitFailed)
}
