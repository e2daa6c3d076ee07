package envbuild_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
)

// backend is a build back end that needs nothing: it makes a wheel by hand.
const backend = `import zipfile
def build_wheel(directory, settings=None, metadata=None):
    name = "srconly-1.0-py3-none-any.whl"
    info = "srconly-1.0.dist-info/"
    with zipfile.ZipFile(directory + "/" + name, "w") as z:
        z.writestr("srconly.py", "made = 'from source'\n")
        z.writestr(info + "METADATA", "Metadata-Version: 2.1\nName: srconly\nVersion: 1.0\n")
        z.writestr(info + "WHEEL", "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        z.writestr(info + "RECORD", "srconly.py,,\n" + info + "METADATA,,\n" + info + "WHEEL,,\n" + info + "RECORD,,\n")
    return name
`

// sourceLinks makes a directory of packages: one that exists only as source, one that
// needs it, and one without either.
func sourceLinks(t *testing.T, s *stage) {
	t.Helper()
	links := filepath.Join(s.dir, "links")
	write(t, filepath.Join(links, "srconly-1.0.tar.gz"), string(tarGz(t,
		"srconly-1.0/pyproject.toml", "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n[project]\nname = \"srconly\"\nversion = \"1.0\"\n",
		"srconly-1.0/backend.py", backend,
		"srconly-1.0/PKG-INFO", "Metadata-Version: 2.1\nName: srconly\nVersion: 1.0\n")))
	wheel(t, links, "outer", "1.0", "outer-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: outer\nVersion: 1.0\nRequires-Dist: srconly>=1\n")
	wheel(t, links, "plain", "1.0", "plain.py", "")
	s.config.FindLinks = []string{links}
}

// eachPythonTool runs a test with pip and, if it is there, with uv.
func eachPythonTool(t *testing.T, test func(t *testing.T, s *stage)) {
	t.Helper()
	for name, programs := range map[string][]string{"pip": {"python3"}, "uv": {"python3", "uv"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath("uv"); err != nil && name == "uv" {
				t.Skip(err) // uv is optional
			}
			s, _ := newRealStage(t, programs...)
			test(t, s)
		})
	}
}

func TestPolicySource(t *testing.T) {
	t.Parallel()
	eachPythonTool(t, func(t *testing.T, s *stage) {
		t.Helper()
		sourceLinks(t, s)
		app := s.pack(t, "app", "requirements.txt", "# what it needs\nouter\n")
		plain := s.mustBuild(t, s.pack(t, "plain", "requirements.txt", "plain")).Of(pack.RuntimePython)
		for _, allowed := range [][]string{nil, {"other"}} {
			s.config.Policy.Source = allowed
			_, err := s.build(t, app)
			e, ok := errors.AsType[*envbuild.BuildError](err)
			if !ok || e.Reason != envbuild.ReasonNeedsSource || e.Package != "srconly" || !errors.Is(err, pack.ErrPolicy) {
				t.Fatalf("with %q: err = %v, %+v", allowed, err, e)
			}
			if want := []string{"requirements.txt:2"}; !slices.Equal(e.WantedBy[:1], want) || !strings.Contains(e.Message, "requirements.txt:2: srconly") {
				t.Errorf("wanted by %q: %s", e.WantedBy, e.Message)
			}
			if log, err := os.ReadFile(e.Log); err != nil || len(log) == 0 {
				t.Errorf("the output of the tool: %d bytes, %v", len(log), err)
			}
		}
		for _, allowed := range [][]string{{"srconly"}, {"SRC*"}, {"*"}} {
			s.config.Policy.Source = allowed
			p := s.mustBuild(t, app).Of(pack.RuntimePython)
			if got := script(t, p.Interpreter, "-I", "-B", "-c", "import srconly; print(srconly.made)"); got != "from source" {
				t.Errorf("with %q the package says %q", allowed, got)
			}
			again := s.mustBuild(t, s.pack(t, "again", "requirements.txt", "plain")).Of(pack.RuntimePython)
			if again.Key != plain.Key || !again.Reused {
				t.Errorf("with %q, an environment of wheels is %+v, want %+v", allowed, again, plain)
			}
		}
		if again := s.mustBuild(t, app).Of(pack.RuntimePython); !again.Reused {
			t.Error("an environment that uses the policy is not reused")
		}
	})
}

func TestPolicyScripts(t *testing.T) {
	t.Parallel()
	s, _, r := needNPM(t)
	r.add(t, "a", `{"scripts": {"postinstall": "echo made > made.txt"}, "dependencies": {"b": "1"}}`)
	r.add(t, "b", `{"scripts": {"install": "echo made > made.txt"}}`)
	r.add(t, "c", `{}`)
	// The search path of scripts.
	s.config.SearchPath = append(s.config.SearchPath, "/bin", "/usr/bin")
	app := s.pack(t, "app", "package.json", dependsOnA)
	made := func(n *envbuild.Environment, name string) bool {
		_, err := os.Stat(filepath.Join(n.Path, name, "made.txt"))
		return err == nil
	}
	strict := s.mustBuild(t, app).Of(pack.RuntimeNode)
	if diff := cmp.Diff([]string{"a", "b"}, strict.SkippedScripts); diff != "" || made(strict, "a") || made(strict, "b") {
		t.Errorf("skipped (-want +got):\n%s", diff)
	}
	plain := s.mustBuild(t, s.pack(t, "plain", "package.json", `{"dependencies": {"c": "1"}}`)).Of(pack.RuntimeNode)
	s.config.Policy.Scripts = []string{"b"}
	some := s.mustBuild(t, app).Of(pack.RuntimeNode)
	if diff := cmp.Diff([]string{"a"}, some.SkippedScripts); diff != "" || made(some, "a") || !made(some, "b") || made(strict, "b") {
		t.Errorf("skipped (-want +got):\n%s", diff)
	}
	again := s.mustBuild(t, app).Of(pack.RuntimeNode)
	if diff := cmp.Diff(some.SkippedScripts, again.SkippedScripts); diff != "" || !again.Reused || again.Path != some.Path {
		t.Errorf("again %+v, want %+v", again, some)
	}
	if same := s.mustBuild(t, s.pack(t, "same", "package.json", `{"dependencies": {"c": "1"}}`)).Of(pack.RuntimeNode); same.Key != plain.Key || !same.Reused {
		t.Errorf("without scripts %+v, want %+v", same, plain)
	}
}

func TestPolicyMinimumAge(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.config.Policy.MinimumAge = 48 * time.Hour
	_, err := s.build(t, s.pack(t, "app", "requirements.txt", "six"))
	if e, ok := errors.AsType[*envbuild.BuildError](err); !ok || e.Reason != envbuild.ReasonMinimumAge || pack.CodeOf(err) != pack.CodePolicyDenied {
		t.Errorf("with pip 23: %v", err)
	}
	s.mustBuild(t, s.pack(t, "locked", "requirements.txt", "six==1.0 --hash=sha256:"+strings.Repeat("0", 64)))
	s.mustBuild(t, s.pack(t, "node", "package.json", `{"dependencies": {"a": "1"}}`))
	lines := s.lines()
	_, date, _ := strings.Cut(lines[len(lines)-1], " --before=")
	before, err := time.Parse(time.RFC3339, date)
	if age := time.Since(before); err != nil || age < 48*time.Hour || age > 49*time.Hour {
		t.Errorf("npm: %q: %v, %v", lines[len(lines)-1], age, err)
	}
	s.mustBuild(t, s.pack(t, "nodelock", "package.json", `{"dependencies": {"a": "1"}}`, "package-lock.json", `{"lockfileVersion": 3, "packages": {}}`))
	if line := s.lines()[len(s.lines())-1]; strings.Contains(line, "--before") {
		t.Errorf("with a lock: %q", line)
	}
}

func TestPolicyIsChecked(t *testing.T) {
	t.Parallel()
	for _, p := range []envbuild.Policy{{Source: []string{"["}}, {Direct: []string{""}}, {Scripts: []string{" "}}, {MinimumAge: -1}} {
		if _, err := envbuild.New(envbuild.Config{Dir: "/srv/envs", SearchPath: []string{"/bin"}, Policy: p}); pack.CodeOf(err) != pack.CodeInvalidRequest {
			t.Errorf("%+v: err = %v", p, err)
		}
	}
}

func TestPolicyDirect(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.config.Policy.Direct = []string{"Six_*"}
	_, err := s.build(t, s.pack(t, "app", "requirements.txt", "a\nother @ https://h.example/o.whl"))
	e, ok := errors.AsType[*envbuild.BuildError](err)
	if !ok || e.Reason != envbuild.ReasonNeedsDirect || e.Package != "other" || !slices.Equal(e.WantedBy, []string{"requirements.txt:2"}) || !errors.Is(err, pack.ErrPolicy) {
		t.Errorf("err = %v, %+v", err, e)
	}
	s.mustBuild(t, s.pack(t, "good", "requirements.txt", "six-x @ https://h.example/o.whl"))
}
