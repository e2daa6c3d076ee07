package envbuild_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/envbuild/envbuildtest"
)

// A stage is where one test builds: with imitated tools, unless it brings its
// own.
type stage struct {
	dir    string
	tools  *envbuildtest.Tools
	config envbuild.Config
}

func newStage(t *testing.T) *stage {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	tools, err := envbuildtest.NewTools(filepath.Join(dir, "tools"))
	if err != nil {
		t.Fatal(err)
	}
	return &stage{
		dir: dir, tools: tools,
		config: envbuild.Config{Dir: filepath.Join(dir, "envs"), SearchPath: tools.SearchPath(), Runner: tools},
	}
}

// pack lays out a pack from pairs of file names and contents.
func (s *stage) pack(t *testing.T, ref string, files ...string) string {
	t.Helper()
	dir := filepath.Join(s.dir, "packs", ref)
	manifest := "ref: " + ref + "\nversion: 1.0.0\nlabel: A\ndescription: A pack\n"
	for i := 0; i < len(files); i += 2 {
		if files[i] == pack.ManifestFile {
			manifest += files[i+1]
			continue
		}
		write(t, filepath.Join(dir, files[i]), files[i+1])
	}
	write(t, filepath.Join(dir, pack.ManifestFile), manifest)
	return dir
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (s *stage) builder(t *testing.T) *envbuild.Builder {
	t.Helper()
	b, err := envbuild.New(s.config)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (s *stage) build(t *testing.T, paths ...string) (*envbuild.Report, error) {
	t.Helper()
	return s.builder(t).Build(t.Context(), envbuild.Request{Paths: paths})
}

// mustBuild builds one pack and returns its environments.
func (s *stage) mustBuild(t *testing.T, path string) envbuild.Environments {
	t.Helper()
	rep, err := s.build(t, path)
	if err != nil {
		t.Fatalf("Build: %v", err)
	}
	return rep.Built[0].Environments
}

// lines returns the commands that the tools saw, except questions to
// interpreters, as lines in which directories have short names.
func (s *stage) lines() []string {
	var lines []string
	for _, c := range s.tools.Commands() {
		line := strings.Join(append([]string{c.Path}, c.Args...), " ")
		if !strings.Contains(line, "print(") && !strings.Contains(line, "console.log") {
			lines = append(lines, s.short(line))
		}
	}
	return lines
}

func (s *stage) short(text string) string { return strings.ReplaceAll(text, s.dir, "$") }

func TestPipCommands(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.config.PythonIndex = "https://user:secret@index.example/simple"
	s.config.FindLinks = []string{"/srv/wheels"}
	var file string
	s.tools.OnRun = s.readFile(t, "--requirement", &file)
	p := s.mustBuild(t, s.pack(t, "app", "requirements.txt", "Zebra_Lib >= 1 # why\n\nalpha[x]==1.0\n")).Of(pack.RuntimePython)
	env, work := s.short(p.Path), s.short(p.Path)+".partial"
	want := []string{
		"$/tools/bin/python3 -I -B -m venv --without-pip " + env,
		"$/tools/bin/python3 -I -B -m pip --isolated --no-input --disable-pip-version-check --no-color --cache-dir $/envs/cache/pip" +
			" --log " + work + "/pip.log --timeout 15 --retries 1 --python " + env + "/bin/python install --no-compile --no-warn-script-location --progress-bar off" +
			" --find-links /srv/wheels --only-binary :all: --requirement " + work + "/requirements.txt",
		env + "/bin/python -I -B -c import sys; sys.exit(sys.prefix == sys.base_prefix)",
	}
	if diff := cmp.Diff(want, s.lines()); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
	// The login is for the index alone, and arguments are visible to all users.
	wantFile := "--index-url https://user:secret@index.example/simple\nalpha[x]==1.0\nzebra-lib>=1\n"
	if diff := cmp.Diff(wantFile, file); diff != "" {
		t.Errorf("requirements (-want +got):\n%s", diff)
	}
}

// readFile returns a hook that reads the file that an argument names while the
// command runs.
func (s *stage) readFile(t *testing.T, option string, content *string) func(context.Context, pack.Command) (*pack.Result, error) {
	t.Helper()
	return func(_ context.Context, c pack.Command) (*pack.Result, error) {
		for i, arg := range c.Args {
			path, ok := strings.CutPrefix(arg, option+"=")
			if arg == option {
				path, ok = c.Args[i+1], true
			}
			if !ok {
				continue
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Error(err)
			}
			*content = string(data)
		}
		return nil, nil
	}
}

func TestUVCommands(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	write(t, filepath.Join(s.tools.SearchPath()[0], "uv"), "")
	if err := os.Chmod(filepath.Join(s.tools.SearchPath()[0], "uv"), 0o755); err != nil {
		t.Fatal(err)
	}
	var env []string
	s.tools.OnRun = func(_ context.Context, c pack.Command) (*pack.Result, error) {
		if filepath.Base(c.Path) != "uv" {
			return nil, nil
		}
		env = c.Env
		return &pack.Result{Stdout: []byte("uv 0.13.9 (x)\n")}, nil
	}
	hash := "--hash=sha256:" + strings.Repeat("0", 64)
	p := s.mustBuild(t, s.pack(t, "app", "requirements.txt", "six==1.0 "+hash)).Of(pack.RuntimePython)
	want := "$/tools/bin/uv --no-config --no-progress --color never --no-python-downloads --cache-dir $/envs/cache/uv" +
		" pip install --link-mode copy --python " + s.short(p.Path) + "/bin/python --only-binary :all: --require-hashes --requirement " + s.short(p.Path) + ".partial/requirements.txt"
	if lines := s.lines(); len(lines) != 4 || lines[2] != want {
		t.Errorf("commands = %q, want third %q", lines, want)
	}
	// A silent index is not waited for.
	if !slices.Contains(env, "UV_HTTP_TIMEOUT=15") || !slices.Contains(env, "UV_HTTP_RETRIES=1") {
		t.Errorf("environment = %q, want time limits in it", env)
	}
}

func TestNPMCommands(t *testing.T) {
	t.Parallel()
	const common = " --ignore-scripts --omit=dev --no-audit --no-fund --no-update-notifier --no-progress --color=false --logs-max=0" +
		" --fetch-retry-mintimeout=300 --fetch-retry-maxtimeout=2000 --fetch-timeout=15000 --fetch-retries=1 --cache=$/envs/cache/npm" +
		" --userconfig=WORK/npmrc --globalconfig=WORK/none --git=WORK/none --replace-registry-host=always"
	const npm = "$/tools/bin/node $/tools/lib/node_modules/npm/bin/npm-cli.js "
	tests := []struct {
		name, registry, lock string
		want, wantConfig     string
	}{
		{name: "install", want: npm + "install" + common},
		{
			name: "ci", lock: `{"lockfileVersion": 3, "packages": {}}`,
			want: npm + "ci" + common,
		},
		{
			name: "registry with a password", registry: "https://user:p%40ss@npm.example:8443/private/",
			want:       npm + "install" + common + " --registry=https://npm.example:8443/private/",
			wantConfig: "//npm.example:8443/private/:_auth=dXNlcjpwQHNz\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.config.NodeRegistry = tt.registry
			files := []string{"package.json", `{"dependencies": {"a": "^1"}, "scripts": {"install": "evil"}}`, ".npmrc", "git=./evil"}
			if tt.lock != "" {
				files = append(files, "package-lock.json", tt.lock)
			}
			var config string
			s.tools.OnRun = s.readFile(t, "--userconfig", &config)
			dir := filepath.Dir(s.mustBuild(t, s.pack(t, "app", files...)).Of(pack.RuntimeNode).Path)
			want := strings.ReplaceAll(tt.want, "WORK", s.short(dir)+".partial")
			if diff := cmp.Diff([]string{want}, s.lines()); diff != "" {
				t.Errorf("commands (-want +got):\n%s", diff)
			}
			if config != tt.wantConfig {
				t.Errorf("configuration = %q, want %q", config, tt.wantConfig)
			}
			manifest, err := os.ReadFile(filepath.Join(dir, "package.json"))
			if want := `{"name":"environment","version":"0.0.0","private":true,"dependencies":{"a":"^1"}}`; err != nil || string(manifest) != want {
				t.Errorf("package.json = %s, %v; want %s", manifest, err, want)
			}
			if _, err := os.Stat(filepath.Join(dir, ".npmrc")); err == nil {
				t.Error("the pack's .npmrc is there")
			}
		})
	}
}

func TestCommandsGetExactlyOneEnvironment(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.config.Env = []string{"TOOL=set"}
	e := s.mustBuild(t, s.pack(t, "app", "requirements.txt", "six", "package.json", `{"dependencies": {"a": "1"}}`))
	for _, c := range s.tools.Commands() {
		if len(c.Env) == 1 {
			continue // a question to an interpreter has only PATH
		}
		work := e.Of(pack.RuntimePython).Path + ".partial"
		if strings.Contains(strings.Join(c.Args, " "), "npm-cli.js") {
			work = filepath.Dir(e.Of(pack.RuntimeNode).Path) + ".partial"
		}
		want := []string{
			"HOME=" + work + "/home", "LANG=C.UTF-8", "PIP_CONFIG_FILE=/dev/null", "PYTHONDONTWRITEBYTECODE=1",
			"TMPDIR=" + work + "/tmp",
		}
		if c.Access.Network { // the variables can hold passwords
			want = append(want, "TOOL=set", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy")
		}
		if diff := cmp.Diff(want, withoutProxies(c.Env)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.Path, diff)
		}
		if want := strings.TrimSuffix(work, ".partial"); c.Dir != want {
			t.Errorf("%s runs in %q, want %q", c.Path, c.Dir, want)
		}
	}
}

// withoutProxies returns variables, those for proxies without their values, which must
// be one address on this machine.
func withoutProxies(env []string) []string {
	var names []string
	for _, v := range env {
		if name, value, _ := strings.Cut(v, "="); strings.HasSuffix(strings.ToUpper(name), "_PROXY") && strings.Contains(value, "@127.0.0.1:") {
			v = name
		}
		names = append(names, v)
	}
	return names
}

func TestReuseStartsNoProcess(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	first := s.mustBuild(t, s.pack(t, "first", "requirements.txt", "six\n", "package.json", `{"dependencies": {"a": "1"}}`))
	started := len(s.tools.Commands())
	second := s.mustBuild(t, s.pack(t, "second", "requirements.txt", "# other\nSix", "package.json", `{"name": "x", "dependencies": {"a": "1"}}`))
	if n := len(s.tools.Commands()) - started; n != 0 {
		t.Errorf("%d processes were started", n)
	}
	first.Of(pack.RuntimePython).Reused, first.Of(pack.RuntimeNode).Reused = true, true
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("environments (-first +second):\n%s", diff)
	}
}

// Whatever decides the result decides the Key, and nothing else does.
func TestKey(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	keys := map[string]string{}
	key := func(config envbuild.Config, ref string, files ...string) string {
		changed := *s
		changed.config = config
		return changed.mustBuild(t, s.pack(t, ref, files...)).Of(pack.RuntimePython).Key
	}
	base := key(s.config, "base", "requirements.txt", "six")
	keys["base"] = base
	with := func(change func(c *envbuild.Config)) envbuild.Config {
		c := s.config
		change(&c)
		return c
	}
	for name, got := range map[string]string{
		"another pack":      key(s.config, "other", "requirements.txt", "six", "more.txt", "x"),
		"empty links":       key(with(func(c *envbuild.Config) { c.FindLinks = []string{} }), "empty", "requirements.txt", "six"),
		"same requirements": key(s.config, "same", "requirements.txt", "# six\nSIX\nsix"),
		"another password":  key(with(func(c *envbuild.Config) { c.Network.Proxy = "http://u:p@h" }), "env", "requirements.txt", "six"),
	} {
		if got != base {
			t.Errorf("%s: the Key changes", name)
		}
	}
	for name, got := range map[string]string{
		"other requirements": key(s.config, "reqs", "requirements.txt", "six==1"),
		"no requirements":    key(s.config, "none", "requirements.txt", ""),
		"index":              key(with(func(c *envbuild.Config) { c.PythonIndex = "https://i.example" }), "index", "requirements.txt", "six"),
		"links":              key(with(func(c *envbuild.Config) { c.FindLinks = []string{"/srv"} }), "links", "requirements.txt", "six"),
	} {
		for other, key := range keys {
			if got == key {
				t.Errorf("%s: the Key is that of %s", name, other)
			}
		}
		keys[name] = got
	}
	for ref, config := range map[string]string{"secret1": "https://a:1@i.example", "secret2": "https://b:2@i.example"} {
		if got := key(with(func(c *envbuild.Config) { c.PythonIndex = config }), ref, "requirements.txt", "six"); got != keys["index"] {
			t.Errorf("%s: the Key depends on the password", ref)
		}
	}
}
