package actionrun_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/actionrun"
	"github.com/packtrain/pack/registry"
)

// readConfig takes the file of the configuration out of the environment, and reads it.
func (r *recorder) readConfig() error {
	i := slices.IndexFunc(r.cmd.Env, func(e string) bool { return strings.HasPrefix(e, "ATTUNE_PACK_CONFIG=") })
	if i < 0 {
		return errors.New("ATTUNE_PACK_CONFIG is missing")
	}
	name := strings.TrimPrefix(r.cmd.Env[i], "ATTUNE_PACK_CONFIG=")
	r.cmd.Env = slices.Delete(slices.Clone(r.cmd.Env), i, i+1)
	if len(r.cmd.Env) == 0 {
		r.cmd.Env = nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(name)
	r.config = info.Mode().String() + " " + string(data)
	if err == nil && !slices.Contains(r.cmd.Access.Write, name) {
		err = errors.New("a sandbox hides the file of the configuration")
	}
	return err
}

func config(t *testing.T, values map[string]any, secrets ...string) pack.Config {
	t.Helper()
	c, err := pack.NewConfig(values, secrets)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestConfigDelivery(t *testing.T) {
	t.Parallel()
	r, scratch := &recorder{}, t.TempDir()
	_, err := actionrun.Run(t.Context(), r, actionrun.Invocation{
		Dir: packDir(t, "#!/bin/sh\n"), Scratch: scratch, Action: action(nil), Params: map[string]any{"name": "x"}, Env: []string{"A=1"},
		Config: config(t, map[string]any{"api-token": "it's <me>", "port": 80, "db": map[string]any{"on": true}, "none": nil}, "/api-token"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := `-rw------- {"api-token":"it's <me>","db":{"on":true},"none":null,"port":80}`; r.config != want {
		t.Errorf("file: got %s, want %s", r.config, want)
	}
	want := []string{"A=1", "ATTUNE_CONFIG_API_TOKEN=it's <me>", `ATTUNE_CONFIG_DB={"on":true}`, "ATTUNE_CONFIG_NONE=", "ATTUNE_CONFIG_PORT=80"}
	if diff := cmp.Diff(want, r.cmd.Env); diff != "" {
		t.Error(diff)
	}
	if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
		t.Errorf("scratch holds %v, %v", left, err)
	}
}

func TestConfigIsRefusedBeforeAnythingStarts(t *testing.T) {
	t.Parallel()
	for want, values := range map[string]map[string]any{
		`"a-b" and "a_b" become one variable, ATTUNE_CONFIG_A_B`: {"a-b": "canary", "a_b": "canary"},
		`"z" has a zero byte`: {"z": "canary\x00"},
	} {
		r, scratch := &recorder{}, t.TempDir()
		_, err := actionrun.Run(t.Context(), r, actionrun.Invocation{
			Dir: packDir(t, "#!/bin/sh\n"), Scratch: scratch, Action: action(nil), Params: map[string]any{"name": "x"}, Config: config(t, values),
		})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary") || r.calls > 0 {
			t.Errorf("got %v after %d calls, want %s", err, r.calls, want)
		}
		if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
			t.Errorf("scratch holds %v, %v", left, err)
		}
	}
}

// TestPreparedConfig prepares a run with the configuration of the pack, its defaults and
// a parameter that is checked before anything starts.
func TestPreparedConfig(t *testing.T) {
	t.Parallel()
	s, err := registry.Open(t.Context(), registry.Config{Root: filepath.Join(t.TempDir(), "root"), Records: registry.NewMemory()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	dir := packDir(t, "#!/bin/sh\n")
	for name, content := range map[string]string{
		"pack.yaml":          "ref: hello\nversion: 1.0.0\nlabel: Hello\ndescription: Greets\nconf_schema: {token: {secret: true}, port: {type: integer, default: 80}}\n",
		"actions/greet.yaml": "ref: hello.greet\nlabel: Greet\ndescription: Greets\nentry_point: greet.sh\nparameters: {to: {type: string, enum: [x, y]}, pin: {type: integer, secret: true}}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Register(t.Context(), registry.Request{Paths: []string{dir}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SetConfig(t.Context(), "hello", map[string]any{"token": "canary"}, nil); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) (*recorder, error) {
		r := &recorder{}
		inv, release, err := actionrun.Prepare(t.Context(), s, "hello.greet", args, nil)
		if err != nil {
			return r, err
		}
		defer release()
		inv.Scratch = t.TempDir()
		_, err = actionrun.Run(t.Context(), r, *inv)
		return r, err
	}
	r, err := run("to=x")
	if err != nil || r.config != `-rw------- {"port":80,"token":"canary"}` {
		t.Errorf("got %s, %v", r.config, err)
	}
	for arg, want := range map[string]string{
		"to=z": `parameter "to" is not one of the values that enum lists: "x", "y"`, "pin=\"canary\"": `parameter "pin" is a string; want an integer`, "pin=canary": "parameter pin: want a JSON value of type integer",
	} {
		if r, err := run(arg); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary") || r.calls > 0 {
			t.Errorf("%s: got %v after %d calls, want %s", arg, err, r.calls, want)
		}
	}
}
