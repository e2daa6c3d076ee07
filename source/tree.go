package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/write"
	"github.com/packtrain/pack/internal/digest"
)

// A Tree receives the files of one pack into a directory of its own, and trusts
// none of them. It is a [Sink].
//
// The rules, for what lies in TreeOptions.Subdir:
//
//   - Only regular files and directories. Links of any kind, devices, pipes and
//     sockets are refused ([pack.CodeForbiddenEntry]).
//   - A name is relative, separated by "/", without empty, "." or ".."
//     components; the "./" that some archivers write in front is removed. It is
//     valid UTF-8 without control, format and unassigned characters, without
//     backslash and <>:"|?*. No component ends in a dot or a space, or is a
//     device of Windows (con, aux.txt) ([pack.CodeUnsafePath]). The rules are
//     the same on every system.
//   - No two entries that are the same on some system: names that differ only in
//     case or in the composition of characters, duplicate names, a name that is
//     both a file and a directory. A directory may be named again
//     ([pack.CodeNameCollision]).
//   - No directories of version control systems, .git, .hg, .svn and .bzr, and no
//     bare repositories of git ([pack.CodeInvalidManifest]).
//   - Size, number, depth and length of names are bounded by [Limits]
//     ([pack.CodeLimitExceeded]).
//   - Content is read to its end; its size is that of the entry, when the entry
//     states one ([pack.CodeMalformedContent]).
//   - Files have the mode 0644, or 0755 when any executable bit was set, and
//     directories 0755, regardless of the umask. Owners, times and other attributes are
//     dropped. Empty directories are not kept.
//   - What lies outside of the subdirectory is counted, read to its end and
//     dropped, of whatever kind.
//   - Everything is created anew, below a directory that is held open: should
//     another process rearrange the tree meanwhile, nothing outside is touched.
//
// Nothing is synced to the disk; activating a pack does that.
//
// A Tree is for one goroutine at a time, and has to be finished or discarded.
// After an error it only takes [Tree.Discard].
type Tree struct {
	dir      string // "" when the caller keeps it
	opts     TreeOptions
	subdir   string // of opts, as [write.Loose] has it
	root     *os.Root
	writer   *write.Writer
	checksum *checksum // nil unless asked for
	err      error     // why the tree is unusable
	// refused are the errors of entries that are content when the top is not
	// stripped, and when it is.
	refused map[bool]error
}

var _ Sink = (*Tree)(nil)

// TreeOptions select the content among the received files.
type TreeOptions struct {
	// StripTop: when one directory holds all files, it is not part of the
	// content, as in the archives of hosting services. What archivers add beside
	// it (__MACOSX/, META-INF/, .DS_Store, ._*) is dropped then.
	StripTop bool
	// Subdir is the directory of the content, relative to the top (the stripped one,
	// with StripTop) and separated by "/". What lies outside of it counts against the
	// limits and is dropped, of whatever kind. "" means the top itself.
	Subdir string
	// DirectoryChecksum asks for TreeResult.DirectoryChecksum.
	DirectoryChecksum bool
	Limits            Limits
}

// A TreeResult describes a finished [Tree].
type TreeResult struct {
	// Dir is the path of the content: the tree's directory, or one below it. It
	// is absolute, or relative to the directory given to [NewTreeIn].
	Dir string
	// TreeDigest is the [pack.TreeDigest] of the content, DirectoryChecksum its
	// [pack.DirectoryChecksum] ("" unless requested).
	TreeDigest, DirectoryChecksum pack.Digest
	Files                         int
	Bytes                         int64
	// Beside lists what was dropped beside the directory that StripTop strips, by
	// its names at the top of the archive. The files remain where the tree wrote
	// them, outside of Dir.
	Beside []string

	files []digest.File // for FS
}

// NewTree returns a Tree that writes into dir, an absolute path. dir is created,
// or is empty; its parent exists. opts may be nil.
func NewTree(dir string, opts *TreeOptions) (*Tree, error) {
	t, err := newTree(opts, func() (*os.Root, error) { return openEmpty(dir) })
	if err != nil {
		return nil, err
	}
	t.dir = dir
	return t, nil
}

// newTree opens the directory of a tree when opts are fine.
func newTree(opts *TreeOptions, open func() (*os.Root, error)) (t *Tree, err error) {
	t = &Tree{refused: map[bool]error{}}
	if opts != nil {
		t.opts = *opts
	}
	if err := t.cleanSubdir(); err != nil {
		return nil, err
	}
	if t.root, err = open(); err != nil {
		return nil, err
	}
	t.writer = write.New(t.root, t.extractOptions())
	return t, nil
}

// Put receives one entry, see [Sink].
func (t *Tree) Put(ctx context.Context, e Entry, content io.Reader) error {
	if t.err != nil {
		return fmt.Errorf("put %.200q: %w", e.Name, t.err)
	}
	if err := t.put(ctx, e, content); err != nil {
		t.err = fmt.Errorf("tree is unusable since an error: %w", err)
		return err
	}
	return nil
}

// Finish ends the tree and describes its content. A Subdir that holds no file is
// an error that matches [pack.ErrNotFound].
func (t *Tree) Finish() (TreeResult, error) {
	if t.err != nil {
		return TreeResult{}, fmt.Errorf("finish tree: %w", t.err)
	}
	result, err := t.result()
	t.err = errFinished
	return result, errors.Join(err, t.close())
}

// Discard removes the tree's directory and all in it, also after [Tree.Finish]. A
// directory that another process moved away is not removed.
func (t *Tree) Discard() error {
	if t.err == nil {
		t.err = errDiscarded
	}
	return errors.Join(t.close(), os.RemoveAll(t.dir))
}

var (
	errFinished  = errors.New("tree is finished")
	errDiscarded = errors.New("tree is discarded")
)

func (t *Tree) close() error {
	t.writer.Close()
	return t.root.Close()
}

// openEmpty opens the directory dir, which it creates when it is missing.
func openEmpty(dir string) (*os.Root, error) {
	if !filepath.IsAbs(dir) {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "create tree in %q: want an absolute path", dir)
	}
	created := os.Mkdir(dir, 0o755)
	if created != nil && !errors.Is(created, os.ErrExist) {
		return nil, pack.Errorf(pack.CodeIO, "create tree: %w", created)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, pack.Errorf(pack.CodeIO, "create tree: %w", err)
	}
	if err := prepare(root, created == nil); err != nil {
		return nil, errors.Join(fmt.Errorf("create tree in %q: %w", dir, err), root.Close())
	}
	return root, nil
}

// prepare makes sure that a directory is empty; a new one gets the mode that
// the umask may have changed.
func prepare(root *os.Root, isNew bool) (err error) {
	dir, err := root.Open(".")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	if isNew {
		return dir.Chmod(0o755)
	}
	switch names, err := dir.Readdirnames(1); {
	case len(names) > 0:
		return pack.Errorf(pack.CodeInvalidRequest, "the directory is not empty")
	case err != io.EOF:
		return err
	}
	return nil
}
