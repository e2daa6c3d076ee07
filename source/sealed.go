package source

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/digest"
)

// FS returns the content, which is now in dir, as it was received: its
// directories are the received ones, and a file whose content has changed since
// is an error with [pack.CodeContentChanged]. Nothing is held open. It is safe
// for concurrent use.
func (r *TreeResult) FS(dir string) fs.FS {
	s := &sealedFS{dir: dir, files: make(map[string]digest.File, len(r.files)), dirs: map[string][]fs.DirEntry{".": {}}}
	for _, f := range r.files {
		s.files[f.Path] = f
		s.enter(f.Path, sealedInfo{file: f})
	}
	for _, entries := range s.dirs {
		slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	}
	return s
}

// A sealedFS reads files by their paths and trusts none: the content it returns
// has the digest of the received file.
type sealedFS struct {
	dir   string
	files map[string]digest.File
	dirs  map[string][]fs.DirEntry
}

var (
	_ fs.ReadFileFS = (*sealedFS)(nil)
	_ fs.ReadDirFS  = (*sealedFS)(nil)
	_ fs.StatFS     = (*sealedFS)(nil)
	_ fs.ReadLinkFS = (*sealedFS)(nil)
)

// enter lists name in its directory, and that one in its own.
func (s *sealedFS) enter(name string, info sealedInfo) {
	dir := path.Dir(name)
	_, known := s.dirs[dir]
	s.dirs[dir] = append(s.dirs[dir], fs.FileInfoToDirEntry(info))
	if !known {
		s.enter(dir, sealedInfo{file: digest.File{Path: dir}, dir: true})
	}
}

// Open implements [fs.FS].
func (s *sealedFS) Open(name string) (fs.File, error) {
	info, err := s.info("open", name)
	if err != nil {
		return nil, err
	}
	if info.dir {
		return &sealedDir{info: info, entries: s.dirs[name]}, nil
	}
	data, err := s.read(info.file)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &sealedFile{Reader: bytes.NewReader(data), info: info}, nil
}

// ReadFile implements [fs.ReadFileFS].
func (s *sealedFS) ReadFile(name string) ([]byte, error) {
	info, err := s.info("read", name)
	if err == nil && info.dir {
		err = &fs.PathError{Op: "read", Path: name, Err: errors.New("is a directory")}
	}
	if err != nil {
		return nil, err
	}
	data, err := s.read(info.file)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return data, nil
}

// ReadDir implements [fs.ReadDirFS].
func (s *sealedFS) ReadDir(name string) ([]fs.DirEntry, error) {
	info, err := s.info("readdir", name)
	if err == nil && !info.dir {
		err = &fs.PathError{Op: "readdir", Path: name, Err: errors.New("not a directory")}
	}
	return slices.Clone(s.dirs[name]), err
}

// Stat implements [fs.StatFS].
func (s *sealedFS) Stat(name string) (fs.FileInfo, error) { return s.infoOrError("stat", name) }

// Lstat implements [fs.ReadLinkFS].
func (s *sealedFS) Lstat(name string) (fs.FileInfo, error) { return s.infoOrError("lstat", name) }

// ReadLink implements [fs.ReadLinkFS]: a tree holds no links.
func (s *sealedFS) ReadLink(name string) (string, error) {
	return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
}

func (s *sealedFS) infoOrError(op, name string) (fs.FileInfo, error) {
	info, err := s.info(op, name)
	if err != nil {
		return nil, err
	}
	return info, nil
}

func (s *sealedFS) info(op, name string) (sealedInfo, error) {
	if !fs.ValidPath(name) {
		return sealedInfo{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	if f, ok := s.files[name]; ok {
		return sealedInfo{file: f}, nil
	}
	if _, ok := s.dirs[name]; ok {
		return sealedInfo{file: digest.File{Path: name}, dir: true}, nil
	}
	return sealedInfo{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
}

// read returns the content of a file, if it is unchanged.
func (s *sealedFS) read(f digest.File) ([]byte, error) {
	// Not blocking, should another process have put a pipe there.
	file, err := os.OpenFile(filepath.Join(s.dir, filepath.FromSlash(f.Path)), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, changed(err)
	}
	defer func() { _ = file.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(file, f.Size+1))
	switch {
	case err != nil:
		return nil, changed(err)
	case int64(len(data)) != f.Size || sha256.Sum256(data) != f.Sum:
		return nil, changed(errors.New("its content differs"))
	}
	return data, nil
}

func changed(err error) error {
	return pack.Errorf(pack.CodeContentChanged, "the file was changed since it was received: %w", err)
}

// A sealedInfo describes a file, or a directory.
type sealedInfo struct {
	file digest.File
	dir  bool
}

// Name implements [fs.FileInfo].
func (i sealedInfo) Name() string { return path.Base(i.file.Path) }

// Size implements [fs.FileInfo].
func (i sealedInfo) Size() int64 { return i.file.Size }

// Mode implements [fs.FileInfo].
func (i sealedInfo) Mode() fs.FileMode {
	switch {
	case i.dir:
		return fs.ModeDir | 0o755
	case i.file.Executable:
		return 0o755
	}
	return 0o644
}

// ModTime implements [fs.FileInfo]: times are not content.
func (i sealedInfo) ModTime() time.Time { return time.Time{} }

// IsDir implements [fs.FileInfo].
func (i sealedInfo) IsDir() bool { return i.dir }

// Sys implements [fs.FileInfo].
func (i sealedInfo) Sys() any { return nil }

// A sealedFile is a file whose content was checked.
type sealedFile struct {
	*bytes.Reader
	info sealedInfo
}

// Stat implements [fs.File].
func (f *sealedFile) Stat() (fs.FileInfo, error) { return f.info, nil }

// Close implements [fs.File].
func (f *sealedFile) Close() error { return nil }

// A sealedDir lists a directory.
type sealedDir struct {
	info    sealedInfo
	entries []fs.DirEntry // those that are left to read
}

// Stat implements [fs.File].
func (d *sealedDir) Stat() (fs.FileInfo, error) { return d.info, nil }

// Read implements [fs.File].
func (d *sealedDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.info.file.Path, Err: fmt.Errorf("is a directory")}
}

// Close implements [fs.File].
func (d *sealedDir) Close() error { return nil }

// ReadDir implements [fs.ReadDirFile].
func (d *sealedDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n > 0 && len(d.entries) == 0 {
		return nil, io.EOF
	}
	if n <= 0 || n > len(d.entries) {
		n = len(d.entries)
	}
	entries := d.entries[:n]
	d.entries = d.entries[n:]
	return slices.Clone(entries), nil
}
