package registrytest

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

func catalogChecks() []check {
	return []check{
		{"nothing is listed at first", func(ctx context.Context, b *bench) error {
			packs, err := b.Catalog.List(ctx)
			return errors.Join(err, equal("number of packs", len(packs), 0))
		}},
		{"a pack that is not installed is not found", func(ctx context.Context, b *bench) error {
			_, err := b.registered(ctx, registry.Request{}, "other")
			_, err2 := b.Catalog.Show(ctx, "demo")
			return errors.Join(err, wantCode(err2, pack.CodeNotFound))
		}},
		{"packs are listed in the order of refs", func(ctx context.Context, b *bench) error {
			if _, err := b.registered(ctx, registry.Request{}, "other", "demo@1.1.0", "lib@1.0.0"); err != nil {
				return err
			}
			packs, err := b.Catalog.List(ctx)
			var refs []pack.Ref
			errs := []error{err}
			for _, p := range packs {
				refs = append(refs, p.Ref)
				shown, err := b.Catalog.Show(ctx, p.Ref)
				if err != nil {
					return err
				}
				errs = append(errs, equal("pack in the list", p.Active, shown.Active), equal("path in the list", p.StoragePath, shown.StoragePath))
			}
			return errors.Join(append(errs, equal("refs", refs, []pack.Ref{"demo", "lib", "other"}), summariesAgree(ctx, b, packs))...)
		}},
		{"what is shown is what was registered", checkShown},
		{"generations are shown, the oldest first", checkGenerations},
		{"unmet dependencies are listed", checkUnmet},
		{"a pack that failed is not listed", func(ctx context.Context, b *bench) error {
			_, _ = b.register(ctx, registry.Request{}, FailingTests, "app@1.0.0")
			packs, err := b.Catalog.List(ctx)
			return errors.Join(err, equal("number of packs", len(packs), 0))
		}},
		{"a cancelled context is an error", func(ctx context.Context, b *bench) error {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			_, err := b.Catalog.List(ctx)
			_, err2 := b.Catalog.Show(ctx, "demo")
			return errors.Join(wantCode(err, pack.CodeCancelled), wantCode(err2, pack.CodeCancelled))
		}},
	}
}

func checkShown(ctx context.Context, b *bench) error {
	packs, err := b.registered(ctx, registry.Request{}, "demo@1.1.0")
	if err != nil {
		return err
	}
	got, err := b.Catalog.Show(ctx, "demo")
	if err != nil {
		return err
	}
	var components []string
	for _, c := range got.Components {
		components = append(components, c.Ref.String())
	}
	return errors.Join(
		equal("ID", got.ID, packs[0].ID), equal("version", got.Active.Version, packs[0].Version), equal("path", got.StoragePath, packs[0].StoragePath),
		equal("generation", got.Active.Name, packs[0].Generation), equal("label", got.Manifest.Label, "Test"),
		equal("components", components, []string{"demo.run", "demo.stop"}), equal("has a digest", got.Active.TreeDigest != "", true),
		equal("times", !got.Installed.IsZero() && got.Installed.Equal(got.Updated), true),
	)
}

func checkGenerations(ctx context.Context, b *bench) error {
	first, err := b.registered(ctx, registry.Request{}, "demo@1.0.0")
	if err != nil {
		return err
	}
	second, err := b.registered(ctx, registry.Request{Replace: registry.ReplaceUpgrade}, "demo@1.1.0")
	if err != nil {
		return err
	}
	got, err := b.Catalog.Show(ctx, "demo")
	if err != nil {
		return err
	}
	var names []string
	for i := range got.Generations {
		names = append(names, got.Generations[i].Name)
	}
	return errors.Join(equal("generations", names, []string{first[0].Generation, second[0].Generation}),
		equal("active generation", got.Active.Name, second[0].Generation), equal("the one before", got.Active.Previous, first[0].Generation))
}

// checkUnmet registers a pack without the one that it needs, then that one.
func checkUnmet(ctx context.Context, b *bench) error {
	if _, err := b.registered(ctx, registry.Request{SkipValidation: true}, "app@1.0.0"); err != nil {
		return err
	}
	errs := []error{unmetIs(ctx, b, "lib@^1")}
	_, err := b.registered(ctx, registry.Request{}, "lib@1.0.0")
	errs = append(errs, err, unmetIs(ctx, b))
	_, err = b.registered(ctx, registry.Request{Replace: registry.ReplaceUpgrade, AllowBreak: []pack.Ref{"app"}}, "lib@2.0.0")
	return errors.Join(append(errs, err, unmetIs(ctx, b, "lib@^1"))...)
}

// unmetIs checks the unmet dependencies of the first pack.
func unmetIs(ctx context.Context, b *bench, want ...string) error {
	packs, err := b.Catalog.List(ctx)
	shown, err2 := b.Catalog.Show(ctx, "app")
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	texts := func(ds []pack.Dependency) (texts []string) {
		for _, d := range ds {
			texts = append(texts, d.String())
		}
		return texts
	}
	return errors.Join(summariesAgree(ctx, b, packs), equal("unmet dependencies in the list", texts(packs[0].Unmet), want), equal("unmet dependencies", texts(shown.Unmet), want),
		equal("needs repair", packs[0].NeedsRepair+shown.NeedsRepair, ""))
}

// summariesAgree checks the summaries of a catalog that has them.
func summariesAgree(ctx context.Context, b *bench, packs []registry.ActivePack) error {
	s, ok := b.Catalog.(registry.Summarizer)
	if !ok {
		return nil
	}
	got, err := s.Summaries(ctx)
	want := []registry.PackSummary{}
	for i := range packs {
		want = append(want, registry.PackSummary{RecordSummary: packs[i].Summary(), PackState: packs[i].PackState})
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		err = errors.Join(err, fmt.Errorf("summaries (-want +got)\n%s", diff))
	}
	return err
}
