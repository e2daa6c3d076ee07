package host_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/internal/testkit/archivetest"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/web"
)

func download(t *testing.T, c host.Config, spec string) error {
	t.Helper()
	_, err := openHost(t, c).Installer.Download(t.Context(), installer.DownloadRequest{Specs: []string{spec}, Dest: t.TempDir()})
	return err
}

// transport responds to every request with an archive.
type transport []byte

func (a transport) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{}, ContentLength: int64(len(a)),
		Body: io.NopCloser(bytes.NewReader(a)), Request: r,
	}, nil
}

// TestSettingsOfSources omits and sets each setting that concerns one source.
func TestSettingsOfSources(t *testing.T) {
	t.Parallel()
	dir := write(t, demo("demo"))
	archive := archivetest.ZipOf(archivetest.Entry{Name: "pack.yaml", Content: demo("demo")["pack.yaml"]})
	confine, err := host.OpenRoots(dir)
	must(t, err)
	nowhere, err := host.OpenRoots()
	must(t, err)
	t.Cleanup(func() { must(t, confine.Close()) })
	tar := func(compressed io.Reader) (io.Reader, error) {
		_, err := io.Copy(io.Discard, compressed)
		return strings.NewReader(archivetest.Tar(archivetest.Entry{Name: "pack.yaml", Content: demo("demo")["pack.yaml"]})), err
	}
	xz := filepath.Join(write(t, files{"demo.tar.xz": "\xfd7zXZ\x00"}), "demo.tar.xz")
	for name, tt := range map[string]struct {
		spec         string
		give         func(*host.Config)
		unset, given pack.Code
	}{
		"Base":               {"./" + filepath.Base(dir), func(c *host.Config) { c.Base = filepath.Dir(dir) }, pack.CodeInvalidRequest, ""},
		"Limits":             {dir, func(c *host.Config) { c.Limits = source.Limits{Bytes: 10} }, "", pack.CodeLimitExceeded},
		"Limits: raised":     {longTar(t), func(c *host.Config) { c.Limits = source.Limits{Entries: 60_000} }, pack.CodeLimitExceeded, ""},
		"Web":                {"https://packs.example/demo.zip", func(c *host.Config) { c.Web = &web.Options{HTTP: &http.Client{Transport: transport(archive)}} }, pack.CodeUnavailable, ""},
		"XZ":                 {xz, func(c *host.Config) { c.XZ = tar }, pack.CodeMalformedContent, ""},
		"Confine":            {dir, func(c *host.Config) { c.Confine = nowhere }, "", pack.CodePolicyDenied},
		"Confine: git":       {"git+file://" + t.TempDir(), func(c *host.Config) { c.Confine = confine }, pack.CodeNotFound, pack.CodePolicyDenied},
		"Confine: elsewhere": {write(t, demo("demo")), func(c *host.Config) { c.Confine = confine }, "", pack.CodePolicyDenied},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var c host.Config
			check := func(when string, want pack.Code) {
				var got pack.Code
				err := download(t, c, tt.spec)
				if err != nil {
					got = failureCode(t, err)
				}
				if got != want {
					t.Errorf("%s: got %q, want %q: %v", when, got, want, err)
				}
			}
			check("left out", tt.unset)
			tt.give(&c)
			check("given", tt.given)
		})
	}
}

// longTar returns the path of an archive with more entries than are read by default, of
// two files.
func longTar(t *testing.T) string {
	t.Helper()
	entries := []archivetest.Entry{{Name: "pack.yaml", Content: demo("demo")["pack.yaml"]}, {Name: "actions/run.sh", Content: "#!/bin/sh\n"}}
	for range 50_000 {
		entries = append(entries, archivetest.Entry{Name: "actions/", Mode: 0o755 | fs.ModeDir})
	}
	return filepath.Join(write(t, files{"demo.tar": archivetest.Tar(entries...)}), "demo.tar")
}

// TestSettingsOfTools omits and sets each setting that affects the commands of tools
// and tests.
func TestSettingsOfTools(t *testing.T) {
	t.Parallel()
	const direct = "demo-lib @ https://packages.example/demo_lib-1.0.0-py3-none-any.whl\n"
	python := tested("demo")
	patient := maps.Clone(python)
	patient["pack.yaml"] = strings.Replace(patient["pack.yaml"], "runner: shell", "runner: shell, timeout: 7200", 1)
	node := demo("demo").with("package.json", `{"dependencies": {"a": "1.0.0"}}`).
		with("actions/a.yaml", "ref: demo.a\nlabel: A\ndescription: Acts.\nrunner_type: nodejs\nentry_point: a.js\n").with("actions/a.js", "1\n")
	links := t.TempDir()
	for name, tt := range map[string]struct {
		pack files
		give func(*host.Config)
		want string // in the commands only if the setting is set
		not  string // in the commands only if it is omitted
	}{
		"PythonIndex":       {python, func(c *host.Config) { c.PythonIndex = "https://index.example/simple" }, "https://index.example/simple", ""},
		"FindLinks":         {python, func(c *host.Config) { c.FindLinks = []string{links} }, links, ""},
		"NodeRegistry":      {node, func(c *host.Config) { c.NodeRegistry = "https://registry.example/" }, "https://registry.example/", ""},
		"Packages: direct":  {demoWith(python, direct), func(c *host.Config) { c.Packages.Direct = []string{"*"} }, "-m pip", ""},
		"Packages: age":     {node, func(c *host.Config) { c.Packages.MinimumAge = time.Hour }, "--before=", ""},
		"Network: offline":  {node, func(c *host.Config) { c.Network.Offline = true }, "--offline", ""},
		"ToolEnv":           {python, func(c *host.Config) { c.ToolEnv = []string{"TOOL=set"} }, "TOOL=set", ""},
		"TestTimeout":       {python, func(c *host.Config) { c.TestTimeout = 7 * time.Second }, "7s", ""},
		"TestTimeout: none": {patient, func(c *host.Config) { c.TestTimeout = -1 }, "2h0m0s", "30m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var c host.Config
			unset := commands(t, c, tt.pack)
			tt.give(&c)
			given := commands(t, c, tt.pack)
			if tt.want != "" && (strings.Contains(unset, tt.want) || !strings.Contains(given, tt.want)) {
				t.Errorf("want %q in the second alone:\n%s\n%s", tt.want, unset, given)
			}
			if tt.not != "" && (!strings.Contains(unset, tt.not) || strings.Contains(given, tt.not)) {
				t.Errorf("want %q in the first alone:\n%s\n%s", tt.not, unset, given)
			}
		})
	}
}

func demoWith(f files, requirements string) files {
	return files{"requirements.txt": requirements}.with("pack.yaml", f["pack.yaml"]).
		with("actions/a.yaml", f["actions/a.yaml"]).with("actions/a.py", f["actions/a.py"])
}

// commands returns the commands that build the environments of a pack and test it.
func commands(t *testing.T, c host.Config, f files) string {
	t.Helper()
	tools, path := newTools(t), write(t, f)
	c.Runner, c.SearchPath = tools, tools.SearchPath()
	var b strings.Builder
	tools.OnRun = func(_ context.Context, c pack.Command) (*pack.Result, error) {
		b.WriteString(strings.Join(slices.Concat(c.Args, c.Env), " ") + " " + c.Timeout.String() + "\n")
		if i := slices.Index(c.Args, "--requirement"); i >= 0 {
			data, err := os.ReadFile(c.Args[i+1])
			b.Write(data)
			return nil, err
		}
		return nil, nil //nolint:nilnil // imitate it
	}
	h := openHost(t, c)
	_, _ = h.Builder.Build(t.Context(), envbuild.Request{Paths: []string{path}})
	_, _ = h.Registrar.Register(t.Context(), registry.Request{Paths: []string{path}})
	return b.String()
}
