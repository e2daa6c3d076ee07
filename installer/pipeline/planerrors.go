package pipeline

import (
	"fmt"
	"strings"

	"github.com/packtrain/pack"
)

// A StaleError says that something that a plan depends on has changed since it was made.
// Nothing was done. It has [pack.CodeConflict].
type StaleError struct{ Changed []StaleRead }

// A StaleRead is a pack that has changed. Was and Is are its generations, "" for none.
// Dependent: it was not read, and needs a pack that changes.
type StaleRead struct {
	Ref       pack.Ref
	Was, Is   string
	Dependent bool
}

// Error implements error.
func (e *StaleError) Error() string {
	list := make([]string, len(e.Changed))
	for i, c := range e.Changed {
		list[i] = c.String()
	}
	return "what the plan depends on has changed: " + strings.Join(list, ", ") + "; make a new plan"
}

// String says what happened to the pack.
func (s StaleRead) String() string {
	switch {
	case s.Dependent:
		return fmt.Sprintf("%s was installed, and needs a pack of the plan", s.Ref)
	case s.Was == "":
		return fmt.Sprintf("%s was installed (generation %s)", s.Ref, s.Is)
	case s.Is == "":
		return fmt.Sprintf("%s was removed (generation %s)", s.Ref, s.Was)
	case s.Was == s.Is:
		return fmt.Sprintf("%s has other content", s.Ref)
	}
	return fmt.Sprintf("%s was changed (generation %s, now %s)", s.Ref, s.Was, s.Is)
}

// ErrorCode implements [pack.Coder].
func (*StaleError) ErrorCode() pack.Code { return pack.CodeConflict }

// Unwrap returns [pack.ErrConflict].
func (*StaleError) Unwrap() error { return pack.ErrConflict }

// A GoneError says that the content of a pack is neither in the cache nor can it be
// fetched, because its URL needs a query, which a plan does not hold. It has the code of
// Err.
type GoneError struct {
	Ref  pack.Ref
	Spec string // without the query
	Err  error
}

// Error implements error.
func (e *GoneError) Error() string {
	return fmt.Sprintf("the content of %s is not in the cache any more, and its URL had a query, which plans do not hold: make a new plan with %q and its query: %v", e.Ref, e.Spec, e.Err)
}

// Unwrap returns Err.
func (e *GoneError) Unwrap() error { return e.Err }

// A ConflictsError says that a plan has conflicts. It has the code of the first one.
type ConflictsError struct{ Conflicts []PlanProblem }

// Error implements error.
func (e *ConflictsError) Error() string {
	list := make([]string, len(e.Conflicts))
	for i, c := range e.Conflicts {
		list[i] = c.String()
	}
	return "the plan has conflicts: " + strings.Join(list, "; ")
}

// ErrorCode implements [pack.Coder].
func (e *ConflictsError) ErrorCode() pack.Code {
	if len(e.Conflicts) == 0 || e.Conflicts[0].Code == "" {
		return pack.CodeConflict
	}
	return e.Conflicts[0].Code
}

// Unwrap returns the error that the code stands for.
func (e *ConflictsError) Unwrap() error { return e.ErrorCode().Sentinel() }

// String returns the pack and the message.
func (p PlanProblem) String() string {
	if p.Ref == "" {
		return p.Message
	}
	return fmt.Sprintf("%s: %s", p.Ref, p.Message)
}
