package envbuild_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
)

func TestDescribedCommands(t *testing.T) {
	t.Parallel()
	c := newCobol(t, "3.1.2")
	c.describe(t, cobolRuntime)
	var seen []string
	c.do = func(cmd pack.Command) {
		files, _ := filepath.Glob(filepath.Join(cmd.Dir, "*"))
		for _, f := range files {
			seen = append(seen, filepath.Base(f))
		}
	}
	e := c.mustBuild(t, c.pack(t, "app", "cobfile", "a\n", "cobfile.lock", "a 1\n", "secret.txt", "x")).Of("cobol")
	env, work := c.short(e.Path), c.short(e.Path)+".partial"
	want := []string{
		"$/cobol/mk " + env + "/lib " + work + "/pack",
		"$/cobol/get -m " + work + "/pack/cobfile $/cobol/va/cobol",
	}
	if diff := cmp.Diff(want, c.lines()); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
	if want := []string{"cobfile", "cobfile.lock", "cobfile", "cobfile.lock"}; !cmp.Equal(want, seen) {
		t.Errorf("commands see %q", seen)
	}
	for _, want := range []string{"COBLIB=" + env + "/lib", "COBPACK=" + work + "/pack", "HOME=" + work + "/home"} {
		if !slices.ContainsFunc(c.envs[1], func(v string) bool { return c.short(v) == want }) {
			t.Errorf("no %s in %q", want, c.envs[1])
		}
	}
	if e.Version != "GNU cobol 3.1.2" || e.Interpreter != filepath.Join(c.bin, "va", "cobol") || e.Program != e.Interpreter || e.Title() != "COBOL GNU cobol 3.1.2" || e.Link() != "env-cobol" {
		t.Errorf("got %+v", e)
	}
	attached := c.attached(t, "app")
	if len(attached) != 1 || attached[0].Described == nil || attached[0].Described.Described.Versions[0].Args[0] != "-run" {
		t.Errorf("attached: %+v", attached)
	}
}

// attached returns what is recorded for the content of a pack.
func (s *stage) attached(t *testing.T, ref string) []pack.Environment {
	t.Helper()
	tree, err := pack.TreeDigest(os.DirFS(filepath.Join(s.dir, "packs", ref)))
	if err != nil {
		t.Fatal(err)
	}
	envs, err := s.builder(t).Environments(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	return envs
}

// TestDescribedKeys: what decides the result is in the Key, and nothing else.
func TestDescribedKeys(t *testing.T) {
	t.Parallel()
	c := newCobol(t, "3.1.2")
	key := func(ref, description string, files ...string) string {
		c.describe(t, description)
		return c.mustBuild(t, c.pack(t, ref, files...)).Of("cobol").Key
	}
	first := key("a", cobolRuntime, "cobfile", "a\n", "README", "x")
	for name, description := range map[string]string{
		"install": strings.Replace(cobolRuntime, "get, -m", "get, -q", 1), "create": strings.Replace(cobolRuntime, "{env_dir}/lib", "{env_dir}/l", 1),
		"variable": strings.Replace(cobolRuntime, "COBPACK", "COBPATH", 1), "layout": strings.Replace(cobolRuntime, "plain", "gem_home", 1),
	} {
		if key(name, description, "cobfile", "a\n") == first {
			t.Errorf("%s is not in the key", name)
		}
	}
	for name, files := range map[string][]string{"manifest": {"cobfile", "b\n"}, "lock": {"cobfile", "a\n", "cobfile.lock", ""}} {
		if key(name, cobolRuntime, files...) == first {
			t.Errorf("%s is not in the key", name)
		}
	}
	same := strings.NewReplacer("core.cobol", "other.cobol", "-run", "-go", "name: COBOL", "name: Other").Replace(cobolRuntime)
	if key("same", same, "cobfile", "a\n", "README", "y") != first {
		t.Error("the key depends on what changes nothing")
	}
	if e := c.mustBuild(t, filepath.Join(c.dir, "packs", "same")).Of("cobol"); !e.Reused || e.Described.Title != "Other" {
		t.Errorf("what is shared is described as by another one: %+v", e)
	}
}

func TestDescribedRebuildCheckAndDamage(t *testing.T) {
	t.Parallel()
	c := newCobol(t, "3.1.2")
	c.describe(t, cobolRuntime)
	c.do = func(cmd pack.Command) {
		if filepath.Base(cmd.Path) == "get" {
			write(t, filepath.Join(filepath.Dir(filepath.Dir(cmd.Dir)), strings.TrimSuffix(filepath.Base(filepath.Dir(cmd.Dir)), ".partial"), "lib", "a"), "1")
		}
	}
	app := c.pack(t, "app", "cobfile", "a\n")
	check := func() *envbuild.Environment {
		rep, err := c.builder(t).Build(t.Context(), envbuild.Request{Paths: []string{app}, Check: true})
		if err != nil {
			t.Fatal(err)
		}
		return rep.Built[0].Environments.Of("cobol")
	}
	if e := check(); e.Ready || len(c.lines()) > 0 {
		t.Errorf("a check before: %+v, started %q", e, c.lines())
	}
	first := c.mustBuild(t, app).Of("cobol")
	if e := check(); !e.Ready || !e.Reused {
		t.Errorf("a check after: %+v", e)
	}
	file := filepath.Join(first.Path, "lib", "a")
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	write(t, file, "changed")
	if e := check(); e.Ready || !cmp.Equal(e.Damage, []string{"lib/a was changed"}) {
		t.Errorf("a check of damage: %+v", e)
	}
	if e := c.mustBuild(t, app).Of("cobol"); e.Reused || e.Instance == first.Instance || e.Key != first.Key {
		t.Errorf("damage is not healed: %+v", e)
	}
	rep, err := c.builder(t).Build(t.Context(), envbuild.Request{Paths: []string{app}, Rebuild: true})
	if err != nil || rep.Summary.Built["cobol"] != 1 || len(rep.Warnings) != 1 || !strings.Contains(rep.Warnings[0].Message, "had a network") {
		t.Errorf("rebuilt: %+v, %v", rep, err)
	}
}

func TestDescribedInterpreters(t *testing.T) {
	t.Parallel()
	c := newCobol(t, "1.9", "2.2", "3.1.2", "broken")
	c.describe(t, cobolRuntime)
	app := c.pack(t, "app", "cobfile", "a\n", "actions/a.yaml", "ref: app.a\nrunner_type: cobol\nentry_point: a.cob\nruntime_version: '<3'\n", "actions/a.cob", "")
	e := c.mustBuild(t, app).Of("cobol")
	var passed []string
	for _, p := range e.PassedOver {
		passed = append(passed, c.short(p.Path)+": "+p.Reason)
	}
	if len(passed) != 3 || !strings.Contains(passed[0], "1.9.0 is not") || !strings.Contains(passed[1], "3.1.2 is not <3") || !strings.Contains(passed[2], "it did not say its version") {
		t.Errorf("passed over %q", passed)
	}
	if e.Version != "GNU cobol 2.2" {
		t.Errorf("made with %s", e.Version)
	}
	all := c.pack(t, "all", "cobfile", "b\n")
	rep, err := c.builder(t).Build(t.Context(), envbuild.Request{Paths: []string{all}, Prefer: map[pack.RuntimeName]string{"cobol": "3"}})
	if err != nil || rep.Built[0].Environments[0].Version != "GNU cobol 3.1.2" {
		t.Errorf("preferred: %+v, %v", rep, err)
	}
	for name, req := range map[string]envbuild.Request{
		"none is preferred": {Prefer: map[pack.RuntimeName]string{"cobol": "9"}},
		"range":             {Prefer: map[pack.RuntimeName]string{"cobol": "newest"}},
	} {
		req.Paths = []string{all}
		if _, err := c.builder(t).Build(t.Context(), req); err == nil {
			t.Errorf("%s: built", name)
		}
	}
	if rep, err := c.builder(t).Build(t.Context(), envbuild.Request{Paths: []string{all}, Skip: []pack.RuntimeName{"cobol"}}); err != nil || len(rep.Built[0].Environments) > 0 {
		t.Errorf("skipped: %+v, %v", rep, err)
	}
}

// TestDescribedVersions: each version of a runtime is made by its own commands.
func TestDescribedVersions(t *testing.T) {
	t.Parallel()
	c := newCobol(t, "2.2", "3.1.2")
	c.describe(t, cobolRuntime+`versions:
  - {version: "2", distributions: {verification: {commands: [{binary: cobol, args: [-v], pattern: "cobol 2"}]}}}
  - version: "3"
    distributions: {verification: {commands: [{binary: cobol, args: [-v], pattern: "cobol 3"}]}}
    execution_config:
      interpreter: {binary: cobol}
      environment: {create_command: [mk, three]}
`)
	two := c.mustBuild(t, c.pack(t, "two", "cobfile", "a\n")).Of("cobol")
	three := c.mustBuild(t, c.pack(t, "three", "cobfile", "a\n", pack.ManifestFile, "runtime_deps: [cobol>=3]\n")).Of("cobol")
	if two.Version != "GNU cobol 2.2" || three.Version != "GNU cobol 3.1.2" || len(c.lines()) != 3 || c.lines()[2] != "$/cobol/mk three" {
		t.Errorf("got %s by %q, %s", two.Version, c.lines(), three.Version)
	}
}

// TestHostileDescriptions: what a description, a manifest or a tool must not do fails, with
// its reason.
func TestHostileDescriptions(t *testing.T) {
	t.Parallel()
	own := strings.Replace(cobolRuntime, "core.cobol", "app.cobol", 1)
	for _, tt := range []struct {
		name   string
		pack   []string
		change func(t *testing.T, c *cobol)
		code   pack.Code
		reason envbuild.Reason
		says   string
		starts int // commands of the description
	}{
		{name: "own description", pack: []string{"runtimes/cobol.yaml", own}, code: pack.CodePolicyDenied, reason: envbuild.ReasonRuntime, says: "app.cobol"},
		{
			name: "own description in the name of another", pack: []string{"runtimes/cobol.yaml", own}, code: pack.CodePolicyDenied, reason: envbuild.ReasonRuntime, says: "app.cobol",
			change: func(_ *testing.T, c *cobol) { c.config.Policy.Runtimes = []string{"core.*"} },
		},
		{
			name: "program with a directory", code: pack.CodePolicyDenied, says: `the program "bin/mk"`,
			change: described("[mk,", "[bin/mk,"),
		},
		{
			name: "interpreter with a directory", code: pack.CodePolicyDenied, says: `the program "bin/cobol"`,
			change: described("[{binary: cobol", "[{binary: bin/cobol"),
		},
		{
			name: "no such program", code: pack.CodeBuildFailed, reason: envbuild.ReasonToolMissing, says: "no make-it found",
			change: described("[mk,", "[make-it,"),
		},
		{
			name: "path in a script", code: pack.CodeBuildFailed, says: "cannot be there",
			change: func(t *testing.T, c *cobol) {
				t.Helper()
				c.describe(t, strings.Replace(cobolRuntime, `[mk, "{env_dir}/lib", "{pack_dir}"]`, `[mk, -c, "x {env_dir}"]`, 1))
				c.config.Dir = filepath.Join(c.dir, "my envs; id")
			},
		},
		{
			name: "command that fails", code: pack.CodeBuildFailed, reason: envbuild.ReasonUnknown, says: "it does not work", starts: 2,
			change: func(t *testing.T, c *cobol) {
				t.Helper()
				c.describe(t, cobolRuntime)
				c.exit["get"] = 3
			},
		},
		{
			name: "link to another place", code: pack.CodeBuildFailed, reason: envbuild.ReasonInvalidPackage, says: "symbolic link to another place", starts: 2,
			change: func(t *testing.T, c *cobol) {
				t.Helper()
				c.describe(t, cobolRuntime)
				c.do = func(cmd pack.Command) {
					if filepath.Base(cmd.Path) == "mk" {
						_ = os.Symlink("../../../../etc", filepath.Join(filepath.Dir(cmd.Args[0]), "link"))
					}
				}
			},
		},
		{
			name: "young releases", code: pack.CodePolicyDenied, reason: envbuild.ReasonMinimumAge, says: "cannot leave out young releases",
			change: func(t *testing.T, c *cobol) {
				t.Helper()
				c.describe(t, cobolRuntime)
				c.config.Policy.MinimumAge = 1
			},
		},
		{
			name: "range", pack: []string{pack.ManifestFile, "runtime_deps: ['cobol>>2']\n"}, code: pack.CodeInvalidVersion, says: "COBOL version range",
			change: described("", ""),
		},
		{
			name: "no such version", pack: []string{pack.ManifestFile, "runtime_deps: ['cobol>4']\n"}, code: pack.CodeBuildFailed, says: "no COBOL satisfies >4 and >=2: found 3.1.2",
			change: described("", ""),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newCobol(t, "3.1.2")
			if tt.change != nil {
				tt.change(t, c)
			}
			_, err := c.build(t, c.pack(t, "app", append([]string{"cobfile", "a\n"}, tt.pack...)...))
			failed, _ := errors.AsType[*envbuild.BuildError](err)
			if pack.CodeOf(batchCause(err)) != tt.code || !strings.Contains(err.Error(), tt.says) || tt.reason != "" && (failed == nil || failed.Reason != tt.reason) {
				t.Errorf("got %v with code %s, %+v", err, pack.CodeOf(err), failed)
			}
			if tt.reason != "" && tt.reason != envbuild.ReasonUnknown && failed != nil && failed.Action() == "" {
				t.Errorf("no action for %s", tt.reason)
			}
			if got := c.lines(); len(got) != tt.starts {
				t.Errorf("started %q", got)
			}
			if tt.reason == envbuild.ReasonRuntime && len(c.tools.Commands()) > 0 {
				t.Errorf("something of a description that is not allowed was started: %v", c.tools.Commands())
			}
		})
	}
}

// batchCause returns the error of the one pack that failed.
func batchCause(err error) error {
	if b, ok := errors.AsType[*pack.BatchError](err); ok && len(b.Failures) == 1 {
		return b.Failures[0].Err
	}
	return err
}

// TestOwnDescriptions: what the policy lists is built like what the host describes, for that
// pack alone.
func TestOwnDescriptions(t *testing.T) {
	t.Parallel()
	c := newCobol(t, "3.1.2")
	c.config.Policy.Runtimes = []string{"app.cobol"}
	own := strings.Replace(cobolRuntime, "core.cobol", "app.cobol", 1)
	if e := c.mustBuild(t, c.pack(t, "app", "runtimes/cobol.yaml", own, "cobfile", "a\n")).Of("cobol"); e == nil || !e.Ready {
		t.Errorf("got %+v", e)
	}
	if envs := c.mustBuild(t, c.pack(t, "other", "cobfile", "a\n")); len(envs) > 0 {
		t.Errorf("another pack got %+v", envs)
	}
}

// TestDescribedPlansAndLocks: what is not known before is not claimed.
func TestDescribedPlansAndLocks(t *testing.T) {
	t.Parallel()
	c := newCobol(t, "3.1.2")
	c.describe(t, cobolRuntime)
	free, locked := c.pack(t, "free", "cobfile", "a\n"), c.pack(t, "locked", "cobfile", "a\n", "cobfile.lock", "a 1\n")
	plans := c.plan(t, envbuild.Request{Paths: []string{free, locked}})
	if len(plans) != 2 || plans[0].Key == "" || plans[0].Instance != "" || len(plans[0].Distributions) > 0 || len(c.lines()) > 0 {
		t.Errorf("planned %+v, started %q", plans, c.lines())
	}
	sets, err := c.builder(t).LockEnvironments(t.Context(), envbuild.Request{Paths: []string{free, locked}})
	if err != nil || len(sets) > 0 {
		t.Errorf("locked %+v, %v", sets, err)
	}
	rep, err := c.builder(t).Build(t.Context(), envbuild.Request{Paths: []string{free, locked}, OnlyLocked: true})
	wantReason(t, err, envbuild.ReasonNotLocked, "cobfile")
	if len(rep.Built) != 1 || rep.Built[0].Ref != "locked" {
		t.Errorf("built %+v", rep.Built)
	}
}
