package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/runner"
	"github.com/packtrain/pack/registry"
)

// A refusal of a level of isolation names the flags that the commands have.
func TestAdviceOnIsolation(t *testing.T) {
	t.Parallel()
	flags := newApp(world{}).installCommand().Flags()
	for _, tt := range []struct {
		err  error
		want []string
	}{
		{&runner.LevelError{Level: pack.IsolationSandbox, Reason: "bubblewrap is not installed"}, []string{"--isolation contained ", "--isolation none "}},
		{&runner.LevelError{Level: pack.IsolationContained, Reason: "no namespaces"}, []string{"--isolation none "}},
		{&runner.LevelError{Level: "jail"}, nil},
		{&registry.IsolationError{Required: pack.IsolationSandbox, Level: pack.IsolationContained}, []string{"--require-isolation contained ", "--skip-tests "}},
	} {
		failed := &pack.BatchError{Failures: []pack.Failure{{Err: fmt.Errorf("test: %w", tt.err)}}}
		got := strings.Split(strings.TrimSuffix(newApp(world{}).advice(failed), "\n"), "\n")
		if len(tt.want) == 0 && got[0] == "" {
			continue
		}
		if len(got) != len(tt.want) {
			t.Errorf("%v: got %q", tt.err, got)
			continue
		}
		for i, want := range tt.want {
			name, _, _ := strings.Cut(strings.TrimPrefix(want, "--"), " ")
			if !strings.HasPrefix(got[i], want) || flags.Lookup(name) == nil {
				t.Errorf("%v: got %q, want %q", tt.err, got[i], want)
			}
		}
	}
}
