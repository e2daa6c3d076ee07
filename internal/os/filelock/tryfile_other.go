//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package filelock

import (
	"errors"
	"os"
)

// TryOpen is not supported on this system: the error matches [errors.ErrUnsupported].
func TryOpen(*os.File) (ok bool, err error) { return false, errors.ErrUnsupported }

// TryOpenShared is not supported on this system, as [TryOpen].
func TryOpenShared(*os.File) (ok bool, err error) { return false, errors.ErrUnsupported }
