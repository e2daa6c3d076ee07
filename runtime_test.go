package pack_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
)

func TestRuntimeLookUps(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		want map[string]pack.RuntimeName
	}{
		{"word", map[string]pack.RuntimeName{
			"python": "python", "Python3": "python", "node": "nodejs", "NODE.JS": "nodejs", "bash": "shell", "native": "native",
			"javascript": "", "python-script": "", "curl": "", "": "", " python": "",
		}},
		{"runner", map[string]pack.RuntimeName{
			"PYTHON3": "python", "run-python": "python", "Python-Script": "python", "javascript": "nodejs", "NodeJS": "nodejs",
			"sh": "shell", "local-shell-script": "shell", "native": "native", "orquesta": "", "ruby": "", "": "",
		}},
		{"test runner", map[string]pack.RuntimeName{"unittest": "python", "UnitTest": "python", "script": "", "": ""}},
		{"program", map[string]pack.RuntimeName{
			"/usr/bin/python3.11": "python", "python": "python", "/opt/Python2": "python", "nodejs": "nodejs", "/bin/sh": "shell", "bash": "shell",
			"pythonista": "", "/usr/bin/perl5": "", "3.11": "", "": "", "/": "",
		}},
		{"file", map[string]pack.RuntimeName{
			"actions/a.py": "python", "a.PY": "python", "a.mjs": "nodejs", "a.cjs": "nodejs", "a.js": "nodejs", "a.sh": "shell", "a": "", "a.json": "", "": "",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			find := pack.RuntimeLookUps()[tt.name]
			for text, want := range tt.want {
				r, ok := find(text)
				if r.Name != want || ok != (want != "") {
					t.Errorf("%q: got %q, %v, want %q", text, r.Name, ok, want)
				}
			}
		})
	}
}

// TestRuntimesAreDistinct keeps look-ups unambiguous.
func TestRuntimesAreDistinct(t *testing.T) {
	t.Parallel()
	columns := map[string]func(*pack.Runtime) []string{
		"names":       func(r *pack.Runtime) []string { return []string{string(r.Name)} },
		"words":       func(r *pack.Runtime) []string { return r.Words },
		"runners":     func(r *pack.Runtime) []string { return slices.Concat(r.RunnerTypes, r.StackStormTypes) },
		"testrunners": func(r *pack.Runtime) []string { return r.TestRunners },
		"programs":    func(r *pack.Runtime) []string { return r.Programs },
		"extensions":  func(r *pack.Runtime) []string { return r.Extensions },
	}
	for name, column := range columns {
		seen := map[string]pack.RuntimeName{}
		for _, r := range pack.Runtimes() {
			for _, word := range column(&r) {
				if other, ok := seen[word]; ok {
					t.Errorf("%s: %q stands for %s and %s", name, word, other, r.Name)
				}
				seen[word] = r.Name
			}
		}
	}
	for _, r := range pack.Runtimes() {
		if got, ok := pack.RuntimeByName(r.Name); !ok || !cmp.Equal(got, r) {
			t.Errorf("%s is found as %+v, %v", r.Name, got, ok)
		}
		if r.HasEnvironments() != (r.Manifest != "") || r.HasEnvironments() != (r.RangeExample != "") || !slices.Contains(r.Words, string(r.Name)) || !slices.Contains(r.RunnerTypes, string(r.Name)) {
			t.Errorf("%+v", r)
		}
	}
}

func TestRuntimesBelongToTheCaller(t *testing.T) {
	t.Parallel()
	table := pack.Runtimes()
	table[0].Words[0] = "cobol"
	if _, ok := pack.RuntimeLookUps()["word"]("cobol"); ok {
		t.Error("a caller changed the table")
	}
}
