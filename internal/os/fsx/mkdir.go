package fsx

import "os"

// Mkdir creates a directory that others may read, regardless of the umask.
func Mkdir(dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	return os.Chmod(dir, 0o755)
}
