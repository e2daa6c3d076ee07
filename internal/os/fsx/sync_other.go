//go:build !linux

package fsx

import "errors"

// syncFS would sync the whole file system of path.
func syncFS(string) error { return errors.ErrUnsupported }
