package registry

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// AnyDependent stands for all dependents where a request names those that it
// allows to break.
const AnyDependent pack.Ref = "*"

// ParseAllowBreak parses the refs of the dependents that a request allows to break; "*"
// is [AnyDependent]. Errors have the code [pack.CodeInvalidRef].
func ParseAllowBreak(texts []string) ([]pack.Ref, error) {
	var refs []pack.Ref
	for _, text := range texts {
		ref, err := pack.ParseRef(text)
		if text == AnyDependent.String() {
			ref, err = AnyDependent, nil
		}
		if err != nil {
			return nil, err
		}
		refs = append(refs, ref)
	}
	return refs, nil
}

// A DependentsError says that a change would leave installed packs with unmet
// dependencies. It has the code [pack.CodeDependencyConflict].
type DependentsError struct {
	// Ref is the pack that was to change, Version the version that was to become
	// active, or the zero value if the pack was to be removed.
	Ref     pack.Ref
	Version pack.Version
	// Dependents are the packs that would break, ordered by ref.
	Dependents []Dependent
}

// Error implements error.
func (e *DependentsError) Error() string {
	list := make([]string, len(e.Dependents))
	for i, d := range e.Dependents {
		list[i] = fmt.Sprintf("%s (needs %s)", d.Ref, d.Dependency)
	}
	if e.Version.IsZero() {
		return fmt.Sprintf("installed packs need %s: %s; remove them first, or allow them to break", e.Ref, strings.Join(list, ", "))
	}
	return fmt.Sprintf("installed packs do not accept %s %s: %s; upgrade them in the same request, or allow them to break",
		e.Ref, e.Version, strings.Join(list, ", "))
}

// ErrorCode implements [pack.Coder].
func (*DependentsError) ErrorCode() pack.Code { return pack.CodeDependencyConflict }

// Is reports whether target is [pack.ErrDependency].
func (*DependentsError) Is(target error) bool { return target == pack.ErrDependency }

// refuse returns an error with the dependents that are not allowed to break, and
// the others.
func (e *DependentsError) refuse(allowed []pack.Ref) (broken []Dependent, err error) {
	if slices.Contains(allowed, AnyDependent) {
		return e.Dependents, nil
	}
	refused := &DependentsError{Ref: e.Ref, Version: e.Version}
	for _, d := range e.Dependents {
		if slices.Contains(allowed, d.Ref) {
			broken = append(broken, d)
		} else {
			refused.Dependents = append(refused.Dependents, d)
		}
	}
	if len(refused.Dependents) > 0 {
		return broken, refused
	}
	return broken, nil
}

// changeBreaks returns the installed packs that accept the active version of ref,
// or may do so because it is unknown, and would not accept the next one; the zero
// Version as the next one stands for the removal of ref.
func (s *Store) changeBreaks(ctx context.Context, ref pack.Ref, active, next pack.Version) (*DependentsError, error) {
	dependents, err := s.dependents(ctx, ref, func(d Dependent) bool { return d.Dependency.BrokenBy(active, next) })
	return &DependentsError{Ref: ref, Version: next, Dependents: dependents}, err
}

// checkDependents checks that the installed packs that depend on it accept it if
// they accept the active version, unless they are allowed to break. Of those in its set
// the new version counts, which is checked by itself unless validation is skipped.
func (r *request) checkDependents(ctx context.Context, s *set, it *item) (broken []Dependent, err error) {
	found, err := r.store.broken(ctx, it)
	if err != nil {
		return nil, err
	}
	found.Dependents = slices.DeleteFunc(found.Dependents, func(d Dependent) bool {
		member := s.member(d.Ref)
		return member != nil && (!r.req.SkipValidation || member.accepts(it.ID))
	})
	return found.refuse(r.req.AllowBreak)
}

// accepts reports whether it does not depend on the pack, or accepts its version.
func (it *item) accepts(id pack.ID) bool {
	return !slices.ContainsFunc(it.manifest.Dependencies, func(d pack.Dependency) bool {
		return d.Ref == id.Ref && !d.Constraint.AllowsPresent(id.Version)
	})
}

// broken returns the installed packs that it breaks. A new pack breaks no other
// one.
func (s *Store) broken(ctx context.Context, it *item) (*DependentsError, error) {
	if it.record.Active.Name == "" {
		return &DependentsError{Ref: it.ID.Ref, Version: it.ID.Version}, nil
	}
	return s.changeBreaks(ctx, it.ID.Ref, it.record.Active.Version, it.ID.Version)
}

// logBroken logs the dependents that a change of ref breaks, as it was allowed to.
func (s *Store) logBroken(ref pack.Ref, broken []Dependent) {
	for _, d := range broken {
		s.config.Logger.Warn("dependency is unmet from now on, as allowed", "pack", d.Ref, "needs", d.Dependency.String(), "changed", ref)
	}
}

// dependents returns the installed packs that depend on ref in a way that counts,
// each once.
func (s *Store) dependents(ctx context.Context, ref pack.Ref, counts func(Dependent) bool) ([]Dependent, error) {
	found, err := s.config.Records.Dependents(ctx, ref)
	if damaged(err) {
		s.config.Logger.Warn("dependents are left out", "pack", ref, "error", err)
		err = nil
	}
	var dependents []Dependent
	for _, d := range found {
		if n := len(dependents); d.Ref != ref && (n == 0 || dependents[n-1].Ref != d.Ref) && counts(d) {
			dependents = append(dependents, d)
		}
	}
	return dependents, err
}
