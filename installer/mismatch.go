package installer

import (
	"fmt"

	"github.com/packtrain/pack"
)

// A MismatchError says that a source of an index entry delivered other content than the
// entry promises, and that its other sources were not tried because
// DownloadConfig.PassMismatch is false. It matches [pack.ErrIntegrity].
type MismatchError struct {
	Untried int // the number of sources that were not tried, at least 1
	Err     error
}

// Error returns the text of Err, and how many sources were not tried.
func (e *MismatchError) Error() string {
	return fmt.Sprintf("%v; sources that were not tried: %d", e.Err, e.Untried)
}

// Unwrap returns Err.
func (e *MismatchError) Unwrap() error { return e.Err }

// ErrorCode implements [pack.Coder].
func (*MismatchError) ErrorCode() pack.Code { return pack.CodeChecksumMismatch }
