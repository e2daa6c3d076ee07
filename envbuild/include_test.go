package envbuild_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
)

func TestIncludedRequirements(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var requirements, constraints string
	s.tools.OnRun = s.readFile(t, "--requirement", &requirements)
	files := []string{"requirements.txt", "-r req/base.txt\nalpha\n-c limits.txt", "req/base.txt", "Beta>=1", "limits.txt", "gamma<2"}
	first := s.mustBuild(t, s.pack(t, "app", files...)).Of(pack.RuntimePython)
	s.tools.OnRun = s.readFile(t, "--constraint", &constraints)
	files[5] = "gamma<3"
	second := s.mustBuild(t, s.pack(t, "other", files...)).Of(pack.RuntimePython)
	if diff := cmp.Diff([]string{"alpha\nbeta>=1\n", "gamma<3\n"}, []string{requirements, constraints}); diff != "" || first.Key == second.Key {
		t.Errorf("Keys %s and %s (-want +got):\n%s", first.Key, second.Key, diff)
	}
	_, err := s.build(t, s.pack(t, "bad", "requirements.txt", "-r req/base.txt", "req/base.txt", "\n--pre"))
	if pack.CodeOf(err) != pack.CodePolicyDenied || !strings.Contains(err.Error(), "req/base.txt:2: option") {
		t.Errorf("err = %v", err)
	}
}

// Versions that a tool which is not used pins are neither ignored nor guessed.
func TestForeignLocks(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	files := []string{"package.json", `{"dependencies": {"a": "1"}}`, "yarn.lock", "# yarn lockfile v1\n"}
	app := s.pack(t, "app", files...)
	_, err := s.build(t, app)
	if e, ok := errors.AsType[*envbuild.BuildError](err); !ok || e.Reason != envbuild.ReasonForeignLock || e.Package != "yarn.lock" || !errors.Is(err, pack.ErrPolicy) {
		t.Errorf("err = %v", err)
	}
	s.mustBuild(t, s.pack(t, "both", append(files, "package-lock.json", `{"lockfileVersion": 3, "packages": {}}`)...))
	s.mustBuild(t, s.pack(t, "nothing", "package.json", `{}`, "yarn.lock", ""))
	s.config.Policy.IgnoreForeignLocks = true
	s.mustBuild(t, app)
}

// What decides the result reaches npm: aliases, overrides, peer dependencies, shrinkwraps.
func TestRealNodeForms(t *testing.T) {
	t.Parallel()
	s, _, r := needNPM(t)
	r.add(t, "a", `{"dependencies": {"c": "npm:b@1"}}`)
	r.add(t, "b", `{}`)
	names := func(ref string, files ...string) string {
		var names []string
		for _, d := range s.mustBuild(t, s.pack(t, ref, files...)).Of(pack.RuntimeNode).Distributions {
			names = append(names, d.Name)
		}
		return strings.Join(names, " ")
	}
	shrinkwrap := strings.Replace(r.lock("a", r.url+"/a/-/package.tgz", r.packages["a"].integrity()), `"node_modules/a": {`,
		`"node_modules/c": {"name": "b", "version": "1.0.0", "integrity": "`+r.packages["b"].integrity()+`"}, "node_modules/a": {"dependencies": {"c": "npm:b@1"}, `, 1)
	for name, tt := range map[string]struct {
		files []string
		want  string
	}{
		"transitive alias": {[]string{"package.json", dependsOnA}, "a b"},
		"alias":            {[]string{"package.json", `{"dependencies": {"z": "npm:b@^1"}}`}, "b"},
		"override":         {[]string{"package.json", `{"dependencies": {"a": "1"}, "overrides": {"c": "npm:a@1"}}`}, "a a"},
		"peer":             {[]string{"package.json", `{"peerDependencies": {"b": "1"}}`}, "b"},
		"shrinkwrap":       {[]string{"package.json", dependsOnA, "npm-shrinkwrap.json", shrinkwrap, "package-lock.json", "{"}, "a b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := names(strings.ReplaceAll(name, " ", "-"), tt.files...); got != tt.want {
				t.Errorf("installed %q, want %q", got, tt.want)
			}
		})
	}
}
