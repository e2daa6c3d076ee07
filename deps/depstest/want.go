package depstest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
)

func diff[T any](what string, got []T, want ...T) error {
	if len(got) == 0 && len(want) == 0 {
		return nil
	}
	if d := cmp.Diff(want, got); d != "" {
		return fmt.Errorf("%s (-want +got)\n%s", what, d)
	}
	return nil
}

// The following show parts of a report, nothing of a nil one, as lines.

func dependencies(rep *deps.Report) []string {
	if rep == nil {
		return nil
	}
	return dependencyLines(rep.Dependencies)
}

func missing(rep *deps.Report) []string {
	if rep == nil {
		return nil
	}
	return dependencyLines(rep.Missing)
}

func dependencyLines(ds []deps.Dependency) []string {
	var lines []string
	for _, d := range ds {
		line := fmt.Sprintf("%s needs %s", d.RequiredBy, pack.Dependency{Ref: d.Ref, Constraint: d.VersionSpec})
		if d.AlreadyInstalled {
			line += ", on hand"
		}
		lines = append(lines, line)
	}
	return lines
}

func additions(rep *deps.Report) []string {
	if rep == nil {
		return nil
	}
	var lines []string
	for _, a := range rep.Additions {
		lines = append(lines, fmt.Sprintf("%s for %s", a.ID, joinRefs(a.RequiredBy)))
	}
	return lines
}

func joinRefs(refs []pack.Ref) string {
	texts := make([]string, len(refs))
	for i, r := range refs {
		texts[i] = r.String()
	}
	return strings.Join(texts, " and ")
}

func analysed(rep *deps.Report) []string {
	if rep == nil {
		return nil
	}
	var refs []string
	for _, a := range rep.Analyzed {
		refs = append(refs, a.Ref.String())
	}
	return refs
}

func conflicts(rep *deps.Report) []string {
	if rep == nil {
		return nil
	}
	var lines []string
	for _, c := range rep.Conflicts {
		lines = append(lines, c.Explanation)
	}
	return lines
}

func wantCode(err error, code pack.Code) error {
	if got := pack.CodeOf(err); got != code {
		return fmt.Errorf("got error %w with code %q, want %q", orNone(err), got, code)
	}
	return nil
}

var errNone = errors.New("none")

func orNone(err error) error {
	if err == nil {
		return errNone
	}
	return err
}

// wantConflict checks that rep has a conflict over ref that names the packs that
// require it, in that order, also in its explanation.
func wantConflict(rep *deps.Report, ref pack.Ref, code pack.Code, requiredBy ...pack.Ref) error {
	if rep == nil {
		return errors.New("no report")
	}
	i := slices.IndexFunc(rep.Conflicts, func(c deps.Conflict) bool { return c.Ref == ref })
	if i < 0 {
		return fmt.Errorf("no conflict over %s, got %q", ref, conflicts(rep))
	}
	c := rep.Conflicts[i]
	var got []pack.Ref
	errs := []error{wantCode(c.Err, code)}
	if !errors.Is(c.Err, pack.ErrDependency) {
		errs = append(errs, fmt.Errorf("conflict of %s: the error is %w, which does not match ErrDependency", ref, c.Err))
	}
	for _, r := range c.Required {
		got = append(got, r.RequiredBy)
		if !strings.Contains(c.Explanation, r.RequiredBy.String()) {
			errs = append(errs, fmt.Errorf("explanation %q does not name %s", c.Explanation, r.RequiredBy))
		}
	}
	return errors.Join(append(errs, diff("required by", got, requiredBy...))...)
}

// wantItem checks that the i-th error of the report has the code, and that err
// is a [*pack.BatchError] that says the same.
func wantItem(rep *deps.Report, err error, code pack.Code, i int) error {
	batch, ok := errors.AsType[*pack.BatchError](err)
	if !ok || rep == nil || len(rep.Failed) <= i || len(batch.Failures) <= i {
		return fmt.Errorf("got report %v with error %w, want failed item %d in both", rep, orNone(err), i)
	}
	e, item := &rep.Failed[i], &batch.Failures[i]
	if item.Spec != e.Spec || e.Message == "" || e.Code != code {
		return fmt.Errorf("got an item for %q where the report has %q: %s %q", item.Spec, e.Spec, e.Code, e.Message)
	}
	return errors.Join(wantCode(e, code), wantCode(item, code))
}
