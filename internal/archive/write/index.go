package write

import (
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/names"
)

// An index knows every name of a tree, and refuses those that collide.
type index struct {
	limits Limits
	nodes  map[string]*node // by folded path
	parent string           // the directory of the last file, known to be there
	top    TopDir
	dirs   int64

	skipped int // entries that are not in nodes
}

type node struct {
	path    string
	dir     bool
	dotted  bool // written with a leading "./"
	created bool // a directory that is on disk
}

func newIndex(limits Limits) *index {
	return &index{limits: limits, nodes: map[string]*node{}}
}

// addFile takes the path of a file; its directories are implied.
func (x *index) addFile(path string, dotted bool) error {
	if err := x.addDir(parentOf(path)); err != nil {
		return err
	}
	key := names.Fold(path)
	if n := x.nodes[key]; n != nil {
		return n.collision(path, false, dotted)
	}
	x.top.Note(path)
	return x.add(key, &node{path: path, dotted: dotted})
}

// addDir takes the path of a directory and those above it. A directory may be
// named any number of times.
func (x *index) addDir(path string) error {
	if path == "" || path == x.parent {
		return nil
	}
	if err := x.addDir(parentOf(path)); err != nil {
		return err
	}
	key := names.Fold(path)
	switch n := x.nodes[key]; {
	case n == nil:
		if err := x.add(key, &node{path: path, dir: true}); err != nil {
			return err
		}
	case n.path != path || !n.dir:
		return n.collision(path, true, false)
	}
	x.parent = path
	return nil
}

func (x *index) add(key string, n *node) error {
	x.nodes[key] = n
	if dir := parentOf(key); x.isRepository(dir, key) {
		return pack.Errorf(pack.CodeInvalidManifest, "directory %q is a git repository: packs must not contain one", shown(parentOf(n.path)))
	}
	if n.dir {
		x.dirs++
	}
	return x.checkCount()
}

// skip counts an entry that is not part of the tree.
func (x *index) skip(name string, isFile bool) error {
	if isFile {
		x.top.Note(strings.TrimPrefix(name, "./"))
	}
	x.skipped++
	return x.checkCount()
}

func (x *index) checkCount() error {
	if err := check("number of directories", x.limits.Directories, x.dirs, ""); err != nil {
		return err
	}
	return check("number of entries", x.limits.Entries, int64(len(x.nodes)+x.skipped), "")
}

// isRepository reports whether git takes a directory for a repository since key
// was added to it: it holds a file HEAD and the directories objects and refs.
// Even without a ".git", git run there obeys the settings in it.
func (x *index) isRepository(dir, key string) bool {
	switch strings.TrimPrefix(key[len(dir):], "/") {
	case "head", "objects", "refs":
		return x.is(join(dir, "head"), false) && x.is(join(dir, "objects"), true) && x.is(join(dir, "refs"), true)
	}
	return false
}

func (x *index) is(key string, dir bool) bool {
	n := x.nodes[key]
	return n != nil && n.dir == dir
}

// dir returns the node of a directory that was added.
func (x *index) dir(path string) *node { return x.nodes[names.Fold(path)] }

// collision is the error for a second node at the place of n.
func (n *node) collision(path string, dir, dotted bool) error {
	switch {
	case n.path != path:
		return pack.Errorf(pack.CodeNameCollision, "entries %q and %q have the same name on some systems: rename one", shown(n.path), shown(path))
	case n.dir != dir:
		return pack.Errorf(pack.CodeNameCollision, "entry %q is both a file and a directory", shown(path))
	case n.dotted != dotted:
		return unsafe(path, `comes both with and without "./"`)
	}
	return pack.Errorf(pack.CodeNameCollision, "entry %q comes twice", shown(path))
}

func parentOf(path string) string {
	i := strings.LastIndexByte(path, '/')
	return path[:max(i, 0)]
}
