package envbuild_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
)

// interpreters makes programs that say they are of the given versions; a pip
// may follow a version, as in "3.11.7 pip 23.0".
func (s *stage) interpreters(t *testing.T, kind string, versions ...string) {
	t.Helper()
	answers := map[string]string{}
	s.config.SearchPath = nil
	for i, text := range versions {
		version, pip, _ := strings.Cut(text, " pip ")
		path := filepath.Join(s.dir, fmt.Sprintf("%s%d", strings.TrimSuffix(kind, "3"), i), kind)
		write(t, path, "")
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
		answer, err := json.Marshal(map[string]string{"path": path, "version": version, "printed": "P " + version, "pip": pip})
		if err != nil {
			t.Fatal(err)
		}
		answers[path] = string(answer)
		s.config.SearchPath = append(s.config.SearchPath, filepath.Dir(path))
	}
	s.tools.OnRun = func(_ context.Context, c pack.Command) (*pack.Result, error) {
		if answer := answers[c.Path]; answer != "" && len(c.Env) == 1 {
			return &pack.Result{Stdout: []byte(answer)}, nil
		}
		return &pack.Result{}, nil
	}
}

func TestPythonIsChosen(t *testing.T) {
	t.Parallel()
	all := []string{"3.9.18 pip 23.0", "3.11.7 pip 23.2.1", "3.12.1", "3.10.13 pip 21.0"}
	const requirements, action = "requirements.txt", "actions/a.yaml"
	tests := []struct {
		name            string
		found           []string
		prefer, suggest string
		files           []string
		want            string // version, or what the error says
	}{
		{name: "first", found: all, files: []string{"pack.yaml", "runtime_deps: [python3]\n"}, want: "P 3.9.18"},
		{name: "first that has pip", found: []string{"3.12.1", "3.10.13 pip 21.0", "3.11.7 pip 23.2.1", "3.9.18 pip 23.0"}, files: []string{requirements, "six"}, want: "P 3.11.7"},
		{name: "preferred", found: all, prefer: "3.9", files: []string{requirements, "six"}, want: "P 3.9.18"},
		{name: "preferred but not there", found: all, prefer: "3.8", files: []string{requirements, "six"}, want: "no Python satisfies 3.8: found 3.9.18, 3.11.7, 3.12.1, 3.10.13;"},
		{name: "suggested", suggest: "3.11", found: all, files: []string{requirements, "six"}, want: "P 3.11.7"},
		{name: "suggested but not there", suggest: "3.8", found: all, files: []string{requirements, "six"}, want: "P 3.9.18"},
		{name: "preferred and suggested", prefer: "3.9", suggest: "3.11", found: all, files: []string{requirements, "six"}, want: "P 3.9.18"},
		{name: "preferred but not fitting", found: all, prefer: "3.9", files: []string{"pack.yaml", "runtime_deps: ['python3>=3.11']\n"}, want: "P 3.11.7"},
		{
			name: "every range counts", found: all,
			files: []string{
				"pack.yaml", "runtime_deps: ['python3>=3.10']\n",
				action, "ref: app.a\nlabel: A\nrunner_type: python\nruntime_version: '<3.12,!=3.11.*'\nentry_point: a.py\n",
			},
			want: "P 3.10.13",
		},
		{name: "dependencies.python_version", found: all, files: []string{"pack.yaml", "dependencies: {python_version: '3.9'}\n"}, want: "P 3.9.18"},
		{
			name: "none fits", found: all, files: []string{"pack.yaml", "runtime_deps: ['python3>=3.13']\n"},
			want: "no Python satisfies >=3.13: found 3.9.18, 3.11.7, 3.12.1, 3.10.13; install one, or add where it is to the search path",
		},
		{name: "none at all", files: []string{requirements, ""}, want: "no Python found: install one, or add where it is to the search path"},
		{name: "no pip", found: []string{"3.12.1"}, files: []string{requirements, "six"}, want: "has no pip to install requirements.txt with: install uv, or pip 22.3 or later"},
		{name: "old pip", found: []string{"3.8.1 pip 21.0"}, files: []string{requirements, "six"}, want: "has pip 21.0, which cannot install into an environment: install uv, or pip 22.3 or later"},
		{name: "range that is none", found: all, files: []string{"pack.yaml", "dependencies: {python_version: 'newest'}\n"}, want: `Python version range "newest": write it as in ">=3.8,<4"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.interpreters(t, "python3", tt.found...)
			if tt.found == nil {
				s.config.SearchPath = []string{s.dir}
			}
			req := envbuild.Request{Paths: []string{s.pack(t, "app", tt.files...)}, Prefer: map[pack.RuntimeName]string{pack.RuntimePython: tt.prefer}, Suggest: map[pack.RuntimeName]string{pack.RuntimePython: tt.suggest}, Check: true}
			rep, err := s.builder(t).Build(t.Context(), req)
			checkChoice(t, rep, err, tt.want, func(e envbuild.Environments) string { return e.Of(pack.RuntimePython).Version })
		})
	}
}

func TestNodeIsChosen(t *testing.T) {
	t.Parallel()
	all := []string{"18.3.1", "22.1.0", "20.20.2"}
	tests := []struct {
		name, prefer, npm string
		files             []string
		want              string
	}{
		{name: "first", files: []string{"pack.yaml", "runtime_deps: [nodejs]\n"}, want: "P 18.3.1"},
		{name: "preferred", prefer: "20", files: []string{"pack.yaml", "runtime_deps: [nodejs]\n"}, want: "P 20.20.2"},
		{name: "range", files: []string{"pack.yaml", "runtime_deps: ['nodejs^18']\n"}, want: "P 18.3.1"},
		{name: "engines", files: []string{"package.json", `{"engines": {"node": ">=19 <21"}}`}, want: "P 20.20.2"},
		{name: "engines that are not there", files: []string{"package.json", `{"engines": {"node": ">=99"}}`}, want: "no Node.js satisfies >=99: found 18.3.1, 22.1.0, 20.20.2"},
		{name: "old npm", npm: "6.14.18", files: []string{"package.json", `{"dependencies": {"a": "1"}}`}, want: "is too old: install npm 8 or later"},
		{name: "no npm", files: []string{"package.json", `{"dependencies": {"a": "1"}}`}, want: "install npm"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.interpreters(t, "node", all...)
			if tt.npm != "" { // beside each of them
				dir := filepath.Join(s.dir, "lib", "node_modules", "npm")
				write(t, filepath.Join(dir, "package.json"), `{"name": "npm", "version": "`+tt.npm+`"}`)
				write(t, filepath.Join(dir, "bin", "npm-cli.js"), "")
			}
			req := envbuild.Request{Paths: []string{s.pack(t, "app", tt.files...)}, Prefer: map[pack.RuntimeName]string{pack.RuntimeNode: tt.prefer}, Check: true}
			rep, err := s.builder(t).Build(t.Context(), req)
			checkChoice(t, rep, err, tt.want, func(e envbuild.Environments) string { return e.Of(pack.RuntimeNode).Version })
		})
	}
}

// TestTheReportSaysWhatWasChosen, and why the others were not.
func TestTheReportSaysWhatWasChosen(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.interpreters(t, "python3", "3.12.1", "3.9.18 pip 23.0", "3.11.7 pip 23.0", "3.10.13 pip 23.0", "3.11.2 pip 23.0", "silent")
	known := s.tools.OnRun
	s.tools.OnRun = func(ctx context.Context, c pack.Command) (*pack.Result, error) {
		if strings.Contains(c.Path, "python5") {
			return &pack.Result{ExitCode: 127, Stderr: []byte("not active\n")}, nil
		}
		return known(ctx, c)
	}
	app := s.pack(t, "app", "requirements.txt", "six", "pack.yaml", "runtime_deps: ['python3>=3.10']\n")
	for range 2 { // the second time, answers are remembered
		rep, err := s.builder(t).Build(t.Context(), envbuild.Request{Paths: []string{app}, Prefer: map[pack.RuntimeName]string{pack.RuntimePython: "3.11"}, Check: true})
		if err != nil {
			t.Fatal(err)
		}
		e := rep.Built[0].Environments[0]
		got := []string{s.short(e.Program)}
		for _, p := range e.PassedOver {
			got = append(got, s.short(fmt.Sprintf("%s %s: %s", p.Path, p.Version, p.Reason)))
		}
		want := []string{
			"$/python2/python3", "$/python0/python3 3.12.1: 3.11 is preferred", "$/python1/python3 3.9.18: 3.9.18 is not >=3.10",
			"$/python3/python3 3.10.13: 3.11 is preferred", "$/python4/python3 3.11.2: $/python2/python3 is earlier in the search path",
			"$/python5/python3 : it did not say its version: exit status 127: not active",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func checkChoice(t *testing.T, rep *envbuild.Report, err error, want string, version func(envbuild.Environments) string) {
	t.Helper()
	if err != nil {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("err = %v, want %q", err, want)
		}
		return
	}
	if got := version(rep.Built[0].Environments); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAnInterpreterThatWasReplacedMakesAnotherEnvironment(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.pack(t, "app", "requirements.txt", "six")
	before := s.mustBuild(t, path).Of(pack.RuntimePython)
	python := filepath.Join(s.tools.SearchPath()[0], "python3")
	write(t, python, "upgraded")
	s.tools.OnRun = func(_ context.Context, c pack.Command) (*pack.Result, error) {
		if len(c.Env) > 1 || c.Path != python {
			return nil, nil
		}
		return &pack.Result{Stdout: fmt.Appendf(nil, `{"path": %q, "version": "3.11.8", "printed": "Python 3.11.8", "pip": "23.2"}`, python)}, nil
	}
	after := s.mustBuild(t, path).Of(pack.RuntimePython)
	if after.Reused || after.Key == before.Key || after.Version != "Python 3.11.8" {
		t.Errorf("before %+v, after %+v", before, after)
	}
}
