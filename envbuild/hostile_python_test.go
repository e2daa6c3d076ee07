package envbuild_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
)

// TestHostilePython has the rows of wheels that leave their directory (J05), and of
// indices (J09), for each tool.
func TestHostilePython(t *testing.T) {
	t.Parallel()
	const entries = "tool-1.0.dist-info/entry_points.txt"
	for name, files := range map[string][]string{
		"parent":        {"../evil", "x"},
		"absolute":      {"/tmp/packtrain-j05", "x"},
		"data":          {"tool-1.0.data/data/../../../../evil", "x"},
		"script":        {"tool-1.0.data/scripts/../../../../evil", "#!python\n"},
		"interpreter":   {"tool-1.0.data/scripts/python", "#!/bin/sh\n"},
		"configuration": {"tool-1.0.data/data/pyvenv.cfg", "home = /tmp\n"},
		"RECORD":        {"tool.py", "x", "tool-1.0.dist-info/RECORD", "../../../../../../victim,,\ntool.py,,\ntool-1.0.dist-info/RECORD,,\n"},
		"commands":      {"tool.py", "", entries, "[console_scripts]\n../../../evil = tool:main\n/tmp/packtrain-j05 = tool:main\npython3 = tool:main\n"},
	} {
		t.Run("J05/"+name, func(t *testing.T) {
			t.Parallel()
			eachPythonTool(t, func(t *testing.T, s *stage) {
				t.Helper()
				s.config.FindLinks = []string{filepath.Join(s.dir, "wheels")}
				wheel(t, s.config.FindLinks[0], "tool", "1.0", files...)
				wantInsidePython(t, s)
			})
		})
	}
	t.Run("J09/withdrawn", func(t *testing.T) {
		t.Parallel()
		eachPythonTool(t, withdrawnRelease)
	})
	t.Run("J09/links alone", func(t *testing.T) {
		t.Parallel()
		eachPythonTool(t, linksAlone)
	})
}

func wantInsidePython(t *testing.T, s *stage) {
	t.Helper()
	write(t, filepath.Join(s.dir, "victim"), "untouched")
	app := s.pack(t, "app", "requirements.txt", "tool")
	before := filesOutside(t, s)
	rep, err := s.build(t, app)
	if err != nil && pack.CodeOf(err) != pack.CodeBuildFailed {
		t.Errorf("err = %v", err)
	}
	if diff := cmp.Diff(before, filesOutside(t, s)); diff != "" {
		t.Errorf("other files changed (-before +after):\n%s", diff)
	}
	if left, err := filepath.Glob("/tmp/packtrain-j05*"); err != nil || len(left) > 0 {
		t.Errorf("/tmp was written to: %v, %v", left, err)
	}
	wantNone(t, s.config.Dir, "bin", "evil")
	for _, p := range rep.Built {
		e := p.Environments.Of(pack.RuntimePython)
		want, err := filepath.EvalSymlinks(s.config.SearchPath[0])
		if got, gotErr := filepath.EvalSymlinks(e.Interpreter); err != nil || gotErr != nil || got != want {
			t.Errorf("the interpreter is %s, want %s: %v, %v", got, want, err, gotErr)
		}
		if got := script(t, e.Interpreter, "-I", "-B", "-c", "import sys; print(sys.prefix)"); got != e.Path {
			t.Errorf("the interpreter runs in %s, want %s", got, e.Path)
		}
	}
}

// withdrawnRelease: a release that was withdrawn is not chosen.
func withdrawnRelease(t *testing.T, s *stage) {
	t.Helper()
	wheels := filepath.Join(s.dir, "wheels")
	for _, version := range []string{"1.0", "1.1"} {
		wheel(t, wheels, "six", version, "six.py", "")
	}
	files := http.FileServer(http.Dir(wheels))
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".whl") {
			files.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, `<a href="/six-1.0-py3-none-any.whl">six-1.0-py3-none-any.whl</a>
			<a href="/six-1.1-py3-none-any.whl" data-yanked="broken">six-1.1-py3-none-any.whl</a>`)
	}))
	t.Cleanup(srv.Close)
	s.config.PythonIndex = srv.URL + "/simple"
	e := s.mustBuild(t, s.pack(t, "app", "requirements.txt", "six")).Of(pack.RuntimePython)
	if e.Distributions[0].Version != "1.0" {
		t.Errorf("installed %+v", e.Distributions)
	}
}

// linksAlone: where the host names files, a package of the same name is not taken from an
// index.
func linksAlone(t *testing.T, s *stage) {
	t.Helper()
	var requests atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		http.NotFound(w, r)
	}))
	t.Cleanup(srv.Close)
	links := filepath.Join(s.dir, "wheels")
	wheel(t, links, "six", "1.0", "six.py", "")
	s.config.FindLinks = []string{links}
	s.config.Env = []string{"PIP_INDEX_URL=" + srv.URL, "PIP_EXTRA_INDEX_URL=" + srv.URL, "UV_INDEX_URL=" + srv.URL, "UV_DEFAULT_INDEX=" + srv.URL}
	e := s.mustBuild(t, s.pack(t, "app", "requirements.txt", "six")).Of(pack.RuntimePython)
	if e.Distributions[0].Version != "1.0" || requests.Load() > 0 {
		t.Errorf("installed %+v, with %d requests", e.Distributions, requests.Load())
	}
}
