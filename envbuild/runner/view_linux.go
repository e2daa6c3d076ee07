package runner

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/prefix"
)

// A view is the file system of a sandbox, as arguments of bubblewrap.
type view struct {
	args []string
	size string          // of each temporary directory, in bytes
	made map[string]bool // directories that exist in it
}

// A grant is what a child gets at one path.
type grant int

const (
	readable grant = iota + 1
	writable
	temporary
	cached
)

func newView(c pack.Command, other bool) (*view, error) {
	v := &view{size: fmt.Sprint(sizeOf(c.Limits.DiskBytes)), made: map[string]bool{"/": true}}
	v.system(c.Access.Network)
	grants, err := grantsOf(c)
	if err != nil {
		return nil, err
	}
	// A directory comes before what lies in it.
	paths := slices.SortedFunc(maps.Keys(grants), func(a, b string) int {
		return cmp.Or(strings.Count(a, "/")-strings.Count(b, "/"), strings.Compare(a, b))
	})
	for _, path := range paths {
		if err := v.add(path, grants, other); err != nil {
			return nil, err
		}
	}
	v.directory(filepath.Clean(c.Dir), grants)
	return v, nil
}

// maxSize is the size of a temporary directory without a limit.
const maxSize = 1 << 40

func sizeOf(limit int64) int64 {
	if limit < 0 {
		return maxSize
	}
	return limit
}

// grantsOf returns what a command gets, by path. A path that is named twice gets the
// most; a link stands for itself and its target.
func grantsOf(c pack.Command) (map[string]grant, error) {
	grants := map[string]grant{}
	for kind, paths := range map[grant][]string{
		readable: slices.Concat(c.Access.Read, prefix.Of(c.Path)), writable: c.Access.Write,
		temporary: c.Access.Temporary, cached: c.Access.Cache,
	} {
		for _, path := range paths {
			if !filepath.IsAbs(path) || filepath.Clean(path) == "/" {
				return nil, pack.Errorf(pack.CodeInvalidRequest, "run %q: access to %q: name an absolute path below the root directory", c.Path, path)
			}
			path = filepath.Clean(path)
			grants[path] = max(grants[path], kind)
			if real, err := filepath.EvalSymlinks(path); err == nil {
				grants[real] = max(grants[real], kind)
			}
		}
	}
	for _, own := range []string{home(c.Env), "/tmp"} {
		if own != "" && !within(own, grants, 0) && !isSystem(own) {
			grants[own] = temporary
		}
	}
	return grants, nil
}

// home returns the directory that the variable HOME names, "" if it names none.
func home(env []string) string {
	for _, v := range env {
		if dir, ok := strings.CutPrefix(v, "HOME="); ok && filepath.IsAbs(dir) && filepath.Clean(dir) != "/" {
			return filepath.Clean(dir)
		}
	}
	return ""
}

// within reports whether path, or a directory above it, has one of the grants, 0 for any.
func within(path string, grants map[string]grant, kind grant) bool {
	for ; path != "/"; path = filepath.Dir(path) {
		if g := grants[path]; g != 0 {
			return kind == 0 || g == kind
		}
	}
	return false
}

// add adds what is granted at path.
func (v *view) add(path string, grants map[string]grant, other bool) error {
	kind := grants[path]
	above := filepath.Dir(path)
	inside := within(above, grants, readable) || within(above, grants, writable)
	switch {
	case isSystem(path), kind == readable && inside, kind == writable && within(above, grants, writable):
		return nil // it is there already
	case inside && isLink(path):
		return nil // so is the link, and its target is granted, too
	case !inside:
		v.parents(path)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil && isLink(path) && kind <= writable {
		v.args = append(v.args, "--symlink", real, path) // what it leads to is granted, too
		return nil
	}
	switch kind {
	case readable:
		v.args = append(v.args, "--ro-bind-try", path, path)
	case writable:
		v.args = append(v.args, "--bind", path, path)
	case temporary:
		v.args = append(v.args, "--perms", "1777", "--size", v.size, "--tmpfs", path)
	case cached:
		source, err := cacheFor(path, other)
		if err != nil {
			return err
		}
		v.args = append(v.args, "--bind", source, path)
	}
	v.made[path] = true
	return nil
}

func isLink(path string) bool {
	_, err := os.Readlink(path)
	return err == nil
}

// parents makes the directories above path. Bubblewrap would make those with the
// permissions of the originals, which the child may not enter.
func (v *view) parents(path string) {
	dir := filepath.Dir(path)
	if v.made[dir] || isSystem(dir) {
		return
	}
	v.parents(dir)
	v.made[dir] = true
	v.args = append(v.args, "--perms", "0755", "--dir", dir)
}

// directory makes the working directory if nothing is granted there.
func (v *view) directory(path string, grants map[string]grant) {
	if v.made[path] || within(path, grants, 0) || isSystem(path) {
		return
	}
	v.parents(filepath.Join(path, "x"))
}

// cacheFor returns the directory that takes the place of a cache: the cache itself, or
// one in it that belongs to the other user.
func cacheFor(path string, other bool) (string, error) {
	if err := os.MkdirAll(path, 0o755); err != nil || !other {
		return path, err
	}
	own := filepath.Join(path, ".sandbox")
	if err := os.MkdirAll(own, 0o700); err != nil {
		return "", err
	}
	return own, os.Chown(own, otherUser, otherUser)
}
