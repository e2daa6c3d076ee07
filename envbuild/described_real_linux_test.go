package envbuild_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
)

// rubyRuntime is how a platform describes Ruby, with commands that tell of failures.
const rubyRuntime = `ref: core.ruby
name: Ruby
aliases: [rb]
distributions:
  min_version: "2.7"
  verification: {commands: [{binary: ruby, args: [--version], pattern: "ruby \\d+\\."}]}
execution_config:
  interpreter: {binary: ruby, file_extension: .rb}
  environment: {env_type: gem_home, create_command: [sh, -c, "mkdir -p {env_dir}/gems"]}
  dependencies: {manifest_file: Gemfile, install_command: [bundle, install, --quiet]}
  env_vars: {GEM_HOME: "{env_dir}/gems", GEM_PATH: "{env_dir}/gems", BUNDLE_PATH__SYSTEM: "true"}
`

// perlRuntime describes Perl; the mirror is that of the host.
const perlRuntime = `ref: core.perl
name: Perl
aliases: [perl5]
distributions:
  verification: {commands: [{binary: perl, args: [--version], pattern: "perl.*v\\d+\\."}]}
execution_config:
  interpreter: {binary: perl, file_extension: .pl}
  environment: {env_type: local_lib, create_command: [sh, -c, "mkdir -p {env_dir}/lib/perl5"]}
  dependencies:
    manifest_file: cpanfile
    install_command: [cpanm, --mirror, $MIRROR, --mirror-only, --notest, --no-man-pages, -L, "{env_dir}", --installdeps, .]
  env_vars: {PERL5LIB: "{env_dir}/lib/perl5"}
`

// newDescribedStage returns a stage with the whole search path of this machine, because
// tools start others by name.
func newDescribedStage(t *testing.T, programs ...string) *stage {
	t.Helper()
	s, _ := newRealStage(t)
	for _, name := range programs {
		need(t, name)
	}
	s.config.SearchPath = []string{"/usr/bin", "/bin"}
	return s
}

// serve serves a directory, and tells how often it was asked.
func serve(t *testing.T, dir string) (url string, requests func() int) {
	t.Helper()
	seen := make(chan struct{}, 10000)
	files := http.FileServer(http.Dir(dir))
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen <- struct{}{}
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	return srv.URL, func() int { return len(seen) }
}

// gemIndex makes an index with two gems, one of which needs the other.
func gemIndex(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, rest := range map[string]string{"greeting": "s.add_dependency 'words', '~> 1.0'", "words": ""} {
		src := filepath.Join(dir, "src", name)
		write(t, filepath.Join(src, "lib", name+".rb"), "module "+strings.ToUpper(name[:1])+name[1:]+"; TEXT = 'hello from "+name+"'; end\n")
		write(t, filepath.Join(src, name+".gemspec"), "Gem::Specification.new do |s|\n s.name = '"+name+"'; s.version = '1.2.0'; s.summary = 'x'; s.authors = ['t']; s.files = ['lib/"+name+".rb']\n "+rest+"\nend\n")
		run(t, src, "gem", "build", name+".gemspec", "--output", filepath.Join(dir, "index", "gems", name+"-1.2.0.gem"))
	}
	run(t, dir, "gem", "generate_index", "--directory", "index")
	return filepath.Join(dir, "index")
}

func run(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if name == "gem" {
		if err := os.MkdirAll(filepath.Join(filepath.Dir(filepath.Dir(dir)), "index", "gems"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
}

func TestRealBundler(t *testing.T) {
	t.Parallel()
	for _, sandbox := range []bool{false, true} {
		t.Run(map[bool]string{false: "none", true: "sandbox"}[sandbox], func(t *testing.T) {
			t.Parallel()
			s := newDescribedStage(t, "ruby", "bundle", "gem")
			index, requests := serve(t, gemIndex(t))
			if sandbox {
				inSandbox(t, s)
			}
			s.describe(t, rubyRuntime)
			app := s.pack(t, "app", "Gemfile", "source '"+index+"'\ngem 'greeting', '~> 1.0'\n", "a.rb", "require 'greeting'; require 'words'; puts Greeting::TEXT\n")
			e := s.mustBuild(t, app).Of("ruby")
			var got []string
			for _, d := range e.Distributions {
				got = append(got, d.Name+" "+d.Version)
			}
			if want := []string{"greeting 1.2.0", "words 1.2.0"}; !cmp.Equal(want, got) || e.PackageCount != 2 || e.Reused || !e.Ready {
				t.Errorf("got %q in %+v", got, e)
			}
			if got := runIn(t, &e.Environment, app, "a.rb"); got != "hello from greeting" {
				t.Errorf("the script prints %q", got)
			}
			before := requests()
			same := s.pack(t, "same", "Gemfile", "source '"+index+"'\ngem 'greeting', '~> 1.0'\n")
			if again := s.mustBuild(t, same).Of("ruby"); !again.Reused || again.Key != e.Key || again.Instance != e.Instance || requests() != before {
				t.Errorf("built again: %+v", again)
			}
			wantOwner(t, e.Path)
		})
	}
}

// runIn runs a script of a pack in a described environment.
func runIn(t *testing.T, e *pack.Environment, dir, file string) string {
	t.Helper()
	envs := []pack.Environment{*e}
	s, err := pack.ReadScript(os.DirFS(dir), file, "", envs)
	if err != nil {
		t.Fatal(err)
	}
	argv, err := s.Argv(file, envs)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir, cmd.Env = dir, pack.Environ([]string{"PATH=/usr/bin:/bin"}, dir, envs)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%q: %v\n%s", argv, err, out)
	}
	return strings.TrimSpace(string(out))
}

// cpan makes a mirror with one distribution.
func cpan(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	archive := tarGz(t,
		"Greeting-1.02/Makefile.PL", "use ExtUtils::MakeMaker;\nWriteMakefile(NAME => 'Greeting', VERSION => '1.02', NO_META => 1);\n",
		"Greeting-1.02/lib/Greeting.pm", "package Greeting;\nour $VERSION = '1.02';\nsub text { 'hello from perl' }\n1;\n")
	write(t, filepath.Join(dir, "authors/id/T/TE/TEST/Greeting-1.02.tar.gz"), string(archive))
	var index bytes.Buffer
	z := gzip.NewWriter(&index)
	lines := "File: 02packages.details.txt\nLine-Count: 1\n\nGreeting  1.02  T/TE/TEST/Greeting-1.02.tar.gz\n"
	if _, err := z.Write([]byte(lines)); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "modules/02packages.details.txt.gz"), index.String())
	return dir
}

func TestRealCpanm(t *testing.T) {
	t.Parallel()
	for _, sandbox := range []bool{false, true} {
		t.Run(map[bool]string{false: "none", true: "sandbox"}[sandbox], func(t *testing.T) {
			t.Parallel()
			s := newDescribedStage(t, "perl", "cpanm", "make")
			mirror, requests := serve(t, cpan(t))
			if sandbox {
				inSandbox(t, s)
			}
			s.describe(t, strings.Replace(perlRuntime, "$MIRROR", mirror, 1))
			app := s.pack(t, "app", "cpanfile", "requires 'Greeting', '1.0';\n", "a.pl", "use Greeting; print Greeting::text();\n")
			e := s.mustBuild(t, app).Of("perl")
			if e.PackageCount != 1 || e.Distributions[0].Name != "Greeting" || e.Distributions[0].Version != "1.02" || requests() == 0 {
				t.Errorf("got %+v", e)
			}
			if got := runIn(t, &e.Environment, app, "a.pl"); got != "hello from perl" {
				t.Errorf("the script prints %q", got)
			}
		})
	}
}

// TestRealBundlerObeysThePolicy: a server that the host does not allow is not asked, and
// what is not there is told.
func TestRealBundlerObeysThePolicy(t *testing.T) {
	t.Parallel()
	s := newDescribedStage(t, "ruby", "bundle", "gem")
	index, requests := serve(t, gemIndex(t))
	s.describe(t, rubyRuntime)
	absent := s.pack(t, "absent", "Gemfile", "source '"+index+"'\ngem 'absent'\n")
	_, err := s.build(t, absent)
	wantReason(t, err, envbuild.ReasonUnknown, "Could not find gem 'absent'")
	before := requests()
	s.config.Network = pack.Network{}
	_, err = s.build(t, absent)
	wantReason(t, err, envbuild.ReasonNetworkPolicy, "packages cannot be fetched")
	if requests() != before {
		t.Error("the server was asked")
	}
}
