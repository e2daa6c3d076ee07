package fsx

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Mkdir creates a directory that others may read, regardless of the umask.
func Mkdir(dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	return os.Chmod(dir, 0o755)
}

// MkdirPrivate creates a directory that its owner alone may enter, unless it exists.
// Missing directories above it get ordinary modes.
func MkdirPrivate(dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
