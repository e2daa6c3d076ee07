package registry

import (
	"fmt"

	"github.com/packtrain/pack"
)

// A RecordError says that the record of one pack cannot be decoded: it is
// damaged, or another release wrote it. It matches [pack.ErrStore].
type RecordError struct {
	Ref pack.Ref
	Err error
}

// Error names the pack and says what to do.
func (e *RecordError) Error() string {
	return fmt.Sprintf("record of pack %s is damaged: %v; register the pack again with other content, or remove it", e.Ref, e.Err)
}

// Unwrap returns the cause and [pack.ErrStore].
func (e *RecordError) Unwrap() []error { return []error{e.Err, pack.ErrStore} }

// ErrorCode implements [pack.Coder].
func (e *RecordError) ErrorCode() pack.Code { return pack.CodeStoreCorrupt }
