package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
)

const goodManifest = "ref: demo\nversion: 1.0.0\nlabel: Demo\ndescription: For tests\n"

func goodPack() map[string]string {
	return map[string]string{
		"pack.yaml":        goodManifest,
		"actions/run.yaml": "ref: demo.run\nlabel: Run\ndescription: Runs\nentry_point: run.sh\n",
		"actions/run.sh":   "#!/bin/sh\n",
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	missing := goodPack()
	delete(missing, "actions/run.sh")
	tests := []struct {
		name   string
		files  map[string]string
		status int
		want   validatedPack
		codes  []string
	}{
		{
			"valid", goodPack(), exitOK,
			validatedPack{Ref: "demo", Valid: true, Components: map[pack.Kind]int{pack.KindAction: 1}},
			nil,
		},
		{
			"missing script", missing, exitFailed,
			validatedPack{Ref: "demo", Components: map[pack.Kind]int{pack.KindAction: 1}},
			[]string{"action.entry_point_missing"},
		},
		{
			"no manifest",
			map[string]string{"README": "x"},
			exitFailed,
			validatedPack{Components: map[pack.Kind]int{}},
			[]string{"manifest.missing"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := writeTree(t, tt.files)
			o := packctl(t, "validate", dir, "--json")
			got := decode[validationReport](t, o).Packs[0]
			var codes []string
			for _, f := range got.Findings {
				codes = append(codes, string(f.Code))
			}
			tt.want.Path, tt.want.Version = dir, got.Version
			if got.Findings == nil {
				t.Error("findings are null")
			}
			got.Findings = nil
			if diff := cmp.Diff(tt.want, got); diff != "" || o.status != tt.status || !cmp.Equal(codes, tt.codes) {
				t.Errorf("status %d, codes %q, -want +got:\n%s", o.status, codes, diff)
			}
		})
	}
}

func TestValidatePrintsFindings(t *testing.T) {
	t.Parallel()
	files := goodPack()
	delete(files, "actions/run.sh")
	got := packctl(t, "validate", writeTree(t, files), writeTree(t, goodPack()))
	for _, want := range []string{"demo@1.0.0 invalid\n", "demo@1.0.0 valid\n", "  1 actions\n", "  error: actions/run.yaml:"} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("no %q in:\n%s", want, got.stdout)
		}
	}
	if got.status != exitFailed || !strings.Contains(got.stderr, "1 of 2 packs did not pass") {
		t.Errorf("got %+v", got)
	}
}

func TestValidateTellsOfAllPathsWhenOneCannotBeRead(t *testing.T) {
	t.Parallel()
	good, none := writeTree(t, goodPack()), filepath.Join(t.TempDir(), "none")
	o := packctl(t, "validate", none, good, "--json")
	wantStatus(t, o, exitFailed)
	got := decode[validationReport](t, o).Packs
	if len(got) != 2 || got[0].Path != none || got[0].Valid || got[1].Path != good || !got[1].Valid {
		t.Fatalf("got %+v", got)
	}
	if f := got[0].Findings; len(f) != 1 || f[0].Code != "tree.unreadable" || !strings.Contains(f[0].Message, "no such file") {
		t.Errorf("findings: %v", f)
	}
}

func TestValidateOtherShape(t *testing.T) {
	t.Parallel()
	dir := writeTree(t, map[string]string{
		"pack.yaml":        "name: Demo\nversion: 1.0.0\nref: demo\ndescription: d\n",
		"actions/run.yaml": "name: run\nrunner_type: local-shell-script\nentry_point: run.sh\ndescription: d\n",
		"actions/run.sh":   "#!/bin/sh\n",
	})
	if got := packctl(t, "validate", dir); got.status != exitFailed {
		t.Errorf("native: got %+v", got)
	}
	if got := packctl(t, "validate", dir, "--compat", "stackstorm"); got.status != exitOK {
		t.Errorf("compat: got %+v", got)
	}
	if got := packctl(t, "validate", dir, "--compat", "salt"); got.status != exitUsage {
		t.Errorf("unknown: got %+v", got)
	}
}

// TestAllFindingsAreTold: none is cut from what a command prints, nor from its
// report.
func TestAllFindingsAreTold(t *testing.T) {
	t.Parallel()
	files := goodPack()
	for _, name := range []string{"a", "b", "c"} {
		files["actions/"+name+".yaml"] = "ref: demo." + name + "\n"
	}
	dir, root := writeTree(t, files), filepath.Join(t.TempDir(), "root")
	for _, args := range [][]string{
		{"register", dir, "--root", root}, {"deps", dir, "--root", root}, {"install", dir, "--root", root, "--skip-envs"}, {"validate", dir},
	} {
		o := packctl(t, args...)
		for _, name := range []string{"a", "b", "c"} {
			if want := " actions/" + name + ".yaml:1: entry_point is missing"; o.status != exitFailed || strings.Count(o.stdout+o.stderr, want) != 1 {
				t.Errorf("%q: exit %d, want %q once in\n%s\n%s", args, o.status, want, o.stdout, o.stderr)
			}
		}
		if o := packctl(t, append(args, "--json")...); strings.Count(o.stdout, `"action.no_entry_point"`) < 3 {
			t.Errorf("%q --json: got %s", args, o.stdout)
		}
	}
}

// What validates in another shape takes the whole way in that shape.
func TestOtherShapeOfAllCommands(t *testing.T) {
	t.Parallel()
	dir := writeTree(t, map[string]string{
		"pack.yaml":        "name: Demo\nversion: 1.0.0\nref: demo\ndescription: d\n",
		"actions/run.yaml": "name: run.it\nrunner_type: local-shell-script\nentry_point: run.sh\ndescription: d\n",
		"actions/run.sh":   "#!/bin/sh\n",
	})
	root := filepath.Join(t.TempDir(), "root")
	if got := packctl(t, "--root", root, "install", dir); got.status != exitFailed {
		t.Errorf("native: got %+v", got)
	}
	for _, args := range [][]string{
		{"deps", dir}, {"build", dir}, {"download", dir, "--dest", t.TempDir()}, {"register", dir}, {"install", dir},
	} {
		if got := packctl(t, append([]string{"--root", root, "--compat", "stackstorm"}, args...)...); got.status != exitOK {
			t.Errorf("%s: got %+v", args[0], got)
		}
	}
	if got := packctl(t, "--root", root, "show", "demo", "--json"); !strings.Contains(got.stdout, `"demo.run.it"`) {
		t.Errorf("show: got %+v", got)
	}
}
