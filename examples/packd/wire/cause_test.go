package wire_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/web"
)

// causes are errors of the library with what the wire says of them.
func causes(t *testing.T) map[wire.Reason]error {
	t.Helper()
	need, err := pack.ParseDependency("lib@^1")
	if err != nil {
		t.Fatal(err)
	}
	_, spec := source.Parse("slack==1.0.0")
	refused := errors.New("refused")
	return map[wire.Reason]error{
		wire.ReasonInvalidSpec:              spec,
		wire.ReasonNoIndex:                  &registrysource.NoIndexError{},
		wire.ReasonMissingPack:              &pipeline.MissingError{Need: need},
		wire.ReasonUntriedSources:           &installer.MismatchError{Untried: 1, Err: refused},
		wire.ReasonNotInstalled:             &registry.NotInstalledError{Ref: "jria", Nearest: "jira"},
		wire.ReasonDependents:               &registry.DependentsError{Ref: "lib", Dependents: []registry.Dependent{{Ref: "app", Dependency: need}}},
		wire.ReasonReplace:                  &registry.ReplaceError{Ref: "lib", Needed: registry.ReplaceAny},
		wire.ReasonPlatformVersion:          &pack.PlatformError{},
		wire.Reason("needs_source"):         &envbuild.BuildError{Reason: envbuild.ReasonNeedsSource, Package: "six", Message: "refused"},
		wire.Reason(web.RulePlainHTTP):      &web.PolicyError{Rule: web.RulePlainHTTP, Host: "a.example", Err: refused},
		wire.Reason(web.RulePrivateAddress): &web.PolicyError{Rule: web.RulePrivateAddress, Host: "a.example", Err: refused},
		wire.Reason(web.RuleUnlistedHost):   &web.PolicyError{Rule: web.RuleUnlistedHost, Host: "a.example", Err: refused},
		wire.Reason(web.RuleProxiedHost):    &web.PolicyError{Rule: web.RuleProxiedHost, Host: "a.example", Err: refused},
	}
}

// TestCausesArrive: an error that came over the wire has the cause, the code and the
// text of the error that was sent, however it is wrapped.
func TestCausesArrive(t *testing.T) {
	t.Parallel()
	for reason, err := range causes(t) {
		want := wire.CauseOf(err)
		if want.Reason != reason {
			t.Errorf("%v: got reason %q, want %q", err, want.Reason, reason)
		}
		sent := fmt.Errorf("install: %w", err)
		data, merr := json.Marshal(wire.ProblemOf(sent).Body())
		var body wire.ErrorBody
		if err := errors.Join(merr, json.Unmarshal(data, &body)); err != nil {
			t.Fatal(err)
		}
		got := wire.NewError(pack.Code(*body.Code), body.Retryable, body.Error, body.Cause)
		if diff := cmp.Diff(want, wire.CauseOf(got)); diff != "" || pack.CodeOf(got) != pack.CodeOf(sent) || got.Error() != sent.Error() {
			t.Errorf("%v: got %v, -sent +received\n%s", sent, got, diff)
		}
		checkTyped(t, err, got)
	}
	if c := wire.CauseOf(errors.New("other")); c.Reason != "" {
		t.Errorf("got %+v", c)
	}
}

// checkTyped wants the types that callers look for.
func checkTyped(t *testing.T, sent, got error) {
	t.Helper()
	if want, ok := errors.AsType[*web.PolicyError](sent); ok {
		if e, ok := errors.AsType[*web.PolicyError](got); !ok || e.Rule != want.Rule || e.Host != want.Host {
			t.Errorf("got %#v, want %#v", e, want)
		}
	}
	if want, ok := errors.AsType[*registry.DependentsError](sent); ok {
		e, ok := errors.AsType[*registry.DependentsError](got)
		if !ok || len(e.Dependents) != 1 || e.Dependents[0].Ref != "app" || e.Dependents[0].Dependency.String() != want.Dependents[0].Dependency.String() {
			t.Errorf("got %#v, want %#v", e, want)
		}
	}
}
