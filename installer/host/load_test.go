package host_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer/cache"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/installer/settings"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/registrysource/signature"
)

// settingsFile writes a settings file and returns sources that name it.
func settingsFile(t *testing.T, text string) settings.Sources {
	t.Helper()
	path := filepath.Join(t.TempDir(), "settings.yaml")
	must(t, os.WriteFile(path, []byte(text), 0o600))
	return settings.Sources{File: path}
}

// TestLoadConfig: every setting of a file reaches the configuration.
func TestLoadConfig(t *testing.T) {
	t.Parallel()
	from := settingsFile(t, `
root: packs
group_access: true
retention: {generations: 3, age: 720h}
compat: stackstorm
provided: [core@2.1.0]
platform: 2.1.0
parallel: 4
timeouts: {test: 1m, lock: 2s}
indices:
  corp: {url: corp.json, claims: [infra-*, secret]}
  std: {url: https://std.example/i.json, trust: none}
strict_indices: true
pass_mismatch: true
follow_urls: [git.example]
credentials: {https://git.example: {bearer: TOKEN}}
network: {allow_http: true, allow_private: [10.0.0.0/8, build.internal], allow_hosts: [git.example], proxy: http://proxy.example:3128, offline: true}
cache: {dir: downloads, max_bytes: 1000, max_age: 24h, disabled: true}
search_path: [/usr/bin]
python: {index: https://py.example/simple, find_links: [wheels]}
runtimes: [cobol.yaml]
node: {registry: https://npm.example}
policy: {allow_runtimes: [app.*], allow_source: [cffi], allow_direct: [tool], allow_scripts: [esbuild], minimum_age: 72h, ignore_foreign_locks: true}
isolation: {level: none, require: contained}
`)
	dir := filepath.Dir(from.File)
	const description = "ref: core.cobol\nexecution_config: {interpreter: {binary: cobol}}\n"
	must(t, os.WriteFile(filepath.Join(dir, "cobol.yaml"), []byte(description), 0o600))
	cobol, err := pack.ReadRuntime([]byte(description))
	must(t, err)
	got, err := host.LoadConfig(from)
	must(t, err)
	core, _ := pack.ParseVersion("2.1.0")
	want := host.Config{
		Root: filepath.Join(dir, "packs"), GroupAccess: true, Retention: registry.Retention{Generations: 3, Age: 720 * time.Hour},
		Load: &pack.LoadOptions{Shape: pack.ShapeStackStorm, Runtimes: []pack.Runtime{cobol}}, Provided: []pack.Provided{{Ref: "core", Version: core}}, PlatformVersion: core,
		Parallel: 4, TestTimeout: time.Minute, LockTimeout: 2 * time.Second,
		Indices: []registrysource.Index{
			{Name: "corp", URL: filepath.Join(dir, "corp.json"), Claims: []string{"infra-*", "secret"}}, {Name: "std", URL: "https://std.example/i.json", NoChecksums: true},
		},
		StrictIndices: true, PassMismatch: true, FollowURLs: []string{"git.example"},
		Network: pack.Network{
			Policy:  pack.NetworkPolicy{AllowHTTP: true, AllowPrivate: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, AllowPrivateHosts: []string{"build.internal"}, Hosts: []string{"git.example"}},
			Proxy:   "http://proxy.example:3128",
			Offline: true,
		},
		CacheDir: filepath.Join(dir, "downloads"), CacheBudget: cache.Budget{MaxBytes: 1000, MaxAge: 24 * time.Hour}, NoCache: true,
		SearchPath: []string{"/usr/bin"}, PythonIndex: "https://py.example/simple", FindLinks: []string{filepath.Join(dir, "wheels")}, NodeRegistry: "https://npm.example",
		Packages:  envbuild.Policy{Source: []string{"cffi"}, Direct: []string{"tool"}, Scripts: []string{"esbuild"}, Runtimes: []string{"app.*"}, MinimumAge: 72 * time.Hour, IgnoreForeignLocks: true},
		Isolation: pack.IsolationNone, RemoteIsolation: pack.IsolationContained,
	}
	if _, value := got.Network.Credentials["https://git.example"].Header(); value != "Bearer TOKEN" {
		t.Errorf("the credential is %q", value)
	}
	got.Network.Credentials = nil
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{}), cmp.Comparer(func(a, b pack.Version) bool { return a.Compare(b) == 0 }), cmp.Comparer(func(a, b pack.Network) bool {
		return a.String() == b.String() && a.Proxy == b.Proxy
	}), cmpopts.IgnoreUnexported(host.Config{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestLoadConfigOpens: what files state is enough to install a pack.
func TestLoadConfigOpens(t *testing.T) {
	t.Parallel()
	c, err := host.LoadConfig(settingsFile(t, "root: packs\nisolation: {level: none}\n"))
	must(t, err)
	h, err := host.Open(t.Context(), c)
	must(t, err)
	t.Cleanup(func() { must(t, h.Close()) })
	_, err = h.Install(t.Context(), pipeline.Request{Specs: []string{write(t, files{"pack.yaml": "ref: demo\nversion: 1.0.0\nlabel: L\ndescription: D\n"})}})
	must(t, err)
}

// TestWrongSettings are errors that name their places, and hold no secret.
func TestWrongSettings(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ text, want string }{
		"database":     {"root: x\ndb: d.sqlite\n", ":2: db: this program keeps the records in the root"},
		"shared root":  {"root: x\nshared_root: true\n", "this program keeps the records in the root"},
		"no root":      {"parallel: 1\n", "name a root"},
		"provided":     {"root: x\nprovided: [Core]\n", `:2: provided: pack ref "Core"`},
		"platform":     {"root: x\nplatform: 2\n", `:2: platform: version "2"`},
		"address":      {"root: x\nnetwork: {allow_private: ['a:80']}\n", "without port"},
		"credentials":  {"root: x\ncredentials: none\n", "no such file"},
		"authorities":  {"root: x\nnetwork:\n  ca_file: none\n", ":3: network.ca_file: "},
		"proxy":        {"root: x\nnetwork: {proxy: 'canary'}\n", ":2: network.proxy: want the URL of a proxy"},
		"key":          {"root: x\nindices:\n  a: {url: y, trust: [keys.pub]}\n", ":3 \"a="},
		"too few keys": {"root: x\nindices: {a: {url: y, trust: ['" + testKey(t) + "'], signatures: 2}}\n", "2 signatures of 1 keys"},
		"report-only":  {"root: x\nindices: {a: {url: y, trust_report_only: true}}\n", "no keys are trusted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := host.LoadConfig(settingsFile(t, tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "canary") {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func testKey(t *testing.T) string {
	t.Helper()
	_, key, err := signature.NewKey("k", nil)
	must(t, err)
	return key
}

// TestRulesOfIndices: rules of files for an index that flags have replaced are ignored, and
// those of flags need one.
func TestRulesOfIndices(t *testing.T) {
	t.Parallel()
	from := settingsFile(t, "root: x\nindices: {corp: {url: y, claims: [infra-*], trust: ["+testKey(t)+"], trust_report_only: true}, std: z}\n")
	c, err := host.LoadConfig(from)
	must(t, err)
	if ix := c.Indices[0]; ix.Verifier == nil || !ix.ReportOnly || len(ix.Claims) != 1 || c.Indices[1].Verifier != nil {
		t.Errorf("got %+v", c.Indices)
	}
	from.Getenv = func(name string) string { return map[string]string{"PACKTRAIN_INDEX": "other=/o.json"}[name] }
	c, err = host.LoadConfig(from)
	must(t, err)
	if diff := cmp.Diff([]registrysource.Index{{Name: "other", URL: "/o.json"}}, c.Indices); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	from.Getenv = func(name string) string { return map[string]string{"PACKTRAIN_CLAIM": "other=infra-*"}[name] }
	if _, err = host.LoadConfig(from); err == nil || !strings.Contains(err.Error(), `PACKTRAIN_CLAIM "other=infra-*": no index has the name "other"`) {
		t.Errorf("got %v", err)
	}
}
