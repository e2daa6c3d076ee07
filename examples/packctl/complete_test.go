package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestCompletion(t *testing.T) {
	t.Parallel()
	need(t, "git")
	dir := messagePacks(t)
	root := filepath.Join(t.TempDir(), "root")
	for _, name := range []string{"lib0", "lib", "app", "jira"} {
		wantStatus(t, on(t, root)("register", filepath.Join(dir, name), "--replace", "any"), exitOK)
	}
	index := filepath.Join(t.TempDir(), "index.json")
	wantStatus(t, packctl(t, "index", "add", index, filepath.Join(dir, "lib"), filepath.Join(dir, "lib2"), filepath.Join(dir, "jira")), exitOK)
	tests := map[string]struct {
		args []string
		want []string
	}{
		"commands":               {[]string{"ro"}, []string{"rollback"}},
		"refs":                   {[]string{"history", ""}, []string{"app", "jira", "lib"}},
		"begun":                  {[]string{"history", "l"}, []string{"lib"}},
		"refs given already":     {[]string{"verify", "lib", ""}, []string{"app", "jira"}},
		"one ref only":           {[]string{"history", "lib", ""}, nil},
		"actions":                {[]string{"run", "app."}, []string{"app.chain", "app.get_issue"}},
		"actions of one pack":    {[]string{"run", "ji"}, []string{"jira.get_issue"}},
		"components":             {[]string{"disable", "jira.c"}, []string{"jira.created"}},
		"parameters":             {[]string{"run", "app.get_issue", ""}, []string{"key="}},
		"parameters given":       {[]string{"run", "app.get_issue", "key=1", ""}, nil},
		"versions that are kept": {[]string{"rollback", "lib", "--to", ""}, []string{"1.0.0", "0.9.0"}},
		"generations":            {[]string{"pin", "lib", "0.9"}, []string{"0.9.0"}},
		"both of a diff":         {[]string{"diff", "lib", "0.9.0", ""}, []string{"1.0.0"}},
		"specs":                  {[]string{"install", "--index", index, ""}, []string{"jira", "lib"}},
		"versions of the index":  {[]string{"install", "--index", index, "lib@"}, []string{"lib@2.0.0", "lib@1.0.0"}},
		"a path":                 {[]string{"install", "--index", index, "./l"}, nil},
		"names of indices":       {[]string{"search", "--index", "corp=" + index, "--claim", ""}, []string{"corp="}},
		"values of flags":        {[]string{"register", ".", "--isolation", "c"}, []string{"contained"}},
		"codes":                  {[]string{"findings", "schema.secret"}, []string{"schema.secret_value"}},
		"shells":                 {[]string{"completion", ""}, []string{"bash", "zsh", "fish"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := packctl(t, slices.Concat([]string{"__complete", "--root", root}, tt.args)...)
			var got []string
			for line := range strings.Lines(o.stdout) {
				if word, _, _ := strings.Cut(strings.TrimSpace(line), "\t"); !strings.HasPrefix(word, ":") {
					got = append(got, word)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q\n%s", got, tt.want, o.stderr)
			}
		})
	}
}

// TestCompletionCreatesNoRoot completes words where there is no root.
func TestCompletionCreatesNoRoot(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "root")
	for _, args := range [][]string{{"show", ""}, {"run", "a."}, {"env", "show", ""}, {"rollback", "a", "--to", ""}, {"install", ""}} {
		wantStatus(t, packctl(t, slices.Concat([]string{"__complete", "--root", root}, args)...), exitOK)
	}
	if _, err := os.Lstat(root); err == nil {
		t.Error("there is a root now")
	}
}
