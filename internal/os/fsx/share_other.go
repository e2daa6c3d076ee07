//go:build !linux

package fsx

import (
	"errors"
	"os"
)

func share(_, _ *os.File, _ int64) error { return errors.ErrUnsupported }
