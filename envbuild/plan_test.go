package envbuild_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
)

// plan plans one pack.
func (s *stage) plan(t *testing.T, req envbuild.Request) []pack.EnvironmentPlan {
	t.Helper()
	plans, err := s.builder(t).PlanEnvironments(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return plans
}

// A plan has what a build installs, with the digests of the index, and leaves nothing.
func TestPlanOfPython(t *testing.T) {
	t.Parallel()
	t.Run("pip", func(t *testing.T) { t.Parallel(); checkPythonPlan(t, "python3") })
	if _, err := exec.LookPath("uv"); err == nil { // uv is optional
		t.Run("uv", func(t *testing.T) { t.Parallel(); checkPythonPlan(t, "python3", "uv") })
	}
}

func checkPythonPlan(t *testing.T, programs ...string) {
	t.Helper()
	s, started := newRealStage(t, programs...)
	index := newPythonIndex(t, s)
	path := s.pack(t, "app", "requirements.txt", "textstats")
	plan := s.plan(t, envbuild.Request{Paths: []string{path}})
	want := []pack.Distribution{{Name: "textstats", Version: "1.0.0", Digests: []pack.Digest{pack.Digest("sha256:" + index.sum)}}}
	if diff := cmp.Diff(want, plan[0].Distributions); diff != "" || plan[0].Ref != "app" || plan[0].Instance != "" {
		t.Errorf("got %+v (-want +got):\n%s", plan, diff)
	}
	if left, err := filepath.Glob(filepath.Join(s.config.Dir, "python", "*")); err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
	built := s.mustBuild(t, path).Of(pack.RuntimePython)
	before := len(started.commands())
	again := s.plan(t, envbuild.Request{Paths: []string{path}})
	if again[0].Instance != built.Instance || again[0].Key != plan[0].Key || len(started.commands()) != before {
		t.Errorf("got %+v with %d processes, want the instance %s", again, len(started.commands())-before, built.Instance)
	}
	anew := s.plan(t, envbuild.Request{Paths: []string{path}, Rebuild: true})
	if diff := cmp.Diff(plan, anew); diff != "" {
		t.Errorf("plan of a rebuild (-want +got):\n%s", diff)
	}
}

func TestPlanOfNode(t *testing.T) {
	t.Parallel()
	s, _, r := needNPM(t)
	s.config.NodeRegistry = r.url
	r.add(t, "a", `{"optionalDependencies": {"b": "*", "elsewhere": "*"}, "scripts": {"install": "touch x"}}`)
	r.add(t, "b", `{}`)
	r.add(t, "elsewhere", `{"os": ["sunos"]}`)
	path := s.pack(t, "app", "package.json", dependsOnA)
	plan := s.plan(t, envbuild.Request{Paths: []string{path}})
	if got := names(plan[0].Distributions); got != "a 1.0.0, b 1.0.0" || plan[0].Distributions[0].Integrity != r.packages["a"].integrity() {
		t.Errorf("got %s: %+v", got, plan)
	}
	built := s.mustBuild(t, path).Of(pack.RuntimeNode)
	if diff := cmp.Diff(built.Distributions, plan[0].Distributions); diff != "" {
		t.Errorf("built and planned (-built +planned):\n%s", diff)
	}
	lock := r.lock("a", r.url+"/a/-/package.tgz", r.packages["a"].integrity())
	locked := s.plan(t, envbuild.Request{Paths: []string{s.pack(t, "locked", "package.json", dependsOnA, "package-lock.json", lock)}})
	if got := names(locked[0].Distributions); got != "a 1.0.0" {
		t.Errorf("of a lock: %s", got)
	}
}

func names(ds []pack.Distribution) string {
	var all []string
	for _, d := range ds {
		all = append(all, d.Name+" "+d.Version)
	}
	return strings.Join(all, ", ")
}

// What exists only as source is refused, and its code does not run.
func TestPlanNeedsSource(t *testing.T) {
	t.Parallel()
	s, _ := newRealStage(t, "python3")
	links := filepath.Join(s.dir, "links")
	write(t, filepath.Join(links, "evil-1.0.tar.gz"), string(tarGz(t, "evil-1.0/setup.py", "raise SystemExit(7)\n",
		"evil-1.0/PKG-INFO", "Metadata-Version: 1.0\nName: evil\nVersion: 1.0\n")))
	s.config.FindLinks = []string{links}
	_, err := s.builder(t).PlanEnvironments(t.Context(), envbuild.Request{Paths: []string{s.pack(t, "app", "requirements.txt", "evil")}})
	if pack.CodeOf(err) != pack.CodeBuildFailed && pack.CodeOf(err) != pack.CodePolicyDenied {
		t.Errorf("err = %v", err)
	}
}
