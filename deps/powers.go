package deps

import (
	"errors"
	"fmt"

	"github.com/packtrain/pack"
)

// A DowngradeError is why a version cannot be chosen that is not higher than the installed
// one, unless [Policy.AllowDowngrade] says so.
type DowngradeError struct{ Installed pack.Version }

// Error names the installed version.
func (e *DowngradeError) Error() string {
	return fmt.Sprintf("%s is installed, and the request does not allow a version that is not higher", e.Installed)
}

// ErrorCode implements [pack.Coder].
func (e *DowngradeError) ErrorCode() pack.Code { return pack.CodeAlreadyInstalled }

// NeedsDowngrade reports whether a version that all demands on it allow is excluded only
// because it is not higher than the installed one.
func (u *Unsolvable) NeedsDowngrade() bool {
	for i := range u.Demands {
		on := u.on(u.Demands[i].Ref)
		if len(on) == 0 {
			continue
		}
		for _, c := range suiting(on[0].Excluded, on) {
			if _, ok := errors.AsType[*DowngradeError](c.Unusable); ok {
				return true
			}
		}
	}
	return false
}

// NeedsReplacing reports whether the pack without a version to choose is installed, and
// [Policy.KeepInstalled] keeps it.
func (u *Unsolvable) NeedsReplacing() bool {
	for _, d := range u.on(u.Ref) {
		if d.kept {
			return true
		}
	}
	return false
}
