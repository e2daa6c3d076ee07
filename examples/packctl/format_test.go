package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

// TestFormats prints a list in each format.
func TestFormats(t *testing.T) {
	t.Parallel()
	need(t, "git")
	dir := messagePacks(t)
	run := on(t, filepath.Join(t.TempDir(), "root"))
	wantStatus(t, run("register", filepath.Join(dir, "lib"), filepath.Join(dir, "app")), exitOK)
	if o := run("list", "-o", "name"); o.stdout != "app\nlib\n" {
		t.Errorf("name: got %q", o.stdout)
	}
	if o := run("list", "-o", "wide"); !strings.HasPrefix(o.stdout, "PACK  VERSION  UPDATED           GENERATION") || !strings.Contains(o.stdout, "/current/lib") {
		t.Errorf("wide: got %q", o.stdout)
	}
	byJSON, byYAML := run("list", "--json"), run("list", "-o", "yaml")
	var want, got map[string]any
	for text, v := range map[string]*map[string]any{byJSON.stdout: &want, byYAML.stdout: &got} {
		if err := yaml.Unmarshal([]byte(text), v); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || strings.Contains(byYAML.stdout, "{\"") {
		t.Errorf("yaml differs from json (-json +yaml)\n%s\n%s", diff, byYAML.stdout)
	}
	wantOutput(t, run("show", "lib", "-o", "name"), exitUsage, `--output "name": want one of json, yaml`)
	wantOutput(t, run("list", "-o", "xml"), exitUsage, "want one of json, yaml, name, wide")
	if o := run("show", "none", "-o", "json"); decode[failureReport](t, o).Code != "not_found" {
		t.Errorf("a failure: got %+v", o)
	}
	if o := run("install", "-o", "json"); decode[failureReport](t, o).Reason != reasonUsage {
		t.Errorf("an invalid line: got %+v", o)
	}
}

// TestRemoveSeveral removes packs that need each other in the order that works, and stops at
// one that others need.
func TestRemoveSeveral(t *testing.T) {
	t.Parallel()
	need(t, "git")
	dir := messagePacks(t)
	run := on(t, filepath.Join(t.TempDir(), "root"))
	wantStatus(t, run("register", filepath.Join(dir, "lib"), filepath.Join(dir, "app"), filepath.Join(dir, "jira")), exitOK)
	wantOutput(t, run("remove", "lib", "lib"), exitUsage, `"lib" is given twice`)
	wantOutput(t, run("remove", "jira", "lib"), exitFailed, "jira removed\n", "app")
	if o := run("list", "-o", "name"); o.stdout != "app\nlib\n" {
		t.Errorf("left are %q", o.stdout)
	}
	if got := decode[removalReport](t, run("remove", "lib", "app", "--json")).Removed; len(got) != 2 || got[0] != "app" {
		t.Errorf("removed %q", got)
	}
	if o := run("list", "-o", "name"); o.stdout != "" {
		t.Errorf("left are %q", o.stdout)
	}
}
