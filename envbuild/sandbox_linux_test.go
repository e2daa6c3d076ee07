package envbuild_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/envbuild/runner"
)

// inSandbox makes the stage build in a sandbox.
func inSandbox(t *testing.T, s *stage) {
	t.Helper()
	r := runner.New(&runner.Options{Level: pack.IsolationSandbox})
	if _, _, err := r.Isolation(t.Context()); err != nil {
		if os.Getenv("CI") == "" {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	s.config.Runner = r
}

// TestRealPythonInASandbox: commands have access to all that they need, also when the
// interpreter is not one of the system and only root may enter the directories above.
func TestRealPythonInASandbox(t *testing.T) {
	t.Parallel()
	tools := [][]string{{"python3"}}
	if _, err := exec.LookPath("uv"); err == nil {
		tools = append(tools, []string{"python3", "uv"})
	}
	for _, programs := range tools {
		t.Run(programs[len(programs)-1], func(t *testing.T) {
			t.Parallel()
			s, _ := newRealStage(t, programs...)
			inSandbox(t, s)
			wheels := filepath.Join(s.dir, "wheels")
			wheel(t, wheels, "textstats", "1.0.0", "textstats.py", "def words(text): return len(text.split())\n")
			s.config.FindLinks = []string{wheels}
			for _, request := range []envbuild.Request{{}, {Rebuild: true}} {
				request.Paths = []string{s.pack(t, "app", "requirements.txt", "textstats==1.0.0\n")}
				rep, err := s.builder(t).Build(t.Context(), request)
				if err != nil {
					t.Fatal(err)
				}
				p := rep.Built[0].Environments.Of(pack.RuntimePython)
				if got := script(t, p.Interpreter, "-I", "-B", "-c", "import textstats; print(textstats.words('a b c'))"); got != "3" {
					t.Errorf("the package says %q", got)
				}
				wantOwner(t, p.Path)
			}
		})
	}
}

func TestRealNodeInASandbox(t *testing.T) {
	t.Parallel()
	s, _, r := needNPM(t)
	inSandbox(t, s)
	r.add(t, "a", `{"main": "index.js"}`, "index.js", "module.exports = 'a'")
	n := s.mustBuild(t, s.pack(t, "app", "package.json", dependsOnA)).Of(pack.RuntimeNode)
	if !n.Ready || n.PackageCount != 1 {
		t.Errorf("built %+v", n)
	}
	wantOwner(t, n.Path)
}

// wantOwner requires that this user can change every file.
func wantOwner(t *testing.T, dir string) {
	t.Helper()
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && !ownedByHost(info) {
			t.Errorf("%s belongs to another user", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func ownedByHost(info os.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Getuid()
}
