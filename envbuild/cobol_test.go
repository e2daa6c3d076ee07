package envbuild_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
)

// A cobol is a stage with imitated programs of a runtime that nothing knows.
type cobol struct {
	*stage
	bin  string
	envs [][]string // the variables of each command, without those of the proxy
	exit map[string]int
	do   func(c pack.Command)
}

const cobolRuntime = `ref: core.cobol
name: COBOL
distributions: {min_version: "2", verification: {commands: [{binary: cobol, args: [-v], pattern: "cobol \\d"}]}}
execution_config:
  interpreter: {binary: cobol, args: [-run], file_extension: .cob}
  environment: {env_type: plain, create_command: [mk, "{env_dir}/lib", "{pack_dir}"]}
  dependencies: {manifest_file: cobfile, install_command: [get, -m, "{manifest_path}", "{interpreter}"]}
  env_vars: {COBLIB: "{env_dir}/lib", COBPACK: {operation: prepend, value: "{pack_dir}"}}
`

func newCobol(t *testing.T, versions ...string) *cobol {
	t.Helper()
	c := &cobol{stage: newStage(t), exit: map[string]int{}}
	c.bin = filepath.Join(c.dir, "cobol")
	for i, v := range versions {
		program(t, filepath.Join(c.bin, "v"+string(rune('a'+i)), "cobol"), v)
		c.config.SearchPath = append(c.config.SearchPath, filepath.Join(c.bin, "v"+string(rune('a'+i))))
	}
	for _, name := range []string{"mk", "get"} {
		program(t, filepath.Join(c.bin, name), "")
	}
	c.config.SearchPath = append(c.config.SearchPath, c.bin)
	c.tools.OnRun = c.run
	return c
}

func program(t *testing.T, path, content string) {
	t.Helper()
	write(t, path, content)
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
}

// run imitates: the content of an interpreter is its version.
func (c *cobol) run(_ context.Context, cmd pack.Command) (*pack.Result, error) {
	if filepath.Base(cmd.Path) == "cobol" {
		data, err := os.ReadFile(cmd.Path)
		return &pack.Result{Stdout: []byte("GNU cobol " + string(data) + "\n(c)")}, err
	}
	if !strings.HasPrefix(cmd.Path, c.bin) {
		return nil, nil
	}
	own := slices.DeleteFunc(slices.Clone(cmd.Env), func(v string) bool { return strings.Contains(strings.ToLower(v), "proxy=") })
	c.envs = append(c.envs, own)
	if c.do != nil {
		c.do(cmd)
	}
	code := c.exit[filepath.Base(cmd.Path)]
	return &pack.Result{ExitCode: code, Stderr: []byte("error: it does not work")}, nil
}

func (c *cobol) lines() []string {
	return slices.DeleteFunc(c.stage.lines(), func(l string) bool {
		return !strings.HasPrefix(l, "$/cobol/mk") && !strings.HasPrefix(l, "$/cobol/get")
	})
}

// described returns what describes the runtime with a part of the description replaced.
func described(old, with string) func(*testing.T, *cobol) {
	return func(t *testing.T, c *cobol) {
		t.Helper()
		c.describe(t, strings.Replace(cobolRuntime, old, with, 1))
	}
}

// describe adds a runtime that the host describes.
func (s *stage) describe(t *testing.T, text string) {
	t.Helper()
	r, err := pack.ReadRuntime([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	s.config.Load = &pack.LoadOptions{Runtimes: []pack.Runtime{r}}
}

// wantReason requires that the packs fail for a reason.
func wantReason(t *testing.T, err error, want envbuild.Reason, says string) *envbuild.BuildError {
	t.Helper()
	failed, ok := errors.AsType[*envbuild.BuildError](err)
	if !ok || failed.Reason != want || !strings.Contains(failed.Error(), says) {
		t.Fatalf("got %v (%+v), want %s: %q", err, failed, want, says)
	}
	return failed
}
