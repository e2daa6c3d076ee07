package depstest

import (
	"context"
	"errors"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
)

func platformChecks() []check {
	return []check{
		{"a pack that the platform does not suit fails", func(ctx context.Context, b *bench) error {
			rep, err := b.analyze(ctx, []string{"platform 2.1.0"}, "app@1.0.0 on >=3:", "web@1.0.0 on ^2:", "any@1.0.0:")
			return errors.Join(wantItem(rep, err, pack.CodeDependencyConflict, 0), wantPlatform(err, ">=3", "2.1.0"),
				diff("analysed", analysed(rep), "web", "any"))
		}},
		{"a pre-release of the platform counts as a version", func(ctx context.Context, b *bench) error {
			rep, err := b.analyze(ctx, []string{"platform 3.0.0-rc.1"}, "app@1.0.0 on >=2:")
			return errors.Join(err, diff("analysed", analysed(rep), "app"))
		}},
		{"without a platform version there is a warning", func(ctx context.Context, b *bench) error {
			rep, err := b.analyze(ctx, nil, "app@1.0.0 on >=3:", "any@1.0.0:")
			return errors.Join(err, diff("analysed", analysed(rep), "app", "any"), wantWarning(rep, "app"))
		}},
		{"a request that skips validation gets a warning", func(ctx context.Context, b *bench) error {
			path, err := b.layOut("app@1.0.0 on >=3:")
			rep, err2 := b.request(ctx, []string{"platform 2.1.0"}, deps.Request{Paths: []string{path}, SkipValidation: true})
			return errors.Join(err, err2, diff("analysed", analysed(rep), "app"), wantWarning(rep, "app"))
		}},
		{"versions that the platform does not suit are not chosen", func(ctx context.Context, b *bench) error {
			rep, err := b.analyze(ctx, []string{"platform 2.1.0", "log@1.0.0:", "log@2.0.0 on >=3:"}, "app@1.0.0: log")
			return errors.Join(err, diff("conflicts", conflicts(rep)), diff("additions", additions(rep), "log@1.0.0 for app"))
		}},
		{"only versions that the platform does not suit", func(ctx context.Context, b *bench) error {
			rep, err := b.analyze(ctx, []string{"platform 2.1.0", "log@1.0.0:", "log@2.0.0 on >=3:"}, "app@1.0.0: log@^2")
			if err := errors.Join(err, wantConflict(rep, "log", pack.CodeDependencyConflict, "app")); err != nil {
				return err
			}
			return wantPlatform(rep.Conflicts[0].Err, ">=3", "2.1.0")
		}},
	}
}

// wantPlatform checks that err has a [*pack.PlatformError] with both versions.
func wantPlatform(err error, required, actual string) error {
	e, ok := errors.AsType[*pack.PlatformError](err)
	if !ok || e.Required.String() != required || e.Actual.String() != actual {
		return fmt.Errorf("got error %w, want one about platform version %s where %s is needed", orNone(err), actual, required)
	}
	return nil
}

// wantWarning checks that rep has one warning, about ref at stage dependencies.
func wantWarning(rep *deps.Report, ref pack.Ref) error {
	if rep == nil || len(rep.Warnings) != 1 || rep.Warnings[0].Ref != ref || rep.Warnings[0].Stage != pack.StageDependencies {
		return fmt.Errorf("got report %+v, want one warning about %s", rep, ref)
	}
	return nil
}
