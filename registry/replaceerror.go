package registry

import (
	"fmt"

	"github.com/packtrain/pack"
)

// A ReplaceError says that a pack is installed and that the request does not allow it to
// be replaced. It matches [pack.ErrConflict]; its code is [pack.CodeAlreadyInstalled],
// or [pack.CodeConflict] if upgrades are allowed and the version is the same.
type ReplaceError struct {
	Ref pack.Ref
	// Active is the installed version, Version the one that was to replace it.
	Active, Version pack.Version
	// Needed is the value of Request.Replace that allows it.
	Needed Replace

	code pack.Code
}

// Error says which version is installed and what would allow replacing it.
func (e *ReplaceError) Error() string {
	switch order := e.Version.Compare(e.Active); {
	case order == 0:
		return fmt.Sprintf("pack %s %s is installed with other content: raise the version, or allow replacing any version", e.Ref, e.Active)
	case order < 0:
		return fmt.Sprintf("pack %s %s is installed, which is higher than %s: allow replacing any version to downgrade", e.Ref, e.Active, e.Version)
	}
	return fmt.Sprintf("pack %s %s is installed: allow upgrades to replace it by %s", e.Ref, e.Active, e.Version)
}

// Unwrap returns [pack.ErrConflict].
func (*ReplaceError) Unwrap() error { return pack.ErrConflict }

// ErrorCode implements [pack.Coder].
func (e *ReplaceError) ErrorCode() pack.Code {
	if e.code == "" {
		return pack.CodeAlreadyInstalled
	}
	return e.code
}

// Check returns a [*ReplaceError] unless r allows other content, which is pack id, to
// replace the active version of that pack.
func (r Replace) Check(active pack.Version, id pack.ID) error {
	order := id.Version.Compare(active)
	refused := &ReplaceError{Ref: id.Ref, Active: active, Version: id.Version, Needed: ReplaceAny}
	switch {
	case r == ReplaceAny, r == ReplaceUpgrade && order > 0:
		return nil
	case order > 0:
		refused.Needed = ReplaceUpgrade
	case r == ReplaceUpgrade && order == 0:
		refused.code = pack.CodeConflict
	}
	return refused
}
