package host

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/packtrain/pack"
)

// Roots restricts paths from untrusted users to some directories. A path is opened
// below the directory that contains it and used only through that handle, so that
// "..", links and concurrent replacements of directories cannot lead outside. It is
// safe for concurrent use.
type Roots struct {
	paths []string
	roots []*os.Root
}

// OpenRoots opens existing directories by absolute paths. Without paths, the Roots
// refuse every path. The caller closes the Roots.
func OpenRoots(paths ...string) (*Roots, error) {
	r := &Roots{}
	for _, p := range paths {
		if err := r.add(p); err != nil {
			return nil, errors.Join(err, r.Close())
		}
	}
	return r, nil
}

func (r *Roots) add(path string) error {
	if !filepath.IsAbs(path) {
		return pack.Errorf(pack.CodeInvalidRequest, "allowed root %q is not an absolute path", path)
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return pack.Errorf(pack.CodeInvalidRequest, "open allowed root: %w", err)
	}
	r.paths, r.roots = append(r.paths, filepath.Clean(path)), append(r.roots, root)
	return nil
}

// Open opens one of the roots or a directory below it. A path outside of them is an
// error with [pack.CodePolicyDenied].
func (r *Roots) Open(path string) (*os.Root, error) {
	root, rel, err := r.find(path)
	if err != nil {
		return nil, err
	}
	below, err := openBelow(root, rel)
	return below, judge(path, err)
}

// Create opens a directory below one of the roots, and creates it if it is missing.
func (r *Roots) Create(path string) (*os.Root, error) {
	root, rel, err := r.find(path)
	if err != nil {
		return nil, err
	}
	if err := root.MkdirAll(rel, 0o755); err != nil {
		return nil, judge(path, err)
	}
	below, err := openBelow(root, rel)
	return below, judge(path, err)
}

// find returns the root that contains path, and the path relative to it.
func (r *Roots) find(path string) (root *os.Root, rel string, err error) {
	path = filepath.Clean(path)
	for i, p := range r.paths {
		if rel, err := filepath.Rel(p, path); err == nil && filepath.IsLocal(rel) {
			return r.roots[i], rel, nil
		}
	}
	return nil, "", denied(path)
}

func denied(path string) error {
	return pack.Errorf(pack.CodePolicyDenied, "%q is outside of the allowed roots", path)
}

// judge converts the error of package os for a path outside of its root, which has no
// errno, to one with a code. It returns any other error unchanged.
func judge(path string, err error) error {
	_, system := errors.AsType[syscall.Errno](err)
	_, coded := errors.AsType[pack.Coder](err)
	if err == nil || system || coded {
		return err
	}
	return denied(path)
}

// openBelow checks the type before it opens, because opening a pipe would block.
func openBelow(root *os.Root, rel string) (*os.Root, error) {
	info, err := root.Stat(rel)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, pack.Errorf(pack.CodeInvalidManifest, "%q is not a directory", rel)
	}
	return root.OpenRoot(rel)
}

// Paths returns the paths of the roots.
func (r *Roots) Paths() []string { return slices.Clone(r.paths) }

// and returns the directories of both, which r and other still have to close.
func (r *Roots) and(other *Roots) *Roots {
	return &Roots{paths: slices.Concat(r.paths, other.paths), roots: slices.Concat(r.roots, other.roots)}
}

// Close closes the roots.
func (r *Roots) Close() error {
	var errs []error
	for _, root := range r.roots {
		errs = append(errs, root.Close())
	}
	return errors.Join(errs...)
}
