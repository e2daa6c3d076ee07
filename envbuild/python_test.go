package envbuild_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
)

// Each tool installs the same.
func TestRealPython(t *testing.T) {
	t.Parallel()
	t.Run("pip", func(t *testing.T) {
		t.Parallel()
		checkPython(t, "python3")
		checkIndex(t, "python3")
		checkLinks(t, "python3")
	})
	if _, err := exec.LookPath("uv"); err != nil {
		return // uv is optional
	}
	t.Run("uv", func(t *testing.T) {
		t.Parallel()
		checkPython(t, "python3", "uv")
		checkIndex(t, "python3", "uv")
		checkLinks(t, "python3", "uv")
	})
}

func checkPython(t *testing.T, programs ...string) {
	t.Helper()
	s, started := newRealStage(t, programs...)
	wheels := filepath.Join(s.dir, "wheels")
	wheel(t, wheels, "textstats", "1.0.0", "textstats.py", "def words(text): return len(text.split())\n")
	sum := wheel(t, wheels, "textstats", "1.1.0", "textstats.py", "def words(text): return -1\n")
	s.config.FindLinks = []string{wheels}

	p := s.mustBuild(t, s.pack(t, "app", "requirements.txt", "TextStats == 1.0.0 # pinned\n")).Of(pack.RuntimePython)
	if !p.Ready || p.PackageCount != 1 || p.Reused || !strings.HasPrefix(p.Version, "Python 3.") {
		t.Errorf("built %+v", p)
	}
	python := filepath.Join(p.Path, "bin", "python")
	if got := script(t, python, "-I", "-B", "-c", "import textstats; print(textstats.words('a b c'))"); got != "3" {
		t.Errorf("the package says %q", got)
	}
	if got := script(t, python, "-V"); got != p.Version {
		t.Errorf("the interpreter is %q, want %q", got, p.Version)
	}
	wantNoBytecode(t, p.Path)

	before := len(started.commands())
	again := s.mustBuild(t, s.pack(t, "other", "requirements.txt", "textstats==1.0.0")).Of(pack.RuntimePython)
	if !again.Reused || again.Path != p.Path || len(started.commands()) != before {
		t.Errorf("again %+v, with %d processes", again, len(started.commands())-before)
	}

	hashed := s.mustBuild(t, s.pack(t, "hashed", "requirements.txt", "textstats==1.1.0 --hash=sha256:"+sum)).Of(pack.RuntimePython)
	if got := script(t, filepath.Join(hashed.Path, "bin", "python"), "-I", "-B", "-c", "import textstats; print(textstats.words(''))"); got != "-1" {
		t.Errorf("the other version says %q", got)
	}
	_, err := s.build(t, s.pack(t, "tampered", "requirements.txt", "textstats==1.1.0 --hash=sha256:"+strings.Repeat("0", 64)))
	if pack.CodeOf(err) != pack.CodeBuildFailed {
		t.Errorf("J04: with another digest: %v", err)
	}
}

func wantNoBytecode(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Name() == "__pycache__" {
			err = fmt.Errorf("%s was compiled", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// The numbers are those of the project's list of hostile cases: J is what
// Python packages do.
func TestHostile(t *testing.T) {
	t.Parallel()
	t.Run("J05", hostileSource)
	t.Run("J05/of a wheel", hostileSourceOfAWheel)
	t.Run("J06", hostileConfiguration)
	t.Run("J07", hostilePaths)
	t.Run("J08", hostileDeath)
	t.Run("J09", hostileIndex)
	t.Run("J11", hostileStart)
	t.Run("K01", hostileScripts)
	t.Run("K02", hostileNPMRC)
	t.Run("K04", hostileLocks)
	t.Run("K08", hostileRequests)
}

// A source distribution runs code when it is built: it is not even looked at.
func hostileSource(t *testing.T) {
	t.Parallel()
	s, _ := newRealStage(t, "python3")
	links, canary := filepath.Join(s.dir, "links"), filepath.Join(s.dir, "canary")
	write(t, filepath.Join(links, "evil-1.0.tar.gz"), string(tarGz(t,
		"evil-1.0/setup.py", fmt.Sprintf("open(%q, 'w').close()\nfrom setuptools import setup\nsetup(name='evil', version='1.0')\n", canary),
		"evil-1.0/PKG-INFO", "Metadata-Version: 1.0\nName: evil\nVersion: 1.0\n")))
	s.config.FindLinks = []string{links}
	_, err := s.build(t, s.pack(t, "app", "requirements.txt", "evil"))
	e, ok := errors.AsType[*envbuild.CommandError](err)
	if !ok || !strings.Contains(e.Error(), "No matching distribution found for evil") {
		t.Errorf("err = %v", err)
	}
	if _, err := os.Stat(canary); err == nil {
		t.Error("setup.py ran")
	}
}

// A wheel can name an address as what it needs; --only-binary does not hold for
// what lies there.
func hostileSourceOfAWheel(t *testing.T) {
	t.Parallel()
	s, _ := newRealStage(t, "python3")
	links, evil, canary := filepath.Join(s.dir, "links"), filepath.Join(s.dir, "evil"), filepath.Join(s.dir, "canary")
	write(t, filepath.Join(evil, "pyproject.toml"), "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n")
	write(t, filepath.Join(evil, "backend.py"), fmt.Sprintf("open(%q, 'w').close()\n", canary))
	wheel(t, links, "good", "1.0", "good-1.0.dist-info/METADATA",
		"Metadata-Version: 2.1\nName: good\nVersion: 1.0\nRequires-Dist: evil @ file://"+evil+"\n")
	s.config.FindLinks = []string{links}
	if _, err := s.build(t, s.pack(t, "app", "requirements.txt", "good")); pack.CodeOf(err) != pack.CodeBuildFailed {
		t.Errorf("err = %v", err)
	}
	if _, err := os.Stat(canary); err == nil {
		t.Error("the back end ran")
	}
}

// checkLinks takes packages from a page, whose address stands in no argument.
func checkLinks(t *testing.T, programs ...string) {
	t.Helper()
	s, started := newRealStage(t, programs...)
	wheels := filepath.Join(s.dir, "wheels")
	wheel(t, wheels, "textstats", "1.0.0", "textstats.py", "")
	srv := httptest.NewServer(http.FileServer(http.Dir(wheels)))
	defer srv.Close()
	s.config.FindLinks = []string{srv.URL + "/?token=canary"}
	if p := s.mustBuild(t, s.pack(t, "app", "requirements.txt", "textstats")).Of(pack.RuntimePython); p.PackageCount != 1 {
		t.Errorf("built %+v", p)
	}
	for _, c := range started.commands() {
		if strings.Contains(strings.Join(c.Args, " "), "canary") {
			t.Errorf("arguments %q", c.Args)
		}
	}
}

// Variables of pip, even those that reach it, have no effect.
func hostileConfiguration(t *testing.T) {
	t.Parallel()
	s, _ := newRealStage(t, "python3")
	wheels := filepath.Join(s.dir, "wheels")
	wheel(t, wheels, "textstats", "1.0.0", "textstats.py", "")
	s.config.FindLinks = []string{wheels}
	s.config.Env = []string{"PIP_TARGET=" + s.dir, "PIP_REQUIRE_HASHES=1", "PIP_FIND_LINKS=/nonexistent", "PIP_USER=1"}
	p := s.mustBuild(t, s.pack(t, "app", "requirements.txt", "textstats")).Of(pack.RuntimePython)
	if p.PackageCount != 1 {
		t.Errorf("built %+v", p)
	}
}

func hostilePaths(t *testing.T) {
	t.Parallel()
	s, _ := newRealStage(t, "python3")
	// Longer than what fits into the first line of a script.
	s.config.Dir = filepath.Join(s.dir, "a b q'u\"o $HOME `x` ünïcode"+strings.Repeat("long", 40))
	wheels := filepath.Join(s.dir, "wheels")
	wheel(t, wheels, "tool", "1.0.0", "tool.py", "def main(): print('runs')\n",
		"tool-1.0.0.dist-info/entry_points.txt", "[console_scripts]\ntool = tool:main\n")
	s.config.FindLinks = []string{wheels}
	p := s.mustBuild(t, s.pack(t, "app", "requirements.txt", "tool")).Of(pack.RuntimePython)
	if got := script(t, filepath.Join(p.Path, "bin", "python"), "-I", "-B", "-c", "import tool; tool.main()"); got != "runs" {
		t.Errorf("got %q", got)
	}
	if _, err := envbuild.New(envbuild.Config{Dir: "/srv/a\nb", SearchPath: []string{"/usr/bin"}}); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("a line break in the path: %v", err)
	}
}

// A pythonIndex serves the wheel of textstats 1.0.0 to a user with a password.
type pythonIndex struct{ wheels, sum, redirect string }

const textstats = "textstats-1.0.0-py3-none-any.whl"

func (i *pythonIndex) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if user, password, _ := r.BasicAuth(); user != "user" || password != "s3cret" {
		w.Header().Set("WWW-Authenticate", "Basic")
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	switch r.URL.Path {
	case "/simple/textstats/":
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, `<a href="/%s#sha256=%s">%s</a>`, textstats, i.sum, textstats)
	case "/" + textstats:
		if i.redirect != "" {
			http.Redirect(w, r, i.redirect, http.StatusFound)
			return
		}
		http.ServeFile(w, r, filepath.Join(i.wheels, textstats))
	default:
		http.NotFound(w, r)
	}
}

func newPythonIndex(t *testing.T, s *stage) *pythonIndex {
	t.Helper()
	i := &pythonIndex{wheels: filepath.Join(s.dir, "wheels")}
	i.sum = wheel(t, i.wheels, "textstats", "1.0.0", "textstats.py", "")
	srv := httptest.NewServer(i)
	t.Cleanup(srv.Close)
	s.config.PythonIndex = strings.Replace(srv.URL, "://", "://user:s3cret@", 1) + "/simple"
	return i
}

func checkIndex(t *testing.T, programs ...string) {
	t.Helper()
	s, started := newRealStage(t, programs...)
	newPythonIndex(t, s)
	if p := s.mustBuild(t, s.pack(t, "app", "requirements.txt", "textstats")).Of(pack.RuntimePython); p.PackageCount != 1 {
		t.Errorf("built %+v", p)
	}
	for _, c := range started.commands() {
		if text := strings.Join(slices.Concat(c.Args, c.Env), " "); strings.Contains(text, "s3cret") {
			t.Errorf("the password is for all users to see: %s", text)
		}
	}
}

func hostileIndex(t *testing.T) {
	t.Parallel()
	s, _ := newRealStage(t, "python3")
	newPythonIndex(t, s).sum = strings.Repeat("0", 64)
	for name, want := range map[string]string{"textstats": "DO NOT MATCH THE HASHES", "missing": "No matching distribution found for missing"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := s.build(t, s.pack(t, name, "requirements.txt", name))
			e, ok := errors.AsType[*envbuild.CommandError](err)
			if !ok || pack.CodeOf(err) != pack.CodeBuildFailed || !strings.Contains(e.Tail, want) || strings.Contains(e.Tail, "s3cret") {
				t.Errorf("err = %v", err)
			}
		})
	}
}

// A package that breaks the start of the interpreter makes no environment.
func hostileStart(t *testing.T) {
	t.Parallel()
	s, _ := newRealStage(t, "python3")
	wheels := filepath.Join(s.dir, "wheels")
	wheel(t, wheels, "evil", "1.0.0", "evil.pth", "import os, sys; sys.argv == ['-c'] and os._exit(3)\n")
	s.config.FindLinks = []string{wheels}
	_, err := s.build(t, s.pack(t, "app", "requirements.txt", "evil"))
	if e, ok := errors.AsType[*envbuild.CommandError](err); !ok || e.ExitCode != 3 || pack.CodeOf(err) != pack.CodeBuildFailed {
		t.Errorf("err = %v", err)
	}
	left, err := os.ReadDir(filepath.Join(s.config.Dir, "python"))
	if err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}
