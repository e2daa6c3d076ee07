//go:build e2e

package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/actionrun"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/pipeline"
)

func open(t *testing.T) *host.Host {
	t.Helper()
	h, err := host.Open(t.Context(), host.Config{
		Root: t.TempDir(), SearchPath: filepath.SplitList(os.Getenv("PATH")), ToolEnv: envbuild.CertificateVariables(os.Environ()),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// writePack writes a pack with one action, "<ref>.use".
func writePack(t *testing.T, ref, runner, script, code, manifest, packages string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), ref)
	for name, content := range map[string]string{
		"pack.yaml":         "ref: " + ref + "\nversion: 1.0.0\nlabel: " + ref + "\ndescription: For a test\n",
		"actions/use.yaml":  "ref: " + ref + ".use\nlabel: Use\ndescription: Uses packages\nrunner_type: " + runner + "\nentry_point: " + script + "\n",
		"actions/" + script: code,
		manifest:            packages,
	} {
		write(t, dir, name, content)
	}
	return dir
}

func install(t *testing.T, h *host.Host, dir string) pipeline.Outcome {
	t.Helper()
	report, err := h.Pipeline.Install(t.Context(), pipeline.Request{Specs: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	return report.Outcomes[0]
}

func use(t *testing.T, h *host.Host, action string) string {
	t.Helper()
	inv, release, err := actionrun.Prepare(t.Context(), h.Store, action, nil, h.Environ())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	res, err := actionrun.Run(t.Context(), h.Runner, *inv)
	if err != nil {
		t.Fatal(err)
	}
	if res.ExitCode != 0 {
		t.Fatalf("%s ended with %d: %s", action, res.ExitCode, res.Stderr)
	}
	return strings.TrimSpace(res.Output.(string))
}

// wantReuse builds the environments of a pack whose packages are already installed.
func wantReuse(t *testing.T, h *host.Host, dir string) {
	t.Helper()
	report, err := h.Builder.Build(t.Context(), envbuild.Request{Paths: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	if envs := report.Built[0].Environments; len(envs) != 1 || !envs[0].Reused {
		t.Errorf("not reused: %+v", envs)
	}
}

func TestPython(t *testing.T) {
	t.Parallel()
	h := open(t)
	const (
		code         = "import requests, yaml\nprint(yaml.safe_load('ok: true')['ok'], requests.__version__)\n"
		requirements = "requests>=2.31\npyyaml>=6\n"
	)
	first := install(t, h, writePack(t, "webby", "python", "use.py", code, "requirements.txt", requirements))
	t.Logf("built %s with %d packages", first.Environments.Of(pack.RuntimePython).Version, first.Environments.Of(pack.RuntimePython).PackageCount)
	if got := use(t, h, "webby.use"); !strings.HasPrefix(got, "True 2.") {
		t.Errorf("the action printed %q", got)
	}
	wantReuse(t, h, writePack(t, "other", "python", "use.py", code, "requirements.txt", requirements))
}

func TestNode(t *testing.T) {
	t.Parallel()
	h := open(t)
	const (
		code     = "console.log(typeof require('express')().listen)\n"
		packages = `{"name": "x", "version": "1.0.0", "dependencies": {"express": "^4.19.0"}}`
	)
	first := install(t, h, writePack(t, "server", "nodejs", "use.js", code, "package.json", packages))
	t.Logf("built Node.js %s with %d packages", first.Environments.Of(pack.RuntimeNode).Version, first.Environments.Of(pack.RuntimeNode).PackageCount)
	if got := use(t, h, "server.use"); got != "function" {
		t.Errorf("the action printed %q", got)
	}
	wantReuse(t, h, writePack(t, "other", "nodejs", "use.js", code, "package.json", packages))
}
