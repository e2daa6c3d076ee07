package host_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/envbuildtest"
	"github.com/packtrain/pack/installer/host"
)

// files maps the names of a pack's files to their contents.
type files map[string]string

func (f files) with(name, content string) files {
	all := maps.Clone(f)
	all[name] += content
	return all
}

func demo(ref string) files {
	return files{"pack.yaml": "ref: " + ref + "\nversion: 1.0.0\nlabel: Demo\ndescription: A pack.\n"}
}

// tested returns a pack with a Python environment and a test, which a Runner runs.
func tested(ref string) files {
	return demo(ref).
		with("pack.yaml", "testing: {discovery: {method: manifest, tests: [{name: t, command: tests/t.sh, runner: shell}]}}\n").
		with("tests/t.sh", "#!/bin/sh\n").
		with("requirements.txt", ref+"-lib==1.0.0\n").
		with("actions/a.yaml", "ref: "+ref+".a\nlabel: A\ndescription: Acts.\nrunner_type: python\nentry_point: a.py\n").
		with("actions/a.py", "print(1)\n")
}

func write(t *testing.T, f files) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, content := range f {
		path := filepath.Join(dir, filepath.FromSlash(name))
		must(t, errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o755)))
	}
	return dir
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// openHost opens a host in a new root unless c names one.
func openHost(t *testing.T, c host.Config) *host.Host {
	t.Helper()
	if c.Root == "" {
		c.Root = filepath.Join(t.TempDir(), "root")
	}
	h, err := host.Open(t.Context(), c)
	must(t, err)
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

func newTools(t *testing.T) *envbuildtest.Tools {
	t.Helper()
	tools, err := envbuildtest.NewTools(t.TempDir())
	must(t, err)
	return tools
}

// failureCode returns the code of the only failure of a request.
func failureCode(t *testing.T, err error) pack.Code {
	t.Helper()
	failed, ok := errors.AsType[*pack.BatchError](err)
	if !ok || len(failed.Failures) != 1 {
		t.Fatalf("got %v, want one failure", err)
	}
	return failed.Failures[0].Code
}
