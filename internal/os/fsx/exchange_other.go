//go:build !linux && !darwin

package fsx

import "errors"

// exchange would swap in one step.
func exchange(_, _ Place) error { return errors.ErrUnsupported }
