package registrytest

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

func registrarChecks() []check {
	return slices.Concat(requestChecks(), replaceChecks(), dependencyChecks(), gateChecks(), reportChecks())
}

func requestChecks() []check {
	return []check{
		{"no path is a bad request", func(ctx context.Context, b *bench) error {
			rep, err := b.Registrar.Register(ctx, registry.Request{})
			return errors.Join(wantCode(err, pack.CodeInvalidRequest), wantNothing(rep))
		}},
		{"a value of Replace that is not known is a bad request", func(ctx context.Context, b *bench) error {
			rep, err := b.register(ctx, registry.Request{Replace: "perhaps"}, "other")
			return errors.Join(wantCode(err, pack.CodeInvalidRequest), wantNothing(rep))
		}},
		{"a cancelled request fails as a whole", func(ctx context.Context, b *bench) error {
			cancelled, cancel := context.WithCancel(ctx)
			cancel()
			rep, err := b.register(cancelled, registry.Request{}, "other")
			first := errors.Join(wantCode(err, pack.CodeCancelled), wantNothing(rep))
			return errors.Join(first, b.wantOutcome(ctx, registry.Request{}, []string{"other"}, "other 1.0.0"))
		}},
		{"a path that is named twice is one pack", func(ctx context.Context, b *bench) error {
			path := b.Path("other")
			rep, err := b.Registrar.Register(ctx, registry.Request{Paths: []string{path, path + "/."}, Contents: []*pack.Content{{Dir: path}}})
			return errors.Join(err, equal("outcome", outcome(rep), []string{"other 1.0.0"}))
		}},
		{"contents are like paths", func(ctx context.Context, b *bench) error {
			rep, err := b.Registrar.Register(ctx, registry.Request{Paths: b.paths("other"), Contents: []*pack.Content{{Dir: b.Path("lib@1.0.0")}}})
			return errors.Join(err, equal("outcome", outcome(rep), []string{"other 1.0.0", "lib 1.0.0"}))
		}},
		{"a ref that comes twice fails the second time", func(ctx context.Context, b *bench) error {
			return b.wantOutcome(ctx, registry.Request{}, []string{"lib@1.0.0", "lib@2.0.0"}, "lib 1.0.0", "lib: validation conflict")
		}},
		{"requests at the same time are served", checkConcurrent},
		{"other generations than expected are a conflict", checkExpected},
	}
}

// checkExpected replaces a pack of which a request expects the active generation, another
// one, and none.
func checkExpected(ctx context.Context, b *bench) error {
	before, err := b.registered(ctx, registry.Request{}, "demo@1.0.0")
	if err != nil {
		return err
	}
	var errs []error
	for _, generation := range []string{"", "000000-other"} {
		req := registry.Request{Replace: registry.ReplaceAny, Expect: map[pack.Ref]string{"demo": generation}}
		errs = append(errs, b.wantOutcome(ctx, req, []string{"demo@1.1.0"}, "demo: registration conflict"))
	}
	req := registry.Request{Replace: registry.ReplaceAny, Expect: map[pack.Ref]string{"demo": before[0].Generation, "other": ""}}
	return errors.Join(append(errs, b.wantOutcome(ctx, req, []string{"demo@1.1.0"}, "demo 1.1.0"))...)
}

// wantNothing checks that a request that failed as a whole registered no pack.
func wantNothing(rep *registry.Report) error {
	if rep != nil && len(rep.Registered) > 0 {
		return fmt.Errorf("packs were registered: %q", outcome(rep))
	}
	return nil
}

// checkConcurrent registers one pack many times at once, and one for each request.
func checkConcurrent(ctx context.Context, b *bench) error {
	var wg sync.WaitGroup
	reports, errs := make([][]registry.RegisteredPack, 4), make([]error, 4)
	for i, own := range []string{"other", "lib@1.0.0", "older", "other"} {
		wg.Go(func() { reports[i], errs[i] = b.registered(ctx, registry.Request{}, "demo@1.0.0", own) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for _, r := range reports {
		if r[0].Generation != reports[0][0].Generation {
			errs = append(errs, fmt.Errorf("demo has generation %q, and %q", r[0].Generation, reports[0][0].Generation))
		}
	}
	return errors.Join(errs...)
}

func replaceChecks() []check {
	const never, upgrade, anything = registry.ReplaceNever, registry.ReplaceUpgrade, registry.ReplaceAny
	const installed, conflict = "demo: registration already_installed", "demo: registration conflict"
	var checks []check
	for _, tt := range []struct {
		name          string
		before, after string
		replace       map[registry.Replace]string
	}{
		{"a higher version", "demo@1.0.0", "demo@1.1.0", map[registry.Replace]string{"": installed, never: installed, upgrade: "demo 1.1.0", anything: "demo 1.1.0"}},
		{"a lower version", "demo@1.1.0", "demo@1.0.0", map[registry.Replace]string{"": installed, never: installed, upgrade: installed, anything: "demo 1.0.0"}},
		{"other content", "demo@1.0.0", "demo@1.0.0 again", map[registry.Replace]string{"": installed, never: installed, upgrade: conflict, anything: "demo 1.0.0"}},
		{"the same content", "demo@1.0.0", "demo@1.0.0", map[registry.Replace]string{"": "demo 1.0.0", never: "demo 1.0.0", upgrade: "demo 1.0.0", anything: "demo 1.0.0"}},
	} {
		for _, replace := range []registry.Replace{"", never, upgrade, anything} {
			checks = append(checks, check{fmt.Sprintf("%s, replace %q", tt.name, replace), func(ctx context.Context, b *bench) error {
				return checkReplace(ctx, b, replace, tt.before, tt.after, tt.replace[replace])
			}})
		}
	}
	return checks
}

// checkReplace registers one pack in place of another one, and looks at what is active
// afterwards.
func checkReplace(ctx context.Context, b *bench, replace registry.Replace, before, after, want string) error {
	first, err := b.registered(ctx, registry.Request{}, before)
	if err != nil {
		return err
	}
	if err := b.wantOutcome(ctx, registry.Request{Replace: replace}, []string{after}, want); err != nil {
		return err
	}
	active := after
	if slices.Contains([]byte(want), ':') {
		active = before
	}
	now, err := b.registered(ctx, registry.Request{}, active) // which changes nothing
	if err != nil {
		return fmt.Errorf("%s is not active: %w", active, err)
	}
	return errors.Join(equal("ID", now[0].ID, first[0].ID),
		equal("same generation", now[0].Generation == first[0].Generation, active == before))
}

func dependencyChecks() []check {
	return []check{
		{"packs of the request satisfy each other", func(ctx context.Context, b *bench) error {
			return b.wantOutcome(ctx, registry.Request{}, []string{"app@1.0.0", "lib@1.0.0"}, "app 1.0.0", "lib 1.0.0")
		}},
		{"installed packs satisfy others", func(ctx context.Context, b *bench) error {
			return errors.Join(b.wantOutcome(ctx, registry.Request{}, []string{"lib@1.0.0"}, "lib 1.0.0"),
				b.wantOutcome(ctx, registry.Request{}, []string{"app@1.0.0"}, "app 1.0.0"))
		}},
		{"a pack that is needed is missing", func(ctx context.Context, b *bench) error {
			return b.wantOutcome(ctx, registry.Request{}, []string{"app@1.0.0", "other"}, "other 1.0.0", "app: dependencies dependency_missing")
		}},
		{"a pack that is needed has another version", func(ctx context.Context, b *bench) error {
			return b.wantOutcome(ctx, registry.Request{}, []string{"app@1.0.0", "lib@2.0.0"}, "app: dependencies dependency_conflict", "lib: dependencies dependency_missing")
		}},
		{"the host provides another version", func(ctx context.Context, b *bench) error {
			return b.wantOutcome(ctx, registry.Request{}, []string{"newcore"}, "newcore: dependencies dependency_conflict")
		}},
		{"the ref of a provided pack is reserved", func(ctx context.Context, b *bench) error {
			return b.wantOutcome(ctx, registry.Request{Replace: registry.ReplaceAny}, []string{"core"}, "core: validation invalid_ref")
		}},
		{"a platform of another version", func(ctx context.Context, b *bench) error {
			return b.wantOutcome(ctx, registry.Request{}, []string{"newer", "older"}, "older 1.0.0", "newer: dependencies dependency_conflict")
		}},
		{"needs do not matter when validation is skipped", func(ctx context.Context, b *bench) error {
			return b.wantOutcome(ctx, registry.Request{SkipValidation: true}, []string{"app@1.0.0", "newer"}, "app 1.0.0", "newer 1.0.0")
		}},
		{"packs may need each other in a circle", func(ctx context.Context, b *bench) error {
			return b.wantOutcome(ctx, registry.Request{}, []string{"left@1.0.0", "right@1.0.0"}, "left 1.0.0", "right 1.0.0")
		}},
		{"skipping validation does not break installed packs", func(ctx context.Context, b *bench) error {
			if _, err := b.registered(ctx, registry.Request{}, "lib@1.0.0", "app@1.0.0"); err != nil {
				return err
			}
			skipping := registry.Request{Replace: registry.ReplaceUpgrade, SkipValidation: true}
			breaking := skipping
			breaking.AllowBreak = []pack.Ref{"app"}
			return errors.Join(
				b.wantOutcome(ctx, skipping, []string{"lib@2.0.0"}, "lib: dependencies dependency_conflict"),
				b.wantOutcome(ctx, skipping, []string{"lib@2.0.0", "app@1.1.0"}, "lib: dependencies dependency_conflict", "app: dependencies dependency_missing"),
				b.wantOutcome(ctx, breaking, []string{"lib@2.0.0", "app@1.1.0"}, "lib 2.0.0", "app 1.1.0"))
		}},
		{"a pre-release in the request satisfies others", func(ctx context.Context, b *bench) error {
			return b.wantOutcome(ctx, registry.Request{}, []string{"app@1.0.0", "lib@1.1.0-rc.1"}, "app 1.0.0", "lib 1.1.0-rc.1")
		}},
		{"a pack that needs itself fails", func(ctx context.Context, b *bench) error {
			return b.wantOutcome(ctx, registry.Request{}, []string{"selfish", "other"}, "other 1.0.0", "selfish: validation dependency_cycle")
		}},
		{"packs that need each other change together", func(ctx context.Context, b *bench) error {
			if _, err := b.registered(ctx, registry.Request{}, "left@1.0.0", "right@1.0.0"); err != nil {
				return err
			}
			upgrade := registry.Request{Replace: registry.ReplaceUpgrade}
			return errors.Join(
				b.wantOutcome(ctx, upgrade, []string{"right@3.0.0", "left@3.0.0", FailingTests, "other"},
					"other 1.0.0", "right: dependencies dependency_missing", "left: dependencies dependency_missing", "failing: tests tests_failed"),
				b.wantOutcome(ctx, registry.Request{}, []string{"left@1.0.0", "right@1.0.0"}, "left 1.0.0", "right 1.0.0"),
				b.wantOutcome(ctx, upgrade, []string{"left@2.0.0", "right@2.0.0"}, "left 2.0.0", "right 2.0.0"))
		}},
		{"all packs change together on demand", func(ctx context.Context, b *bench) error {
			all := registry.Request{AllOrNothing: true}
			return errors.Join(
				b.wantOutcome(ctx, all, []string{"other", FailingTests, "demo@1.0.0"},
					"other: dependencies dependency_missing", "failing: tests tests_failed", "demo: dependencies dependency_missing"),
				b.wantOutcome(ctx, all, []string{"other", "demo@1.0.0"}, "other 1.0.0", "demo 1.0.0"))
		}},
		{"an upgrade does not break installed packs", func(ctx context.Context, b *bench) error {
			if _, err := b.registered(ctx, registry.Request{}, "lib@1.0.0", "app@1.0.0"); err != nil {
				return err
			}
			return errors.Join(b.wantOutcome(ctx, registry.Request{Replace: registry.ReplaceUpgrade}, []string{"lib@2.0.0"}, "lib: dependencies dependency_conflict"),
				b.wantOutcome(ctx, registry.Request{Replace: registry.ReplaceAny, AllowBreak: []pack.Ref{"other"}}, []string{"lib@2.0.0"}, "lib: dependencies dependency_conflict"),
				b.wantOutcome(ctx, registry.Request{}, []string{"lib@1.0.0"}, "lib 1.0.0"),
				b.wantOutcome(ctx, registry.Request{Replace: registry.ReplaceUpgrade, AllowBreak: []pack.Ref{"app"}}, []string{"lib@2.0.0"}, "lib 2.0.0"))
		}},
	}
}

func gateChecks() []check {
	return []check{
		{"findings make a pack fail", func(ctx context.Context, b *bench) error {
			return b.wantOutcome(ctx, registry.Request{}, []string{"invalid", "other"}, "other 1.0.0", "invalid: validation invalid_manifest")
		}},
		{"findings are kept when validation is skipped", func(ctx context.Context, b *bench) error {
			packs, err := b.registered(ctx, registry.Request{SkipValidation: true}, "invalid")
			if err != nil {
				return err
			}
			v := packs[0].Validation
			return errors.Join(equal("valid", v.Valid, false), equal("errors", len(v.Errors) > 0, true))
		}},
		{"failing tests make a pack fail", func(ctx context.Context, b *bench) error {
			return b.wantOutcome(ctx, registry.Request{}, []string{FailingTests, "other"}, "other 1.0.0", "failing: tests tests_failed")
		}},
		{"tests that are skipped do not run", func(ctx context.Context, b *bench) error {
			packs, err := b.registered(ctx, registry.Request{SkipTests: true}, FailingTests)
			if err != nil {
				return err
			}
			return equal("tests", packs[0].Tests, &registry.TestSummary{Status: registry.TestsSkipped})
		}},
		{"failing tests are ignored on demand", func(ctx context.Context, b *bench) error {
			packs, err := b.registered(ctx, registry.Request{IgnoreTests: true, Replace: registry.ReplaceAny}, FailingTests)
			if err != nil {
				return err
			}
			return equal("status of the tests", packs[0].Tests.Status, registry.TestsFailed)
		}},
	}
}

func reportChecks() []check {
	return []check{
		{"a report describes what is registered", func(ctx context.Context, b *bench) error {
			rep, err := b.register(ctx, registry.Request{}, "other", "demo@1.1.0")
			if err != nil {
				return err
			}
			errs := []error{equal("outcome", outcome(rep), []string{"other 1.0.0", "demo 1.1.0"})}
			for _, p := range rep.Registered {
				errs = append(errs, equal("components", p.Components, registry.ComponentCounts{Actions: 2}), equal("tests", p.Tests, nil),
					equal("validation", p.Validation, registry.ValidationResult{Valid: true, Errors: []string{}, Findings: pack.Findings{}}),
					equal("has an ID, a generation and a path", p.ID > 0 && p.Generation != "" && filepath.IsAbs(p.StoragePath), true))
			}
			s := rep.Summary
			return errors.Join(append(errs, equal("summary", []int{s.Total, s.Succeeded, s.Failed, s.TotalComponents}, []int{2, 2, 0, 4}))...)
		}},
		{"outcomes are in the order of the request", func(ctx context.Context, b *bench) error {
			names := []string{"unreadable", "other", "nothing", "demo@1.0.0"}
			rep, err := b.register(ctx, registry.Request{}, names...)
			failed, ok := errors.AsType[*pack.BatchError](err)
			if !ok || rep == nil || len(rep.Failed) != 2 || len(failed.Failures) != 2 {
				return fmt.Errorf("got %q with error %w", outcome(rep), orNone(err))
			}
			errs := []error{equal("outcome", outcome(rep), []string{"other 1.0.0", "demo 1.0.0", ": load invalid_manifest", ": load not_found"})}
			for i, at := range []int{0, 2} {
				f, in := rep.Failed[i], failed.Failures[i]
				errs = append(errs, equal("item", f.Item, at), equal("spec", f.Spec, b.Path(names[at])), equal("item in the error", in.Item, at),
					equal("message in the error", in.Message, f.Message), wantCode(f.Err, f.Code))
			}
			s := rep.Summary
			return errors.Join(append(errs, equal("summary", []int{s.Total, s.Succeeded, s.Failed}, []int{4, 2, 2}))...)
		}},
		{"lists are never nil", func(ctx context.Context, b *bench) error {
			good, err := b.register(ctx, registry.Request{}, "other")
			bad, _ := b.register(ctx, registry.Request{}, "nothing")
			for _, rep := range []*registry.Report{good, bad} {
				if rep == nil || rep.Registered == nil || rep.Failed == nil || rep.Warnings == nil {
					return fmt.Errorf("a list is nil: %+v (%w)", rep, orNone(err))
				}
			}
			return err
		}},
		{"events are numbered and name each pack's end", checkEvents},
	}
}

func checkEvents(ctx context.Context, b *bench) error {
	var errs []error
	n, end := uint64(0), map[string]pack.Status{}
	req := registry.Request{OnEvent: func(_ context.Context, e pack.Event) {
		n++
		errs = append(errs, equal("number of event", e.Seq, n))
		if _, closed := end[e.Spec]; closed && e.Spec != "" {
			errs = append(errs, fmt.Errorf("event %d is about %q, which was closed", n, e.Spec))
		}
		if e.Kind == pack.EventClosed {
			end[e.Spec] = e.Status
		}
	}}
	if _, err := b.registered(ctx, registry.Request{}, "lib@1.0.0"); err != nil {
		return err
	}
	_, _ = b.register(ctx, req, "other", "nothing", "lib@1.0.0", "newcore")
	return errors.Join(append(errs, equal("closing events", end, map[string]pack.Status{
		b.Path("other"): pack.StatusDone, b.Path("nothing"): pack.StatusFailed,
		b.Path("lib@1.0.0"): pack.StatusUnchanged, b.Path("newcore"): pack.StatusFailed,
	}))...)
}
