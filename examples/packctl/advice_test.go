package main

import (
	"strings"
	"testing"
)

// TestRefusalsNameThePowers: what the registry refuses, a flag of the command allows.
func TestRefusalsNameThePowers(t *testing.T) {
	t.Parallel()
	run := on(t, t.TempDir())
	files := goodPack()
	files["pack.yaml"] += "testing:\n  enabled: true\n  runners:\n    unit: {type: script, entry_point: tests/run.sh}\n"
	files["tests/run.sh"] = "#!/bin/sh\nexit 1\n"
	failing := writeTree(t, files)
	lib, upgraded := libPack(t, "1.0.0"), libPack(t, "2.0.0")
	app := writeTree(t, map[string]string{"pack.yaml": "ref: app\nversion: 1.0.0\nlabel: App\ndescription: App\ndependencies: [\"lib@^1\"]\n"})
	wantStatus(t, run("register", lib, app), exitOK)
	for _, tt := range []struct {
		line []string
		want string // lines of advice, "" for none
	}{
		{[]string{"register", upgraded}, "--replace any replaces"},
		{[]string{"register", upgraded, "--replace", "upgrade"}, ""},
		{[]string{"remove", "lib"}, ""},
		{[]string{"register", failing}, "--ignore-tests registers"},
		{[]string{"remove", "none"}, ""},
	} {
		o := run(tt.line...)
		got := o.stderr[strings.LastIndex(o.stderr, "packctl: "):]
		if o.status != exitFailed || strings.Contains(got, "\n--") != (tt.want != "") || !strings.Contains(got, tt.want) {
			t.Errorf("%q: got %+v", tt.line, o)
		}
	}
}

func libPack(t *testing.T, version string) string {
	t.Helper()
	return writeTree(t, map[string]string{"pack.yaml": "ref: lib\nversion: " + version + "\nlabel: Lib\ndescription: Lib\n"})
}
