package registry

import (
	"context"
	"errors"
	"fmt"

	"github.com/packtrain/pack"
)

// check checks that it suits the platform, the packs that it needs, and those that
// need it.
func (r *request) check(ctx context.Context, s *set, it *item) error {
	if err := r.checkPlatform(ctx, it); err != nil {
		return err
	}
	broken, err := r.checkDependencies(ctx, s, it)
	if err != nil {
		return err
	}
	for _, d := range broken {
		r.Warn(ctx, &it.Item, "installed pack %s needs %s and does not accept version %s", d.Ref, d.Dependency, it.ID.Version)
	}
	return nil
}

// checkDependencies checks that the installed packs that depend on it accept its
// version, and that each pack that it needs is provided, in its set or active, in
// an accepted version. It returns the dependents that are allowed to break.
func (r *request) checkDependencies(ctx context.Context, s *set, it *item) (broken []Dependent, err error) {
	broken, err = r.checkDependents(ctx, s, it)
	if err != nil || r.req.SkipValidation {
		return broken, err
	}
	var unmet []error
	for _, d := range it.manifest.Dependencies {
		if err := r.checkDependency(ctx, s, d); err != nil {
			unmet = append(unmet, err)
		}
	}
	return broken, joined(unmet)
}

func (r *request) checkDependency(ctx context.Context, s *set, d pack.Dependency) error {
	need, beside := s.member(d.Ref), s.besideRef(d.Ref)
	if need == nil && beside != nil {
		if err := r.confirm(ctx, s, beside); err != nil {
			return err
		}
		need = beside
	}
	switch {
	case need == nil:
		return r.store.checkDependency(ctx, d)
	case !d.Constraint.AllowsPresent(need.ID.Version):
		return pack.Errorf(pack.CodeDependencyConflict, "pack %s is needed, version %s is in this request", d, need.ID.Version)
	}
	return nil
}

// warnUnmet warns of the dependencies that are not met although their packs are active,
// because the request skips validation.
func (r *request) warnUnmet(ctx context.Context) {
	if !r.req.SkipValidation {
		return
	}
	for _, it := range r.items {
		if it.Err != nil {
			continue
		}
		for _, err := range r.store.unmet(ctx, it.record) {
			r.Warn(ctx, &it.Item, "%v", err)
		}
	}
}

// checkPlatform checks that it suits the platform. If the platform version is unknown,
// or the request skips validation, a mismatch is only a warning.
func (r *request) checkPlatform(ctx context.Context, it *item) error {
	platform := r.store.config.PlatformVersion
	err := pack.CheckPlatform(it.manifest.PlatformVersion, platform)
	if err != nil && (r.req.SkipValidation || platform.IsZero()) {
		r.Warn(ctx, &it.Item, "%v", err)
		return nil
	}
	return err
}

// joined makes one line of several errors; it has the code of the first.
func joined(errs []error) error {
	switch len(errs) {
	case 0:
		return nil
	case 1:
		return errs[0]
	}
	return fmt.Errorf("%w; %w", errs[0], joined(errs[1:]))
}

// checkDependency checks that the pack that d needs is provided or installed.
func (s *Store) checkDependency(ctx context.Context, d pack.Dependency) error {
	return s.checkDependencyOn(d, func(ref pack.Ref) (pack.Version, error) {
		rec, err := s.config.Records.Pack(ctx, ref)
		return rec.Active.Version, err
	})
}

// checkDependencyOn is checkDependency, where installed returns the installed versions.
func (s *Store) checkDependencyOn(d pack.Dependency, installed func(pack.Ref) (pack.Version, error)) error {
	if p, ok := s.provided[d.Ref]; ok {
		if p.Satisfies(d.Constraint) {
			return nil
		}
		return pack.Errorf(pack.CodeDependencyConflict, "pack %s is needed, the host provides version %s", d, p.Version)
	}
	version, err := installed(d.Ref)
	switch {
	case errors.Is(err, pack.ErrNotFound):
		return pack.Errorf(pack.CodeDependencyMissing, "pack %s is needed and not installed; register it before, or in the same request", d)
	case err != nil:
		return err
	case !d.Constraint.AllowsPresent(version):
		return pack.Errorf(pack.CodeDependencyConflict, "pack %s is needed, version %s is installed", d, version)
	}
	return nil
}

// lacks returns the dependencies of the active generation of rec that are not met.
func (s *Store) lacks(ctx context.Context, rec Record) (unmet []pack.Dependency) {
	for _, d := range rec.Manifest.Dependencies {
		if err := s.checkDependency(ctx, d); errors.Is(err, pack.ErrDependency) {
			s.config.Logger.Warn("dependency is unmet", "pack", rec.Ref, "error", err)
			unmet = append(unmet, d)
		}
	}
	return unmet
}

// unmet returns an error for each dependency of rec that is not met.
func (s *Store) unmet(ctx context.Context, rec Record) (unmet []error) {
	for _, d := range rec.Manifest.Dependencies {
		if err := s.checkDependency(ctx, d); errors.Is(err, pack.ErrDependency) {
			unmet = append(unmet, err)
		}
	}
	return unmet
}
