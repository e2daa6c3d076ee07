package api

import (
	"context"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer/pipeline"
)

// packLimits are patterns of the packs that a scope of a token is for; nil means all packs.
// Each is REF or INDEX/REF, in which * stands for any text.
type packLimits []string

var limitPattern = regexp.MustCompile(`^([a-zA-Z0-9._*-]+/)?[a-z0-9_*-]+\z`)

// parseScope reads "scope" or "scope@pattern".
func parseScope(text string) (Scope, error) {
	name, pattern, limited := strings.Cut(text, "@")
	scope := Scope(name)
	switch {
	case !slices.Contains([]Scope{ScopeRead, ScopeInstall, ScopeConfigure, ScopeAdmin}, scope):
		return "", pack.Errorf(pack.CodeInvalidRequest, "token: want scopes out of read, install, configure and admin, joined by +")
	case !limited:
		return scope, nil
	case scope != ScopeInstall && scope != ScopeConfigure:
		return "", pack.Errorf(pack.CodeInvalidRequest, "token: the scope %s cannot be limited", scope)
	case !limitPattern.MatchString(pattern) || scope == ScopeConfigure && strings.Contains(pattern, "/"):
		return "", pack.Errorf(pack.CodeInvalidRequest, "token: want install@REF, install@INDEX/REF or configure@REF, in which * stands for any text")
	}
	return Scope(text), nil
}

// grants reports whether a token has a scope, and its limits there.
func (k *key) grants(scope Scope) (granted bool, all packLimits) {
	for _, s := range k.scopes {
		name, pattern, limited := strings.Cut(string(s), "@")
		switch {
		case Scope(name) != scope:
		case !limited:
			return true, nil
		default:
			all = append(all, pattern)
		}
	}
	return all != nil, all
}

// allow reports whether a pack, and the index that it comes from, match a pattern. A
// pattern without an index matches packs from anywhere.
func (l packLimits) allow(ref pack.Ref, index string) bool {
	return l == nil || slices.ContainsFunc(l, func(pattern string) bool {
		from, name, both := strings.Cut(pattern, "/")
		if !both {
			from, name = "", pattern
		}
		return matches(name, ref.String()) && (!both || index != "" && matches(from, index))
	})
}

func matches(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

// ofIndices reports whether a pattern names an index.
func (l packLimits) ofIndices() bool {
	return slices.ContainsFunc(l, func(pattern string) bool { return strings.Contains(pattern, "/") })
}

// refuse returns the error of a change that the limits do not allow.
func (l packLimits) refuse(what string) error {
	return pack.Errorf(pack.CodePolicyDenied, "the scope of the token is limited to the packs %s: %s", strings.Join(l, ", "), what)
}

// checkRefs checks packs of a request that may change or break.
func (l packLimits) checkRefs(refs []pack.Ref) error {
	for _, ref := range refs {
		if !l.allow(ref, "") || ref == "*" && l != nil {
			return l.refuse("it does not include " + ref.String())
		}
	}
	return nil
}

// checkPlan checks what a plan changes, besides the packs that leave: see mayLeave.
func (l packLimits) checkPlan(plan *pipeline.Plan) error {
	for i := range plan.Steps {
		step := &plan.Steps[i]
		state := step.To
		if state == nil {
			state = step.From
		}
		if step.Action == pipeline.PlanKeep || leaves(step) || state != nil && l.allow(step.Ref, state.Pin.Via.Index) {
			continue
		}
		return l.refuse("the request would " + string(step.Action) + " " + step.Ref.String())
	}
	return nil
}

// checkWork checks a request for work, as far as that is possible before it is done. Stages
// that take paths would build and test whatever lies there.
func (l packLimits) checkWork(kind string, req any) error {
	if l == nil {
		return nil
	}
	switch q := req.(type) {
	case wire.InstallRequest:
		if q.RefreshEnvs {
			return l.refuse("refresh_envs changes other packs")
		}
		return l.checkRefs(q.AllowBreak)
	case wire.ApplyRequest:
		if l.ofIndices() {
			return l.refuse("a plan does not prove which index its packs come from; use install")
		}
		if err := l.checkRefs(q.Plan.Options.AllowBreak); err != nil {
			return err
		}
		return l.checkPlan(&q.Plan)
	case wire.PlanRequest, wire.DependenciesRequest:
		return nil
	}
	return l.refuse("it cannot be used for " + kind + ", only for install, plan and apply")
}

// leaves reports whether a step rolls a pack back, or removes it.
func leaves(step *pipeline.PlanStep) bool {
	return step.Action == pipeline.PlanRollBack || step.Action == pipeline.PlanRemove
}

// mayLeave returns an error if a plan rolls back or removes packs with which the token of
// the request may not do that elsewhere.
func mayLeave(ctx context.Context, plan *pipeline.Plan) error {
	k := stateOf(ctx).key
	if k == nil {
		return nil
	}
	granted, limits := k.grants(ScopeConfigure)
	for i := range plan.Steps {
		step := &plan.Steps[i]
		if !leaves(step) {
			continue
		}
		if !granted {
			return pack.Errorf(pack.CodePolicyDenied, "the plan would %s %s, for which the token does not have the scope %s", step.Action, step.Ref, ScopeConfigure)
		}
		if err := limits.checkRefs([]pack.Ref{step.Ref}); err != nil {
			return err
		}
	}
	return nil
}

// checkPath checks the pack in the path of a request to configure.
func checkPath(r *http.Request, l packLimits) *wire.Problem {
	ref := r.PathValue("ref")
	if l == nil || ref != "" && l.allow(pack.Ref(ref), "") {
		return nil
	}
	what := "it does not include " + ref
	if ref == "" {
		what = "the request is for all packs"
	}
	return problemOf(l.refuse(what))
}

// limitsOf returns the limits of a scope of the token of a request.
func limitsOf(ctx context.Context, scope Scope) packLimits {
	k := stateOf(ctx).key
	if k == nil {
		return nil
	}
	_, all := k.grants(scope)
	return all
}
