package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/packtrain/pack"
)

// TestEnvironmentIsRebuilt: all packs that use an environment get the new instance in one
// operation, with their content and origin as they were.
func TestEnvironmentIsRebuilt(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	run := on(t, t.TempDir())
	files := goodPack()
	files["actions/a.yaml"] = "ref: demo.a\nlabel: A\ndescription: Acts\nrunner_type: python\nentry_point: a.py\n"
	files["actions/a.py"] = "print(1)\n"
	wantStatus(t, run("install", writeTree(t, files), "--quiet"), exitOK)
	for name, text := range files {
		files[name] = strings.ReplaceAll(text, "ref: demo", "ref: other")
	}
	wantStatus(t, run("install", writeTree(t, files), "--quiet"), exitOK)
	before := map[string]active{"demo": activeOf(t, run, "demo"), "other": activeOf(t, run, "other")}
	key, _, _ := strings.Cut(run("env", "list").stdout, "-")
	if o := run("env", "rebuild", key, "--quiet"); o.status != exitOK {
		t.Fatalf("got %+v", o)
	}
	wantOneNewInstance(t, run, before)
	wantStatus(t, run("run", "demo.a"), exitOK)
	wantStatus(t, run("env", "rebuild", "nothing"), exitFailed)
}

// wantOneNewInstance checks that the packs have new generations of the same content, with
// one new build of the same environment.
func wantOneNewInstance(t *testing.T, run func(...string) outcome, before map[string]active) {
	t.Helper()
	instances := map[string]bool{}
	for ref, old := range before {
		now := activeOf(t, run, ref)
		if now.Generation == old.Generation || now.Checksum != old.Checksum || now.Environments[0].Instance == old.Environments[0].Instance || now.Environments[0].Key != old.Environments[0].Key {
			t.Errorf("%s: got %+v, before %+v", ref, now, old)
		}
		instances[now.Environments[0].Instance] = true
	}
	if len(instances) != 1 {
		t.Errorf("instances %v", instances)
	}
}

type active struct {
	Generation   string             `json:"generation"`
	Checksum     string             `json:"directory_checksum"`
	Environments []pack.Environment `json:"environments"`
}

func activeOf(t *testing.T, run func(...string) outcome, ref string) active {
	t.Helper()
	var shown struct {
		Active active `json:"active"`
	}
	o := run("show", ref, "--json")
	if err := json.Unmarshal([]byte(o.stdout), &shown); err != nil || len(shown.Active.Environments) != 1 {
		t.Fatalf("%v: %+v", err, o)
	}
	return shown.Active
}
