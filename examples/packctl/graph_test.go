package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const graphDot = `digraph packs {
  "app" [label="app 1.0.0"];
  "app" -> "core" [label="*"];
  "app" -> "log" [label="^1"];
  "end-to-end" [label="end-to-end 1.0.0"];
  "log" [label="log 1.1.0"];
  "log" -> "end-to-end" [label="*"];
  "tool" [label="tool 1.0.0"];
  "tool" -> "log" [label="*"];
}
`

const graphMermaid = `graph LR
  p_app["app 1.0.0"]
  p_app -->|"*"| p_core
  p_app -->|"^1"| p_log
  p_end_h_to_h_end["end-to-end 1.0.0"]
  p_log["log 1.1.0"]
  p_log -->|"*"| p_end_h_to_h_end
  p_tool["tool 1.0.0"]
  p_tool -->|"*"| p_log
`

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
	for format, want := range map[string]string{"dot": graphDot, "mermaid": graphMermaid} {
		for _, more := range [][]string{{}, {"--file", file}} {
			if diff := cmp.Diff(want, run(append([]string{"graph", "--format", format}, more...)...)); diff != "" {
				t.Errorf("%s %q (-want +got)\n%s", format, more, diff)
			}
		}
	}
	wantStatus(t, on(t, root)("graph", "--format", "svg"), exitUsage)
	wantStatus(t, on(t, root)("why", "none"), exitFailed)
}

// TestWhyOfCircles: of packs that need each other alone, those that need the pack are
// named; a pack that packs.yaml names says so, and who else needs it.
func TestWhyOfCircles(t *testing.T) {
	t.Parallel()
	flags, index := serveIndex(t, "a@1.0.0: b@^1", "b@1.0.0: c", "c@1.0.0: a@>=1", "d@1.0.0: b")
	circle := filepath.Join(writeTree(t, map[string]string{"packs.yaml": "indices: {std: " + index + "}\npacks: {a: ^1}\n"}), "packs.yaml")
	both := filepath.Join(writeTree(t, map[string]string{"packs.yaml": "indices: {std: " + index + "}\npacks: {b: ^1, d: ^1}\n"}), "packs.yaml")
	root := t.TempDir()
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"sync", "--file", circle}, "a 1.0.0  install\nb 1.0.0  install\nc 1.0.0  install\n0 unchanged\n"},
		{[]string{"why", "b"}, "a 1.0.0 needs b@^1\n"},
		{[]string{"why", "b", "--file", circle}, "a 1.0.0 needs b@^1\n"},
		{[]string{"why", "a", "--file", circle}, "a 1.0.0 is wanted by packs.yaml\nc 1.0.0 needs a@>=1\n"},
		{[]string{"sync", "--file", both}, "d 1.0.0  install\n3 unchanged\n"},
		{[]string{"why", "c"}, "d 1.0.0 needs b, b 1.0.0 needs c\n"},
		{[]string{"why", "b", "--file", both}, "b 1.0.0 is wanted by packs.yaml\nd 1.0.0 needs b\n"},
	} {
		o := on(t, root)(append(tt.args, flags...)...)
		wantStatus(t, o, exitOK)
		if diff := cmp.Diff(tt.want, o.stdout); diff != "" {
			t.Errorf("%q (-want +got)\n%s", tt.args, diff)
		}
	}
}

// TestManyWays: the text says how many ways it leaves out, and JSON has all of them.
func TestManyWays(t *testing.T) {
	t.Parallel()
	lines, specs := []string{"a@1.0.0:"}, []string{"install"}
	for i := range 25 {
		lines = append(lines, fmt.Sprintf("u%02d@1.0.0: a", i))
		specs = append(specs, fmt.Sprintf("u%02d", i))
	}
	flags, index := serveIndex(t, lines...)
	run := on(t, t.TempDir())
	wantStatus(t, run(append(append(specs, "--index", index), flags...)...), exitOK)
	o := run("why", "a")
	if wantStatus(t, o, exitOK); strings.Count(o.stdout, "\n") != 21 || !strings.HasSuffix(o.stdout, "and 5 more ways, which --json lists\n") {
		t.Errorf("got %s", o.stdout)
	}
	if r := decode[whyReport](t, run("why", "a", "--json")); len(r.Ways) != 25 {
		t.Errorf("%d ways", len(r.Ways))
	}
}
