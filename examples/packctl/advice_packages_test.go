package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
)

// TestPackageAdvice: the advice goes by the reason, not by the code.
func TestPackageAdvice(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err  envbuild.BuildError
		want string // "" for no advice
	}{
		{envbuild.BuildError{Reason: envbuild.ReasonNeedsSource, Package: "docopt"}, "--allow-source docopt"},
		{envbuild.BuildError{Reason: envbuild.ReasonNeedsDirect, Package: "six"}, "--allow-direct six"},
		{envbuild.BuildError{Reason: envbuild.ReasonForeignLock, Package: "yarn.lock"}, "--ignore-foreign-locks"},
		{envbuild.BuildError{Reason: envbuild.ReasonConflict, Log: "/srv/logs/a.txt"}, "/srv/logs/a.txt"},
		{envbuild.BuildError{Reason: envbuild.ReasonMinimumAge}, "lower the minimum age"},
		{envbuild.BuildError{Reason: envbuild.ReasonNotLocked}, "lock the environments again"},
		{envbuild.BuildError{Reason: envbuild.ReasonIndexAuth}, "credentials of the index"},
		{envbuild.BuildError{Reason: envbuild.ReasonUnknown}, ""},
	} {
		err := errors.Join(errors.New("other"), pack.NewBatchError([]pack.Failure{{Code: tt.err.ErrorCode(), Err: &envbuild.RuntimeError{Err: &tt.err}}}))
		got := newApp(world{}).advice(err)
		if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%s: advice %q, want %q", tt.err.Reason, got, tt.want)
		}
		a := newApp(world{})
		a.server = "https://packd.example"
		if got := a.advice(err); got != "" {
			t.Errorf("%s of a server: advice %q", tt.err.Reason, got)
		}
	}
}
