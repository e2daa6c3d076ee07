package corepack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/dotenv"
	"github.com/packtrain/pack/examples/packd/wire"
)

// A wrapper is an action and the kind of work that it requests.
type wrapper struct{ action, kind string }

func wrappers() []wrapper {
	return []wrapper{
		{"download_packs", wire.KindDownload},
		{"get_pack_dependencies", wire.KindDependencies},
		{"build_pack_envs", wire.KindBuild},
		{"register_packs", wire.KindRegister},
		{"install_pack", wire.KindInstall},
	}
}

// eachShell runs a test with each supported shell.
func eachShell(t *testing.T, test func(t *testing.T, sh shell)) {
	t.Helper()
	for _, argv := range [][]string{{"dash"}, {"bash"}, {"busybox", "sh"}} {
		t.Run(argv[0], func(t *testing.T) {
			t.Parallel()
			test(t, newShell(t, argv...))
		})
	}
}

func newShell(t *testing.T, argv ...string) shell {
	t.Helper()
	sh := shell{argv: append([]string{find(t, argv[0])}, argv[1:]...), path: t.TempDir()}
	if err := os.Symlink(find(t, "curl"), filepath.Join(sh.path, "curl")); err != nil {
		t.Fatal(err)
	}
	return sh
}

// find skips the test when a program is missing, and fails it in CI.
func find(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	switch {
	case err == nil:
	case os.Getenv("CI") != "":
		t.Fatal(err)
	default:
		t.Skip(err)
	}
	return path
}

// A shell runs actions in a world where curl is the only program.
type shell struct {
	argv []string
	path string // the directory with curl
}

// outcome is the result of an action.
type outcome struct {
	status         int
	stdout, stderr string
}

// start starts an action on parameters.
func (sh shell) start(ctx context.Context, action, params string) (wait func() (outcome, error), err error) {
	cmd := exec.CommandContext(ctx, sh.argv[0], append(sh.argv[1:], filepath.Join("actions", action+".sh"))...)
	var stdout, stderr bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = "core", []string{"PATH=" + sh.path, "LANG=C.UTF-8"}, bytes.NewReader([]byte(params)), &stdout, &stderr
	cmd.WaitDelay = 10 * time.Second
	return func() (outcome, error) {
		err := cmd.Wait()
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			return outcome{exit.ExitCode(), stdout.String(), stderr.String()}, nil
		}
		return outcome{0, stdout.String(), stderr.String()}, err
	}, cmd.Start()
}

// run runs an action to its end.
func (sh shell) run(t *testing.T, action, params string) outcome {
	t.Helper()
	wait, err := sh.start(t.Context(), action, params)
	if err != nil {
		t.Fatal(err)
	}
	o, err := wait()
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// encode writes pairs of names and values as parameters.
func encode(t *testing.T, pairs ...string) string {
	t.Helper()
	var vars []dotenv.Variable
	for i := 0; i < len(pairs); i += 2 {
		vars = append(vars, dotenv.Variable{Name: pairs[i], Value: pairs[i+1]})
	}
	doc, err := dotenv.Encode(vars)
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

// emptyReport is the output of an action without a report. A server adds a code;
// the action itself leaves it "".
func emptyReport(t *testing.T, kind string, code pack.Code, reason string) string {
	t.Helper()
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(wire.EmptyReport(kind, wire.Fault{Code: code, Message: reason})); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
