package host_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/web"
)

// stages are the outcomes of the four stages for one pack, each called alone: "ok" or
// the code of the failure, and the visible effects of the settings.
type stages struct{ download, analysis, build, registration string }

// A shared setting is stated once, for host.Open.
type sharedSetting struct {
	name  string
	leave func(*host.Config) // leaves it out
	spec  string             // of the download; "": the path of pack
	pack  files
	// given is the outcome with all settings, unset without this one. Both are equal
	// for stages that the setting does not affect.
	given, unset stages
}

func sharedSettings() []sharedSetting {
	const built, passed = "ok: ran, logged, trusts", "ok: ran, logged, at noon"
	all := stages{"ok", "ok", built, passed}
	asking := tested("demo").with("pack.yaml", "dependencies: {attune_version: ^3}\n")
	needing := tested("demo").with("pack.yaml", "dependencies: [base, core]\n")
	stackStorm := tested("demo").with("pack.yaml", "")
	stackStorm["pack.yaml"] = strings.Replace(stackStorm["pack.yaml"], "ref: demo\n", "name: demo\n", 1)
	return []sharedSetting{
		{
			"Provided", func(c *host.Config) { c.Provided = nil }, "", tested("core"),
			stages{"invalid_ref", "invalid_ref", built, "invalid_ref"},
			all,
		},
		{
			"PlatformVersion", func(c *host.Config) { c.PlatformVersion = pack.Version{} }, "", asking,
			stages{"ok", "dependency_conflict", built, "dependency_conflict"},
			all,
		},
		{
			"Load", func(c *host.Config) { c.Load = nil }, "", stackStorm,
			all,
			stages{"invalid_manifest", "invalid_manifest", "invalid_manifest", "invalid_manifest"},
		},
		{
			"Network", func(c *host.Config) { c.Network = pack.Network{} }, "base", needing,
			stages{"ok", "ok", built, "dependency_missing"},
			stages{"policy_denied", "policy_denied", "ok: ran, logged", "dependency_missing"},
		},
		{
			"Runner", func(c *host.Config) { c.Runner = nil }, "", tested("demo"),
			all,
			stages{"ok", "ok", "build_failed", "ok: at noon"},
		},
		{
			"Logger", func(c *host.Config) { c.Logger = nil }, "", tested("demo"),
			all,
			stages{"ok", "ok", "ok: ran, trusts", "ok: ran, at noon"},
		},
		{
			"Clock", func(c *host.Config) { c.Clock = nil }, "", tested("demo"),
			all,
			stages{"ok", "ok", built, "ok: ran, logged"},
		},
	}
}

// TestSharedSettings omits each setting in turn and calls all stages: a setting that is
// not passed to a stage changes the outcome of that stage.
func TestSharedSettings(t *testing.T) {
	t.Parallel()
	for _, tt := range sharedSettings() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for when, want := range map[string]stages{"given": tt.given, "left out": tt.unset} {
				w := newSharedWorld(t)
				if when == "left out" {
					tt.leave(&w.config)
				}
				if diff := cmp.Diff(want, w.ask(t, tt), cmp.AllowUnexported(stages{})); diff != "" {
					t.Errorf("%s: -want +got:\n%s", when, diff)
				}
			}
		})
	}
}

// A sharedWorld is a configuration with all settings, and their visible effects.
type sharedWorld struct {
	config host.Config
	ran    []pack.Command
	log    bytes.Buffer
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newSharedWorld(t *testing.T) *sharedWorld {
	t.Helper()
	w, tools := &sharedWorld{}, newTools(t)
	tools.OnRun = func(_ context.Context, c pack.Command) (*pack.Result, error) {
		w.ran = append(w.ran, c)
		if strings.Contains(c.Path+strings.Join(c.Args, " "), "t.sh") {
			return &pack.Result{ExitCode: 1}, nil
		}
		return nil, nil //nolint:nilnil // imitate it
	}
	platform, err := pack.ParseVersion("2.0.0")
	must(t, err)
	index, network := secured(t, "localhost")
	w.config = host.Config{
		Provided: []pack.Provided{{Ref: "core"}}, PlatformVersion: platform, Load: &pack.LoadOptions{Shape: pack.ShapeStackStorm},
		Network: network, Runner: tools, Clock: func() time.Time { return noon }, Parallel: 1,
		Logger:  slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Indices: []registrysource.Index{{URL: index}}, Web: &web.Options{TLS: &tls.Config{ServerName: "example.com", MinVersion: tls.VersionTLS12}}, SearchPath: tools.SearchPath(),
	}
	return w
}

// ask calls each stage alone with one pack.
func (w *sharedWorld) ask(t *testing.T, s sharedSetting) (got stages) {
	t.Helper()
	h, path := openHost(t, w.config), write(t, s.pack)
	if s.spec == "" {
		s.spec = path
	}
	_, err := h.Installer.Download(t.Context(), installer.DownloadRequest{Specs: []string{s.spec}, Dest: t.TempDir()})
	got.download = w.outcome(err)
	_, err = h.Analyzer.Analyze(t.Context(), deps.Request{Paths: []string{path}})
	got.analysis = w.outcome(err)
	_, err = h.Builder.Build(t.Context(), envbuild.Request{Paths: []string{path}})
	got.build = w.outcome(err)
	_, err = h.Registrar.Register(t.Context(), registry.Request{Paths: []string{path}, Replace: registry.ReplaceAny, IgnoreTests: true})
	got.registration = w.outcome(err, recordedAtNoon(t, h)...)
	return got
}

func recordedAtNoon(t *testing.T, h *host.Host) []string {
	t.Helper()
	installed, err := h.Store.List(t.Context())
	must(t, err)
	if len(installed) == 1 && installed[0].Active.Created.Equal(noon) {
		return []string{"at noon"}
	}
	return nil
}

// outcome describes the effects of a stage since the previous one.
func (w *sharedWorld) outcome(err error, seen ...string) string {
	var first []string
	if len(w.ran) > 0 {
		first = append(first, "ran")
	}
	if w.log.Len() > 0 {
		first = append(first, "logged")
	}
	if slices.ContainsFunc(w.ran, func(c pack.Command) bool { return strings.Contains(strings.Join(c.Env, " "), "SSL_CERT_FILE=") }) {
		first = append(first, "trusts")
	}
	w.ran = nil
	w.log.Reset()
	text := "ok"
	if err != nil {
		text = string(pack.CodeOf(err))
	}
	if seen = append(first, seen...); len(seen) > 0 {
		text += ": " + strings.Join(seen, ", ")
	}
	return text
}
