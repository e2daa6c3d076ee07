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

// WriteFile writes a file that others may read, regardless of the umask.
func WriteFile(name string, data []byte) error {
	if err := os.WriteFile(name, data, 0o644); err != nil {
		return err
	}
	return os.Chmod(name, 0o644)
}

// MkdirPrivate creates a directory that its owner alone may enter, regardless of the
// umask, unless it exists. Missing directories above it get ordinary modes.
func MkdirPrivate(dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	switch err := os.Mkdir(dir, 0o700); {
	case errors.Is(err, fs.ErrExist):
		return nil
	case err != nil:
		return err
	}
	return os.Chmod(dir, 0o700)
}
