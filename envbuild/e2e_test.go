package envbuild_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/packtrain/pack/envbuild"
)

// newPublicStage returns a stage that uses the public registries, which only
// "make e2e" does.
func newPublicStage(t *testing.T) *stage {
	t.Helper()
	if os.Getenv("PACK_E2E") == "" {
		t.Skip("PACK_E2E is not set: this test needs the public package registries")
	}
	need(t, "python3")
	need(t, "npm")
	s, _ := newRealStage(t)
	s.config.SearchPath = filepath.SplitList(os.Getenv("PATH"))
	s.config.Env = envbuild.NetworkVariables(os.Environ())
	return s
}

// buildPublic builds one pack, and says so when it is the network that fails.
func (s *stage) buildPublic(t *testing.T, path string) envbuild.Environments {
	t.Helper()
	rep, err := s.build(t, path)
	if e, ok := errors.AsType[*envbuild.CommandError](err); ok {
		t.Fatalf("cannot install from the public registry; is it reachable from here?\n%v\n%s", err, e.Tail)
	}
	if err != nil {
		t.Fatal(err)
	}
	return rep.Built[0].Environments
}

// wantReuse wants that a pack gets the environment at path, and soon.
func (s *stage) wantReuse(t *testing.T, pack, path string, of func(envbuild.Environments) string) {
	t.Helper()
	start := time.Now()
	e := s.mustBuild(t, pack)
	if took := time.Since(start); took > 50*time.Millisecond {
		t.Errorf("reuse took %v, want at most 50 ms", took)
	}
	if got := of(e); got != path {
		t.Errorf("got %q, want %q", got, path)
	}
}

func TestPublicPython(t *testing.T) {
	t.Parallel()
	s := newPublicStage(t)
	p := s.buildPublic(t, s.pack(t, "first", "requirements.txt", "requests>=2.31\npyyaml\n")).Python
	out := script(t, filepath.Join(p.Path, "bin", "python"), "-I", "-B", "-c", "import requests, yaml; print(yaml.safe_load('[1, 2]'), requests.__name__)")
	if out != "[1, 2] requests" {
		t.Errorf("got %q", out)
	}
	s.wantReuse(t, s.pack(t, "second", "requirements.txt", "PyYAML\nrequests >= 2.31"), p.Path,
		func(e envbuild.Environments) string { return e.Python.Path })
}

func TestPublicNode(t *testing.T) {
	t.Parallel()
	s := newPublicStage(t)
	n := s.buildPublic(t, s.pack(t, "first", "package.json", `{"dependencies": {"express": "^4.18.0"}}`)).Node
	program := fmt.Sprintf("console.log(typeof require(%q)().listen)", filepath.Join(n.Path, "express"))
	if out := script(t, need(t, "node"), "-e", program); out != "function" {
		t.Errorf("got %q", out)
	}
	s.wantReuse(t, s.pack(t, "second", "package.json", `{"name": "x", "dependencies": {"express": "^4.18.0"}}`), n.Path,
		func(e envbuild.Environments) string { return e.Node.Path })
}
