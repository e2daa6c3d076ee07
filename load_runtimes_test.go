package pack_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
)

// ruby describes a runtime.
const ruby = `ref: core.ruby
name: Ruby
aliases: [rb]
distributions:
  min_version: "2.7"
  verification:
    commands:
      - {binary: ruby3, args: [--version], priority: 2}
      - {binary: ruby, args: [--version], exit_code: 0, pattern: "ruby \\d+\\.", priority: 1}
execution_config:
  interpreter: {binary: ruby, args: [-W0], file_extension: .rb}
  environment: {env_type: gem_home, create_command: [mkdir, "{env_dir}/gems"], interpreter_path: null}
  dependencies: {manifest_file: Gemfile, install_command: [bundle, install]}
  env_vars:
    GEM_HOME: "{env_dir}/gems"
    RUBYLIB: {operation: prepend, value: "{pack_dir}/lib"}
    PATH: {operation: prepend, value: "{env_dir}/bin"}
    NONE: null
`

func describe(t *testing.T, text string) pack.Runtime {
	t.Helper()
	r, err := pack.ReadRuntime([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReadRuntime(t *testing.T) {
	t.Parallel()
	want := pack.Runtime{
		Name: "ruby", Title: "Ruby", Words: []string{"ruby", "rb"}, RunnerTypes: []string{"ruby", "rb"}, Programs: []string{"ruby"},
		Extensions: []string{".rb"}, Manifest: "Gemfile", RangeExample: ">=1.2 <3", Link: "env-ruby",
		Described: &pack.RuntimeDescription{Ref: "core.ruby", Minimum: "2.7", Versions: []pack.RuntimeVersion{{
			Checks: []pack.RuntimeCheck{{Program: "ruby", Args: []string{"--version"}, Pattern: `ruby \d+\.`}, {Program: "ruby3", Args: []string{"--version"}}},
			Args:   []string{"-W0"}, Layout: "gem_home", Create: []string{"mkdir", "{env_dir}/gems"}, Install: []string{"bundle", "install"},
			Variables: []pack.RuntimeVariable{
				{Name: "GEM_HOME", Operation: "set", Value: "{env_dir}/gems", Separator: ":"},
				{Name: "RUBYLIB", Operation: "prepend", Value: "{pack_dir}/lib", Separator: ":"},
				{Name: "PATH", Operation: "prepend", Value: "{env_dir}/bin", Separator: ":"},
			},
		}}},
	}
	if diff := cmp.Diff(want, describe(t, ruby)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestVersionsOfARuntime: the default is first, and what a version does not say is that of
// the runtime.
func TestVersionsOfARuntime(t *testing.T) {
	t.Parallel()
	r := describe(t, ruby+`versions:
  - {version: 2.7, distributions: {verification: {commands: [{binary: ruby2.7}]}}}
  - version: "3.1"
    is_default: true
    execution_config: {interpreter: {binary: ruby3.1}}
`)
	var got []string
	for _, v := range r.Described.Versions {
		got = append(got, v.Version+" "+v.Checks[0].Program+" "+v.Layout)
	}
	if want := []string{"3.1 ruby ", "2.7 ruby2.7 gem_home"}; !cmp.Equal(want, got) || !cmp.Equal(r.Programs, []string{"ruby3.1", "ruby"}) {
		t.Errorf("got %q, and programs %q", got, r.Programs)
	}
}

// TestHostileRuntimesAreNotRead: what is refused in packs is refused of hosts, too, and so
// is what only warns there.
func TestHostileRuntimesAreNotRead(t *testing.T) {
	t.Parallel()
	for _, tt := range append(hostileRuntimes(), []hostileCase{
		{name: "absolute program", text: execution("interpreter: {binary: /bin/bash}"), says: "other machines may not have"},
		{name: "absolute command", text: execution("environment: {create_command: [/bin/rm, -rf, /]}"), says: "other machines may not have"},
		{name: "built in", text: "ref: core.python\nexecution_config: {interpreter: {binary: python3}}\n", says: "is built in"},
		{name: "directory of environments", text: "ref: core.locks\nexecution_config: {interpreter: {binary: x}}\n", says: "other directories"},
		{name: "no ref", text: "execution_config: {interpreter: {binary: x}}\n", says: "its ref is not one"},
		{name: "climbing ref", text: "ref: ../../x\nexecution_config: {interpreter: {binary: x}}\n", says: "its ref is not one"},
		{name: "no program", text: "ref: core.x\n", says: "names no program"},
		{name: "list", text: "[x]", says: "want a mapping"},
		{name: "two documents", text: ruby + "---\n" + ruby, says: "document"},
		{name: "nothing", text: "", says: "description of a runtime"},
	}...) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := pack.ReadRuntime([]byte(tt.text))
			if pack.CodeOf(err) != pack.CodeInvalidManifest || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want %q", err, tt.says)
			}
		})
	}
}

// TestUpstreamRuntimesAreRead: all of theirs are, except those that are built in.
func TestUpstreamRuntimesAreRead(t *testing.T) {
	t.Parallel()
	corpus := os.Getenv("PACK_CORPUS")
	files, err := filepath.Glob(filepath.Join(corpus, "attune-upstream", "core", "runtimes", "*.yaml"))
	if err != nil || corpus == "" || len(files) == 0 {
		t.Skip("no corpus", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		_, builtIn := pack.RuntimeByName(pack.RuntimeName(name))
		r, err := pack.ReadRuntime(data)
		if (err != nil) != builtIn || err == nil && (string(r.Name) != name || len(r.Described.Versions) == 0) {
			t.Errorf("%s: got %+v, %v", name, r, err)
		}
	}
}

// TestRuntimesOfPacks: a pack can use the runtimes that the host knows, and its own.
func TestRuntimesOfPacks(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"pack.yaml":      minimal + "runtime_deps: ['ruby>=3']\n",
		"actions/a.yaml": "ref: demo.a\nrunner_type: rb\nentry_point: a.rb\nruntime_version: '<4'\n", "actions/a.rb": "puts 1\n", "Gemfile": "",
		"actions/b.yaml": "ref: demo.b\nrunner_type: shell\nentry_point: b.rb\n", "actions/b.rb": "puts 1\n",
	}
	own := strings.Replace(ruby, "core.ruby", "demo.ruby", 1)
	for name, tt := range map[string]struct {
		opts *pack.LoadOptions
		file string
		pack pack.Ref
	}{
		"of the host": {&pack.LoadOptions{Runtimes: []pack.Runtime{describe(t, ruby)}}, "", ""},
		"of the pack": {nil, own, "demo"},
		"of both":     {&pack.LoadOptions{Runtimes: []pack.Runtime{describe(t, ruby)}}, own, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := mapFS(files)
			if tt.file != "" {
				tree["runtimes/ruby.yaml"] = mapFS(map[string]string{"x": tt.file})["x"]
			}
			p, err := pack.Load(tree, tt.opts)
			if err != nil || p.Findings.Err() != nil || pack.Validate(tree, p, nil).Err() != nil {
				t.Fatal(err, p.Findings, pack.Validate(tree, p, nil))
			}
			got, err := pack.RuntimeNeeds(tree, p)
			want := []pack.RuntimeNeed{{
				Runtime: "ruby", Ranges: []string{">=3", "<4"}, Manifest: "Gemfile", Reasons: []string{"runtime_deps", "actions/a.yaml", "actions/b.yaml", "Gemfile"},
			}}
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
			if len(p.Runtimes) != 1 || p.Runtimes[0].Described.Pack != tt.pack {
				t.Errorf("got %+v", p.Runtimes)
			}
			if !slices.IsSortedFunc(p.Components, func(a, b pack.Component) int {
				return slices.Index(pack.Kinds(), a.Kind) - slices.Index(pack.Kinds(), b.Kind)
			}) {
				t.Errorf("the components are not in the order of their kinds: %+v", p.Components)
			}
		})
	}
	p, err := pack.Load(mapFS(files), nil)
	if err != nil || len(p.Findings) != 2 { // of runner_type and runtime_deps
		t.Errorf("not described: got %v, %v", p.Findings, err)
	}
}

// TestOwnRuntimesTakeNothing: a description of a pack cannot take words and files from
// runtimes that the host knows.
func TestOwnRuntimesTakeNothing(t *testing.T) {
	t.Parallel()
	evil := strings.NewReplacer("core.ruby", "demo.evil", "[rb]", "[python, rb]", ".rb", ".py", "Gemfile", "requirements.txt").Replace(ruby)
	tree := mapFS(map[string]string{
		"pack.yaml": minimal + "runtime_deps: [python, rb]\n", "runtimes/evil.yaml": evil, "requirements.txt": "six==1.0\n",
		"runtimes/python.yaml": strings.Replace(ruby, "core.ruby", "demo.python", 1),
		"actions/a.yaml":       "ref: demo.a\nrunner_type: python\nentry_point: a.py\n", "actions/a.py": "",
	})
	p, err := pack.Load(tree, &pack.LoadOptions{Runtimes: []pack.Runtime{describe(t, ruby)}})
	if err != nil {
		t.Fatal(err)
	}
	needs, err := pack.RuntimeNeeds(tree, p)
	var got []pack.RuntimeName
	for _, n := range needs {
		got = append(got, n.Runtime)
	}
	if want := []pack.RuntimeName{"python", "ruby"}; err != nil || !cmp.Equal(want, got) {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestScriptsOfDescribedRuntimes(t *testing.T) {
	t.Parallel()
	r := describe(t, ruby)
	env := pack.Environment{Runtime: "ruby", Path: "/envs/ruby/1", Interpreter: "/usr/bin/ruby", Version: "ruby 3.1.2p20", Described: &r}
	tree := mapFS(map[string]string{"a.rb": "#!/usr/bin/env ruby\n", "b.rb": "puts 1\n"})
	for _, tt := range []struct {
		file, runner string
		want         []string
	}{
		{"a.rb", "ruby", []string{"/usr/bin/ruby", "-W0", "a.rb"}},
		{"a.rb", "", []string{"/usr/bin/ruby", "-W0", "a.rb"}},
		{"b.rb", "shell", []string{"/usr/bin/ruby", "-W0", "b.rb"}},
	} {
		s, err := pack.ReadScript(tree, tt.file, tt.runner, []pack.Environment{env})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Argv(tt.file, []pack.Environment{env}); err != nil || !cmp.Equal(tt.want, got) {
			t.Errorf("%s with %q: got %q, %v", tt.file, tt.runner, got, err)
		}
		if _, err := s.Argv(tt.file, nil); pack.CodeOf(err) != pack.CodeNotFound {
			t.Errorf("%s without its environment: got %v", tt.file, err)
		}
	}
	if got := env.Link() + " " + env.Title(); got != "env-ruby ruby 3.1.2p20" {
		t.Errorf("got %q", got)
	}
}

func TestEnviron(t *testing.T) {
	t.Parallel()
	r := describe(t, ruby)
	env := pack.Environment{Runtime: "ruby", Path: "/envs/ruby/1", Interpreter: "/usr/bin/ruby", Described: &r}
	for _, tt := range []struct {
		name, path string
		env, want  []string
	}{
		{"nothing before", "/e", nil, []string{"GEM_HOME=/e/gems", "RUBYLIB=/p/lib", "PATH=/e/bin"}},
		{"something before", "/e", []string{"RUBYLIB=/x", "A=b", "PATH=/bin", "GEM_HOME=/y", "RUBYLIB=/z"}, []string{"A=b", "GEM_HOME=/e/gems", "RUBYLIB=/p/lib:/z", "PATH=/e/bin:/bin"}},
		{"an interpreter alone", "", []string{"A=b"}, []string{"A=b", "RUBYLIB=/p/lib"}},
	} {
		env.Path = tt.path
		if diff := cmp.Diff(tt.want, pack.Environ(tt.env, "/p", []pack.Environment{{Runtime: "python"}, env})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
