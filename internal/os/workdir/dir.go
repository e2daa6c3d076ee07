package workdir

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"syscall"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/write"
	"github.com/packtrain/pack/internal/os/roots"
)

// A Dir holds the files of a pack in a directory that other processes may change. It
// reads nothing outside of the directory, never blocks on a pipe, and omits what is
// not part of the pack. It is safe for concurrent use.
type Dir struct {
	root   *os.Root
	filter *Filter

	mu    sync.Mutex
	known map[string]verdict // of directories, and of what reading them has found
}

var (
	_ fs.ReadDirFS  = (*Dir)(nil)
	_ fs.StatFS     = (*Dir)(nil)
	_ fs.ReadLinkFS = (*Dir)(nil)
)

// A verdict is what a filter says of an entry.
type verdict struct{ out, tracked bool }

// Open opens the directory of a pack as [roots.OpenPack] does with open. Directories of
// version control systems are omitted always. The rest of the rule is for content of
// which nothing is known but its path: received content, whose digest is known, and
// that of an installed generation are taken as they are.
func Open(open Opener, path string, received bool) (*Dir, error) {
	root, err := roots.OpenPack(open, path)
	if err != nil {
		return nil, err
	}
	d := &Dir{root: root, known: map[string]verdict{".": {}}}
	opener := func(dir string) (*os.Root, error) { return roots.OpenPack(open, dir) }
	if received || isGeneration(opener, path) {
		return d, nil
	}
	ignored, err := readIgnore(root)
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	d.filter = NewFilter(ignored, Tracked(opener, filepath.Clean(path)))
	return d, nil
}

// generationPath matches the end of the path of an installed generation:
// packs/<ref>/<number>-<start of the tree digest>/pack.
var generationPath = regexp.MustCompile(`/packs/[^/]+/[0-9]{6,}-[0-9a-f]{12}(-[0-9a-z]+)?/pack$`)

// isGeneration reports whether a directory is the pack of an installed generation: its
// path is that of one, and the metadata of the installation lies beside it.
func isGeneration(open Opener, dir string) bool {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil || !generationPath.MatchString(filepath.ToSlash(real)) {
		return false
	}
	parent, err := open(filepath.Dir(real))
	if err != nil {
		return false
	}
	defer func() { _ = parent.Close() }() // it was only read
	info, err := parent.Lstat("metadata.json")
	return err == nil && info.Mode().IsRegular()
}

// readIgnore returns the content of the .packignore in dir. Anything but a regular
// file counts as none.
func readIgnore(dir *os.Root) ([]byte, error) {
	info, err := dir.Lstat(IgnoreFile)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return nil, nil
	}
	f, _, err := roots.OpenFile(dir, IgnoreFile)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, MaxIgnore+1))
	switch err = errors.Join(err, f.Close()); {
	case err != nil:
		return nil, pack.Errorf(pack.CodeIO, "read %s: %w", IgnoreFile, err)
	case len(data) > MaxIgnore:
		return nil, &pack.LimitError{Limit: "size of " + IgnoreFile, Max: MaxIgnore, Value: int64(len(data))}
	}
	return data, nil
}

// Close closes the directory.
func (d *Dir) Close() error { return d.root.Close() }

// verdict returns what holds for the entry with the given name.
func (d *Dir) verdict(name string) verdict {
	d.mu.Lock()
	v, known := d.known[name]
	d.mu.Unlock()
	if known {
		return v
	}
	dir := d.verdict(path.Dir(name))
	if dir.out {
		return dir
	}
	info, err := d.root.Lstat(name)
	if err != nil {
		return verdict{} // the next step fails
	}
	v = d.judge(fs.FileInfoToDirEntry(info), name, dir)
	if info.IsDir() {
		d.mu.Lock()
		d.known[name] = v
		d.mu.Unlock()
	}
	return v
}

// judge returns what holds for an entry of a directory with the verdict dir.
func (d *Dir) judge(entry fs.DirEntry, name string, dir verdict) verdict {
	if d.filter == nil {
		return verdict{out: write.IsVCS(entry.Name())}
	}
	out, tracked := d.filter.LeavesOut(entry, name, dir.tracked)
	return verdict{out, tracked}
}

// check returns an error for a name that is not part of the pack.
func (d *Dir) check(op, name string) error {
	switch {
	case !fs.ValidPath(name):
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	case d.verdict(name).out:
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return nil
}

var errIrregular = errors.New("not a regular file")

// Open implements [fs.FS].
func (d *Dir) Open(name string) (fs.File, error) {
	if err := d.check("open", name); err != nil {
		return nil, err
	}
	file, err := d.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		err = &fs.PathError{Op: "open", Path: name, Err: errIrregular}
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &openFile{file, info}, nil
}

// An openFile knows its information, which most readers ask for.
type openFile struct {
	*os.File

	info fs.FileInfo
}

// Stat implements [fs.File]. The information is that of the moment of opening.
func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }

// ReadDir implements [fs.ReadDirFS].
func (d *Dir) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := d.check("readdir", name); err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(d.root.FS(), name)
	dir := d.verdict(name)
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		name := path.Join(name, e.Name())
		v := d.judge(e, name, dir)
		d.known[name] = v // so opening it needs no look at its type
		return v.out
	}), err
}

// Stat implements [fs.StatFS].
func (d *Dir) Stat(name string) (fs.FileInfo, error) {
	if err := d.check("stat", name); err != nil {
		return nil, err
	}
	return d.root.Stat(name)
}

// Lstat implements [fs.ReadLinkFS].
func (d *Dir) Lstat(name string) (fs.FileInfo, error) {
	if err := d.check("lstat", name); err != nil {
		return nil, err
	}
	return d.root.Lstat(name)
}

// ReadLink implements [fs.ReadLinkFS].
func (d *Dir) ReadLink(name string) (string, error) {
	if err := d.check("readlink", name); err != nil {
		return "", err
	}
	return d.root.Readlink(name)
}

// LeftOut returns the text that says what is not part of the pack, "" for nothing. It
// looks at as many entries as a pack may have.
func (d *Dir) LeftOut() string {
	if d.filter == nil {
		return ""
	}
	var names []string
	visited := 0
	_ = fs.WalkDir(d.root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		visited++
		switch {
		case visited > write.DefaultEntries:
			return fs.SkipAll
		case err != nil:
			return fs.SkipDir // reading the pack fails, too
		case name == ".":
			return nil
		case !d.judge(entry, name, d.verdict(path.Dir(name))).out:
			return nil
		}
		names = append(names, name)
		if entry.IsDir() {
			return fs.SkipDir
		}
		return nil
	})
	return LeftOut(names)
}
