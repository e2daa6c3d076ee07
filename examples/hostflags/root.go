package hostflags

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// MakeRoot creates the directory of a root, for its owner alone, unless it exists.
func MakeRoot(root string) error {
	if err := os.MkdirAll(filepath.Dir(root), 0o755); err != nil {
		return err
	}
	if err := os.Mkdir(root, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
