package pipeline

import (
	"fmt"

	"github.com/packtrain/pack"
)

// A MissingError says that a pack needs another one that is neither installed nor
// provided, and that none could be added for it. It matches [pack.ErrDependency].
type MissingError struct {
	Need pack.Dependency
	// Err is the explanation of the search for it; nil if nothing was searched.
	Err error
}

// Error is the text of Err, or names the missing pack.
func (e *MissingError) Error() string {
	if e.Err != nil {
		return e.Err.Error()
	}
	return fmt.Sprintf("it needs %s, which is not installed; install it, or name an index that has it", e.Need)
}

// Unwrap returns [pack.ErrDependency].
func (*MissingError) Unwrap() error { return pack.ErrDependency }

// ErrorCode implements [pack.Coder].
func (*MissingError) ErrorCode() pack.Code { return pack.CodeDependencyMissing }
