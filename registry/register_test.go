package registry_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/wirecheck"
	"github.com/packtrain/pack/registry"
)

func TestRegisterActivatesAPack(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	path := write(t, simplePack("demo", "1.0.0").with(files{
		".git/HEAD": "ref: refs/heads/main\n", ".hg/hgrc": "[hooks]\n", "actions/.svn/entries": "12\n", ".bzr/README": "",
	}))
	pin := pack.Pin{Scheme: "git", Location: "https://git.example.com/demo", Commit: "c0ffee"}
	report, err := s.Register(t.Context(), registry.Request{Contents: []*pack.Content{{Dir: path, Pin: pin}}})
	if err != nil {
		t.Fatal(err)
	}
	got := report.Registered[0]
	current := filepath.Join(r.dir, "current", "demo")
	if got.Ref != "demo" || got.ID != 1 || got.Version.String() != "1.0.0" || got.StoragePath != current || got.Path != path || got.Unchanged {
		t.Errorf("got %+v", got)
	}
	if want := (registry.ComponentCounts{Actions: 1}); got.Components != want {
		t.Errorf("got components %+v", got.Components)
	}
	if script, err := os.ReadFile(filepath.Join(current, "actions", "run.sh")); err != nil || !strings.Contains(string(script), "demo 1.0.0") {
		t.Errorf("active script: %q, %v", script, err)
	}
	for _, name := range []string{".git", ".hg", "actions/.svn", ".bzr"} {
		if _, err := os.Lstat(filepath.Join(current, name)); err == nil {
			t.Errorf("%s was copied", name)
		}
	}
	details, err := s.Show(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	if details.Active.Name != got.Generation || details.Active.Pin != pin || len(details.Generations) != 1 || details.Components[0].Ref != "demo.run" {
		t.Errorf("got %+v", details)
	}
	checkDigests(t, current, details.Active)
}

func checkDigests(t *testing.T, dir string, g registry.Generation) {
	t.Helper()
	tree, err := pack.TreeDigest(os.DirFS(dir))
	if err != nil || tree != g.TreeDigest {
		t.Errorf("tree digest %v, %v, recorded %v", tree, err, g.TreeDigest)
	}
	directory, err := pack.DirectoryChecksum(os.DirFS(dir))
	if err != nil || directory != g.DirectoryChecksum {
		t.Errorf("directory checksum %v, %v, recorded %v", directory, err, g.DirectoryChecksum)
	}
}

func TestReportsHaveNoNullLists(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	register(t, s, "", write(t, simplePack("demo", "1.0.0")))
	tested := simplePack("demo", "1.1.0").tested("  runners: {unit: {type: script, entry_point: tests/run.sh}}\n").
		with(files{"setup.py": "x", "tests/run.sh": "#!/bin/sh\nprintf 'Total Tests: 2\\nPassed: 2\\n'\n"})
	good, bad := write(t, tested), write(t, files{"pack.yaml": "ref: Bad\n"})
	report, err := s.Register(t.Context(), registry.Request{Paths: []string{good, bad}, Replace: registry.ReplaceUpgrade})
	if len(report.Failed) != 1 || err == nil {
		t.Fatalf("got %+v, %v", report, err)
	}
	nulls, unseen := wirecheck.Nulls(report)
	unseen = slices.DeleteFunc(unseen, func(list string) bool { // there are none
		return list == "report.Warnings" || strings.HasPrefix(list, "report.Registered[0].Changes.")
	})
	if len(nulls)+len(unseen) > 0 {
		t.Errorf("nulls at %v, not seen: %v", nulls, unseen)
	}
	empty, err := s.Register(t.Context(), registry.Request{Paths: []string{bad}})
	if nulls, _ := wirecheck.Nulls(empty); len(nulls) > 0 || err == nil {
		t.Errorf("nulls at %v", nulls)
	}
}

// TestStagedContentIsTakenOver: content in the staging of the root is moved, and
// refused when it is not what was promised; content elsewhere stays where it is.
func TestStagedContentIsTakenOver(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		elsewhere bool
		change    files
		want      pack.Code
	}{
		"moved":     {},
		"changed":   {change: files{"lib/deep/data.txt": "changed"}, want: pack.CodeContentChanged},
		"more":      {change: files{"lib/deep/more.txt": "more"}, want: pack.CodeContentChanged},
		"elsewhere": {elsewhere: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRoot(t)
			s := r.open(t)
			staging, release, err := s.Stage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer release()
			dir := write(t, simplePack("demo", "1.0.0"))
			if !tc.elsewhere {
				moved := filepath.Join(staging, "demo")
				if err := os.Rename(dir, moved); err != nil {
					t.Fatal(err)
				}
				dir = moved
			}
			c := stagedContent(t, dir)
			writeTo(t, dir, tc.change)
			report, err := s.Register(t.Context(), registry.Request{Contents: []*pack.Content{c}})
			if tc.want != "" {
				wantFailure(t, report, err, pack.StageRegistration, tc.want)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(dir); (err == nil) != tc.elsewhere {
				t.Errorf("the content is still there: %v", err)
			}
			details, err := s.Show(t.Context(), "demo")
			if err != nil {
				t.Fatal(err)
			}
			checkDigests(t, details.StoragePath, details.Active)
		})
	}
}

// stagedContent is what an earlier stage knows of the pack in dir.
func stagedContent(t *testing.T, dir string) *pack.Content {
	t.Helper()
	p, err := pack.Load(os.DirFS(dir), nil)
	tree, err2 := pack.TreeDigest(os.DirFS(dir))
	sum, err3 := pack.DirectoryChecksum(os.DirFS(dir))
	if err := errors.Join(err, err2, err3); err != nil {
		t.Fatal(err)
	}
	return &pack.Content{Dir: dir, ID: p.Manifest.ID(), Pack: p, TreeDigest: tree, DirectoryChecksum: sum, Staged: true}
}

func TestRegisterAgainChangesNothing(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	path := write(t, simplePack("demo", "1.0.0"))
	first := register(t, s, "", path)
	before := snapshot(t, r.dir)
	for _, replace := range []registry.Replace{registry.ReplaceNever, registry.ReplaceUpgrade, registry.ReplaceAny} {
		again := register(t, s, replace, path)
		if !again[0].Unchanged {
			t.Errorf("replace %q: not unchanged", replace)
		}
		again[0].Unchanged = false
		if diff := cmp.Diff(first, again); diff != "" {
			t.Errorf("replace %q: (-first +again)\n%s", replace, diff)
		}
	}
	if diff := cmp.Diff(before, snapshot(t, r.dir)); diff != "" {
		t.Errorf("the root was written: (-before +after)\n%s", diff)
	}
}

// TestTreesThatWereVerified: content with another digest than the one that was
// verified is refused, whatever may be replaced.
func TestTreesThatWereVerified(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	path := write(t, simplePack("demo", "1.0.0"))
	tree, err := pack.TreeDigest(os.DirFS(path))
	if err != nil {
		t.Fatal(err)
	}
	req := registry.Request{Contents: []*pack.Content{{Dir: path, TreeDigest: tree}}, Replace: registry.ReplaceAny, SkipValidation: true}
	if _, err := s.Register(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	writeTo(t, path, files{"lib/deep/data.txt": "changed"})
	report, err := s.Register(t.Context(), req)
	wantFailure(t, report, err, pack.StageLoad, pack.CodeContentChanged)
	if rec, err := s.Show(t.Context(), "demo"); err != nil || rec.Active.TreeDigest != tree {
		t.Errorf("active is %s, %v", rec.Active.TreeDigest, err)
	}
}

func TestReplace(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, version string
		replace       registry.Replace
		want          pack.Code // "" for success
	}{
		{"zero", "2.0.0", "", pack.CodeAlreadyInstalled},
		{"never", "2.0.0", registry.ReplaceNever, pack.CodeAlreadyInstalled},
		{"upgrade", "2.0.0", registry.ReplaceUpgrade, ""},
		{"same version, other content", "1.0.0", registry.ReplaceUpgrade, pack.CodeConflict},
		{"only build metadata", "1.0.0+b2", registry.ReplaceUpgrade, pack.CodeConflict},
		{"downgrade", "0.9.0", registry.ReplaceUpgrade, pack.CodeAlreadyInstalled},
		{"to a pre-release", "1.0.0-rc.1", registry.ReplaceUpgrade, pack.CodeAlreadyInstalled},
		{"any, same version", "1.0.0", registry.ReplaceAny, ""},
		{"any, downgrade", "0.9.0", registry.ReplaceAny, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newRoot(t).open(t)
			before := register(t, s, "", write(t, simplePack("demo", "1.0.0")))[0]
			other := write(t, simplePack("demo", tt.version).with(files{"new.txt": "new"}))
			report, err := s.Register(t.Context(), registry.Request{Paths: []string{other}, Replace: tt.replace})
			details, showErr := s.Show(t.Context(), "demo")
			if showErr != nil {
				t.Fatal(showErr)
			}
			if tt.want != "" {
				wantFailure(t, report, err, pack.StageRegistration, tt.want)
				if details.Active.Name != before.Generation {
					t.Errorf("active generation %s, want %s", details.Active.Name, before.Generation)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := report.Registered[0]; got.ID != before.ID || got.Version.String() != tt.version || details.Active.Previous != before.Generation {
				t.Errorf("got %+v, active %+v", got, details.Active)
			}
		})
	}
}

func TestUpgradeRemovesComponentsAndKeepsConfig(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	register(t, s, "", write(t, simplePack("demo", "1.0.0")))
	config := map[string]any{"token": "secret"}
	if err := second(s.SetConfig(t.Context(), "demo", config, nil)); err != nil {
		t.Fatal(err)
	}
	next := simplePack("demo", "1.1.0").with(files{
		"actions/run.yaml": "", "actions/run.sh": "",
		"triggers/tick.yaml": "ref: demo.tick\nlabel: Tick\ndescription: Ticks.\n",
	})
	register(t, s, registry.ReplaceUpgrade, write(t, next))
	details, err := s.Show(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	if len(details.Components) != 1 || details.Components[0].Ref != "demo.tick" || len(details.Generations) != 2 {
		t.Errorf("got components %+v, %d generations", details.Components, len(details.Generations))
	}
	if got, err := s.Config(t.Context(), "demo"); err != nil || !cmp.Equal(config, got.Config.Values()) {
		t.Errorf("got configuration %v, %v", got, err)
	}
}

func TestValidation(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	// The entry point is missing, and one component belongs to another pack.
	path := write(t, simplePack("demo", "1.0.0").with(files{
		"actions/run.sh":     "",
		"actions/theft.yaml": "ref: other.action\nlabel: A\ndescription: B\nrunner_type: native\n",
	}))
	report, err := s.Register(t.Context(), registry.Request{Paths: []string{path}})
	wantFailure(t, report, err, pack.StageValidation, pack.CodeInvalidRef)

	report, err = s.Register(t.Context(), registry.Request{Paths: []string{path}, SkipValidation: true})
	if err != nil {
		t.Fatal(err)
	}
	got := report.Registered[0]
	if got.Validation.Valid || len(got.Validation.Errors) < 2 || len(got.Validation.Findings) < len(got.Validation.Errors) || got.Components.Actions != 1 {
		t.Errorf("got %+v", got)
	}
	again := register(t, s, "", path)[0]
	if !again.Unchanged || again.Validation.Valid {
		t.Errorf("registered again: got %+v", again)
	}
}

// TestEmptyFilesAreKept: a package of Python may be nothing but an empty file.
func TestEmptyFilesAreKept(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	path := write(t, simplePack("demo", "1.0.0").with(files{"lib/a.py": "x"}))
	if err := os.WriteFile(filepath.Join(path, "lib", "__init__.py"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	stored := register(t, s, "", path)[0].StoragePath
	if _, err := os.Stat(filepath.Join(stored, "lib", "__init__.py")); err != nil {
		t.Error(err)
	}
}

func TestRequestErrors(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	if _, err := s.Register(t.Context(), registry.Request{}); !errors.Is(err, pack.ErrInvalid) {
		t.Errorf("no paths: got %v", err)
	}
	if _, err := s.Register(t.Context(), registry.Request{Paths: []string{"x"}, Replace: "sometimes"}); !errors.Is(err, pack.ErrInvalid) {
		t.Errorf("unknown replace: got %v", err)
	}
	report, err := s.Register(t.Context(), registry.Request{Paths: []string{filepath.Join(t.TempDir(), "none")}})
	wantFailure(t, report, err, pack.StageLoad, pack.CodeNotFound)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Register(t.Context(), registry.Request{Paths: []string{"x"}}); !errors.Is(err, pack.ErrInvalid) {
		t.Errorf("closed: got %v", err)
	}
}
