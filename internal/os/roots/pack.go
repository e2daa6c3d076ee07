package roots

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
)

// OpenPack opens the directory of a pack at path with open, which the host may
// supply; nil opens any directory. The caller closes it. Nothing outside of the
// directory is reached through it, even through links in it.
func OpenPack(open func(path string) (*os.Root, error), path string) (*os.Root, error) {
	if !filepath.IsAbs(path) {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "path %q is not absolute", path)
	}
	if open == nil {
		open = openAny
	}
	root, err := open(path)
	switch _, coded := errors.AsType[pack.Coder](err); {
	case err == nil:
		return root, nil
	case coded:
		return nil, fmt.Errorf("open pack: %w", err)
	case errors.Is(err, fs.ErrNotExist):
		return nil, pack.Errorf(pack.CodeNotFound, "open pack: %w", err)
	}
	return nil, pack.Errorf(pack.CodeIO, "open pack: %w", err)
}

// openAny checks the type before it opens: opening a pipe would block.
func openAny(path string) (*os.Root, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, pack.Errorf(pack.CodeInvalidManifest, "%q is not a directory", path)
	}
	return os.OpenRoot(path)
}
