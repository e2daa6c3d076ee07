package git

import (
	"errors"
	"fmt"

	"github.com/packtrain/pack"
)

// A BrokenError says that something is not what git writes or sends.
type BrokenError struct {
	text string
}

func (e *BrokenError) Error() string { return e.text }

// Broken returns a [*BrokenError]. Foreign text in it has to be quoted.
func Broken(format string, args ...any) error {
	return &BrokenError{text: fmt.Sprintf(format, args...)}
}

// corrupt keeps errors that have a code or are of the context; all others come
// from decoding.
func corrupt(err error) error {
	if _, ok := errors.AsType[*BrokenError](err); ok || err == nil || pack.CodeOf(err) != "" || errors.Is(err, ErrOtherType) {
		return err
	}
	return Broken("the pack is corrupt: %.200q", err.Error())
}
