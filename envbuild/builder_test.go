package envbuild_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/internal/testkit/wirecheck"
)

func TestNewRefusesConfigurations(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(c *envbuild.Config)
		want   string
	}{
		{"no directory", func(c *envbuild.Config) { c.Dir = "" }, "Dir"},
		{"relative directory", func(c *envbuild.Config) { c.Dir = "envs" }, "Dir"},
		{"no search path", func(c *envbuild.Config) { c.SearchPath = nil }, "search path"},
		{"relative search path", func(c *envbuild.Config) { c.SearchPath = []string{"", ".", "bin"} }, "search path"},
		{"index without scheme", func(c *envbuild.Config) { c.PythonIndex = "index.example" }, "index of Python packages"},
		{"index that is a file", func(c *envbuild.Config) { c.PythonIndex = "file:///srv/u:secret@x" }, "index of Python packages"},
		{"index with more arguments", func(c *envbuild.Config) { c.PythonIndex = "https://h/ --pre" }, "index of Python packages"},
		{"index with more lines", func(c *envbuild.Config) { c.PythonIndex = "https://h/\n-e ." }, "index of Python packages"},
		{"registry", func(c *envbuild.Config) { c.NodeRegistry = "ftp://u:secret@h" }, "registry of Node.js packages"},
		{"links", func(c *envbuild.Config) { c.FindLinks = []string{"wheels"} }, "links to find packages"},
		{"links with a password", func(c *envbuild.Config) { c.FindLinks = []string{"https://u:secret@h"} }, "links to find packages"},
		{"variable", func(c *envbuild.Config) { c.Env = []string{"secret"} }, "Env"},
		{"proxy of the environment", func(c *envbuild.Config) { c.Env = []string{"https_proxy=http://u:secret@h"} }, "https_proxy"},
		{"exception of a proxy", func(c *envbuild.Config) { c.Env = []string{"NO_PROXY=*"} }, "NO_PROXY"},
		{"proxy", func(c *envbuild.Config) { c.Network.Proxy = "socks5://u:secret@h" }, "proxy"},
		{"certificates", func(c *envbuild.Config) { c.Network.CAs = []byte("none") }, "CA certificates"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := envbuild.Config{Dir: "/srv/envs", SearchPath: []string{"/usr/bin"}}
			tt.change(&c)
			_, err := envbuild.New(c)
			if pack.CodeOf(err) != pack.CodeInvalidRequest || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("err = %v", err)
			}
			if err != nil && strings.Contains(err.Error(), "u:secret") {
				t.Errorf("%v contains a password", err)
			}
		})
	}
}

func TestNewTouchesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	b := s.builder(t)
	envs, err := b.Environments(t.Context(), pack.Digest("sha256:"+strings.Repeat("0", 64)))
	if err != nil || len(envs) > 0 {
		t.Errorf("got %v, %v", envs, err)
	}
	if _, err := os.Stat(s.config.Dir); err == nil || len(s.tools.Commands()) > 0 {
		t.Error("something was made or started")
	}
}

func TestReportsHaveNoNullLists(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	good := s.pack(t, "good", "requirements.txt", "six", "package.json", `{"dependencies": {"a": "1"}}`)
	rep, _ := s.build(t, good, "relative")
	nulls, unseen := wirecheck.Nulls(rep)
	unseen = slices.DeleteFunc(unseen, func(list string) bool { // there are none of these
		return list == "report.Warnings" || strings.HasSuffix(list, ".SkippedScripts") || strings.HasSuffix(list, ".PathFiles") || strings.HasSuffix(list, ".Damage") || strings.HasSuffix(list, ".FromSource") || strings.HasSuffix(list, ".PassedOver") || strings.HasSuffix(list, ".Described")
	})
	if len(nulls)+len(unseen) > 0 {
		t.Errorf("null: %q, not seen: %q", nulls, unseen)
	}
}

func TestRequestsThatNameOtherRuntimes(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for name, req := range map[string]envbuild.Request{
		"prefers": {Prefer: map[pack.RuntimeName]string{pack.RuntimeShell: "5"}}, "skips": {Skip: []pack.RuntimeName{pack.RuntimePython, "cobol"}},
		"prefers what it skips, badly": {Prefer: map[pack.RuntimeName]string{pack.RuntimeNode: "newest"}, Skip: []pack.RuntimeName{pack.RuntimeNode}},
	} {
		req.Paths = []string{s.pack(t, "app")}
		if _, err := s.builder(t).Build(t.Context(), req); pack.CodeOf(err) != pack.CodeInvalidRequest {
			t.Errorf("%s: got %v", name, err)
		}
	}
	req := envbuild.Request{Paths: []string{s.pack(t, "twice")}, Skip: []pack.RuntimeName{pack.RuntimeNode, pack.RuntimeNode}}
	if _, err := s.builder(t).Build(t.Context(), req); err != nil {
		t.Error(err)
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.pack(t, "app", "requirements.txt", "six", "package.json", `{"dependencies": {"a": "1"}}`)
	rep, err := s.build(t, path)
	if err != nil {
		t.Fatal(err)
	}
	rep.Built[0].Duration, rep.Summary.Duration = 7, 8
	envs := rep.Built[0].Environments
	if envs[0].Instance == "" || envs[0].Instance == envs[1].Instance {
		t.Errorf("got the instances %q and %q", envs[0].Instance, envs[1].Instance)
	}
	pythonKey, nodeKey := envs.Of(pack.RuntimePython).Key, envs.Of(pack.RuntimeNode).Key
	python, node := instanceDir(s, envs[0].Environment), instanceDir(s, envs[1].Environment)
	want := &envbuild.Report{
		Built: []envbuild.BuiltPack{{Ref: "app", Path: path, Duration: 7, Environments: envbuild.Environments{
			{
				Environment: pack.Environment{
					Runtime: pack.RuntimePython, Key: pythonKey, Path: python, Interpreter: filepath.Join(python, "bin", "python"), Version: "Python 3.11.7",
					Instance: envs[0].Instance, Distributions: []pack.Distribution{{Name: "six", Version: "1.0.0", Digests: []pack.Digest{}}},
				},
				Ready: true, PackageCount: 1, SkippedScripts: []string{}, PathFiles: []string{}, FromSource: []string{}, Damage: []string{},
				Program: filepath.Join(s.tools.SearchPath()[0], "python3"), PassedOver: []envbuild.PassedOver{},
			},
			{
				Environment: pack.Environment{
					Runtime: pack.RuntimeNode, Key: nodeKey, Path: filepath.Join(node, "node_modules"), Interpreter: envs[1].Interpreter, Version: "v20.20.2",
					Instance: envs[1].Instance, Distributions: []pack.Distribution{{Name: "a", Version: "1.0.0", Digests: []pack.Digest{}, Integrity: "sha512-AAAA"}},
				},
				Ready: true, PackageCount: 1, SkippedScripts: []string{}, PathFiles: []string{}, FromSource: []string{}, Damage: []string{},
				Program: filepath.Join(s.tools.SearchPath()[0], "node"), PassedOver: []envbuild.PassedOver{},
			},
		}}},
		Failed: []pack.Failure{}, Warnings: []pack.Warning{},
		Summary: envbuild.Summary{
			Total: 1, Succeeded: 1, Duration: 8, Built: map[pack.RuntimeName]int{pack.RuntimePython: 1, pack.RuntimeNode: 1},
		},
	}
	if diff := cmp.Diff(want, rep); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFailedBuildsAreTriedOncePerRequest(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	installs := 0
	s.tools.OnRun = func(_ context.Context, c pack.Command) (*pack.Result, error) {
		if !slices.Contains(c.Args, "install") {
			return nil, nil
		}
		installs++ // only one at a time builds a Key
		return &pack.Result{ExitCode: 1, Stderr: []byte("no such package")}, nil
	}
	paths := []string{s.pack(t, "a", "requirements.txt", "six"), s.pack(t, "b", "requirements.txt", "six")}
	rep, err := s.build(t, paths...)
	if !errors.Is(err, pack.ErrBuild) || len(rep.Failed) != 2 || installs != 1 {
		t.Errorf("err = %v, failed = %+v, %d installs", err, rep.Failed, installs)
	}
	about, ok := errors.AsType[*envbuild.RuntimeError](rep.Failed[1].Err)
	if !ok || about.Runtime != pack.RuntimePython || rep.Failed[1].Code != pack.CodeBuildFailed {
		t.Errorf("failed = %+v", rep.Failed[1])
	}
	left, err := os.ReadDir(filepath.Join(s.config.Dir, "python"))
	if err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
	envs, err := s.builder(t).Environments(t.Context(), treeDigest(t, paths[0]))
	if err != nil || len(envs) > 0 {
		t.Errorf("attached: %v, %v", envs, err)
	}
}

func treeDigest(t *testing.T, path string) pack.Digest {
	t.Helper()
	d, err := pack.TreeDigest(os.DirFS(path))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestEnvironmentsOfContent(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.pack(t, "app", "requirements.txt", "six", "package.json", `{"dependencies": {"a": "1"}}`)
	// First one runtime, then the other.
	for _, req := range []envbuild.Request{{Skip: []pack.RuntimeName{pack.RuntimeNode}}, {Skip: []pack.RuntimeName{pack.RuntimePython}}} {
		req.Paths = []string{path}
		if _, err := s.builder(t).Build(t.Context(), req); err != nil {
			t.Fatal(err)
		}
	}
	tree := treeDigest(t, path)
	envs, err := s.builder(t).Environments(t.Context(), tree)
	if err != nil || len(envs) != 2 {
		t.Fatalf("got %+v, %v", envs, err)
	}
	node, python := envs[0], envs[1]
	wantPython := pack.Environment{
		Runtime: pack.RuntimePython, Key: python.Key, Instance: python.Instance, Path: instanceDir(s, python),
		Interpreter: filepath.Join(instanceDir(s, python), "bin/python"), Version: "Python 3.11.7",
	}
	wantNode := pack.Environment{
		Runtime: pack.RuntimeNode, Key: node.Key, Instance: node.Instance, Path: filepath.Join(instanceDir(s, node), "node_modules"),
		Interpreter: filepath.Join(s.tools.SearchPath()[0], "node"), Version: "v20.20.2",
	}
	if diff := cmp.Diff([]pack.Environment{wantNode, wantPython}, envs); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// Without the interpreter it was made with, a virtualenv is of no use.
	if err := os.Remove(filepath.Join(s.tools.SearchPath()[0], "python3")); err != nil {
		t.Fatal(err)
	}
	envs, err = s.builder(t).Environments(t.Context(), tree)
	if diff := cmp.Diff([]pack.Environment{wantNode}, envs); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestLinksInAPackAreRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.pack(t, "app", "requirements.txt", "six")
	if err := os.Symlink("/etc/passwd", filepath.Join(path, "x")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.build(t, path); pack.CodeOf(err) != pack.CodeForbiddenEntry {
		t.Errorf("err = %v", err)
	}
}

func TestCommandErrorsTellWhatHappenedAndNoSecret(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.config.PythonIndex = "https://user:s3cr%2Fet@index.example/simple"
	s.config.FindLinks = []string{"https://links.example/all?page=1&token=s3cr%2Ftoken"}
	s.config.Env = []string{
		"A=http://tok3n@proxy.example", "B=user:s3crProxy@proxy.example:3128", "C=socks5h://user:s3crSocks@proxy.example",
	}
	var log bytes.Buffer
	s.config.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.tools.OnRun = func(_ context.Context, c pack.Command) (*pack.Result, error) {
		if !slices.Contains(c.Args, "install") {
			return nil, nil
		}
		return &pack.Result{
			ExitCode: 2, Stdout: []byte("not this"),
			Stderr: []byte("one\n\n\x1b[31mgot https://user:s3cr%2Fet@index.example or s3cr/et\x1b[0m via http://tok3n@proxy.example\n" +
				"proxy s3crProxy of user:s3crProxy@proxy, s3crSocks, page 1 of ?page=1&token=s3cr%2Ftoken, s3cr/token\nno six\n"),
		}, nil
	}
	rep, err := s.build(t, s.pack(t, "app", "requirements.txt", "six"))
	e, ok := errors.AsType[*envbuild.CommandError](err)
	if !ok || e.ExitCode != 2 || pack.CodeOf(err) != pack.CodeBuildFailed || !errors.Is(err, pack.ErrBuild) {
		t.Fatalf("err = %v", err)
	}
	want := "run python3 -m pip: exit status 2: one; [31mgot https://****@index.example or ****[0m via http://****@proxy.example; " +
		"proxy **** of ****@proxy, ****, page 1 of ?****&****, ****; no six"
	if e.Error() != want {
		t.Errorf("err = %q\nwant  %q", e, want)
	}
	text, jsonErr := json.Marshal(rep)
	if jsonErr != nil {
		t.Fatal(jsonErr)
	}
	for name, output := range map[string]string{
		"error": err.Error(), "tail": e.Tail, "command": strings.Join(e.Command, " "), "report": string(text), "log": log.String(),
		"arguments": strings.Join(s.lines(), " "),
	} {
		for _, secret := range []string{"s3cr", "tok3n"} {
			if output == "" || strings.Contains(output, secret) {
				t.Errorf("%s is %q", name, output)
			}
		}
	}
}

func TestCommandErrorsPreferWhatTheToolCallsErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ tail, want string }{
		{"npm warn x\nnpm error code E404\nnpm error 404 Not Found\nmore\n", "run npm: exit status 1: npm error code E404; npm error 404 Not Found"},
		{"Looking\nERROR: No matching distribution\n", "run npm: exit status 1: ERROR: No matching distribution"},
		{"a\nb\nc\nd\ne\n", "run npm: exit status 1: b; c; d; e"},
		{"", "run npm: exit status 1"},
		{strings.Repeat("x", 2000), "run npm: exit status 1: " + strings.Repeat("x", 1000) + "..."},
	}
	for _, tt := range tests {
		e := &envbuild.CommandError{Command: []string{"/usr/bin/npm"}, ExitCode: 1, Tail: tt.tail}
		if e.Error() != tt.want {
			t.Errorf("%q: %q, want %q", tt.tail, e, tt.want)
		}
	}
	e := &envbuild.CommandError{Command: []string{"/usr/bin/npm"}, ExitCode: -1, Signal: "SIGKILL"}
	if want := "run npm: ended by SIGKILL"; e.Error() != want {
		t.Errorf("%q, want %q", e, want)
	}
}

func TestEventsTellWhatIsBuilt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.pack(t, "app", "requirements.txt", "six")
	for _, want := range [][]string{
		{"started", "finished", "started", "progress building a python environment with Python 3.11.7", "finished", "closed"},
		{"started", "finished", "started", "finished", "closed"}, // reused
	} {
		var got []string
		_, err := s.builder(t).Build(t.Context(), envbuild.Request{Paths: []string{path}, OnEvent: func(_ context.Context, e pack.Event) {
			got = append(got, strings.TrimSpace(string(e.Kind)+" "+e.Message))
			if e.Kind != pack.EventStarted && (e.Pack != "app" || e.Version.String() != "1.0.0") {
				t.Errorf("event %+v does not name the pack", e)
			}
		}})
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
}

func TestCertificateVariables(t *testing.T) {
	t.Parallel()
	got := envbuild.CertificateVariables([]string{"HOME=/x", "https_proxy=http://p", "PIP_INDEX_URL=x", "SSL_CERT_FILE=/c", "NO_PROXY", "BROKEN"})
	if diff := cmp.Diff([]string{"SSL_CERT_FILE=/c"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestContentThatChangesWhileItIsBuilt: no environment is attached to content
// that it was not built for.
func TestContentThatChangesWhileItIsBuilt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.pack(t, "app", "requirements.txt", "six", "package.json", `{"dependencies": {"a": "1"}}`)
	before, err := pack.TreeDigest(os.DirFS(path))
	if err != nil {
		t.Fatal(err)
	}
	s.tools.OnRun = func(_ context.Context, c pack.Command) (*pack.Result, error) {
		if slices.Contains(c.Args, "venv") {
			write(t, filepath.Join(path, "package.json"), `{"dependencies": {"b": "2"}}`)
		}
		return nil, nil
	}
	if _, err := s.build(t, path); pack.CodeOf(err) != pack.CodeContentChanged {
		t.Errorf("err = %v", err)
	}
	if envs, err := s.builder(t).Environments(t.Context(), before); err != nil || len(envs) > 0 {
		t.Errorf("attached: %v, %v", envs, err)
	}
}

// instanceDir returns where an environment is built.
func instanceDir(s *stage, e pack.Environment) string {
	return filepath.Join(s.config.Dir, string(e.Runtime), e.Key+"-"+e.Instance)
}

// TestOnlyNamedKeysAreRebuilt: the others are used as they are.
func TestOnlyNamedKeysAreRebuilt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	paths := []string{s.pack(t, "first", "requirements.txt", "a==1\n"), s.pack(t, "second", "requirements.txt", "b==1\n")}
	before, err := s.builder(t).Build(t.Context(), envbuild.Request{Paths: paths})
	if err != nil {
		t.Fatal(err)
	}
	named := before.Built[0].Environments[0].Key
	after, err := s.builder(t).Build(t.Context(), envbuild.Request{Paths: paths, Rebuild: true, RebuildOnly: []string{named}})
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range after.Built {
		e := b.Environments[0]
		if again := e.Instance != before.Built[i].Environments[0].Instance; again != (e.Key == named) || e.Reused == again {
			t.Errorf("%s: built again: %t, reused: %t", paths[i], again, e.Reused)
		}
	}
}
