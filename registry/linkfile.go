package registry

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/fsx"
	"github.com/packtrain/pack/internal/os/roots"
	"github.com/packtrain/pack/internal/text/exactjson"
)

const (
	linksDir   = "links"
	linkSuffix = ".json"
	// maxLink limits the size of the file of a link.
	maxLink = 64 << 10
)

// linkFile is the content of links/<ref>.json.
type linkFile struct {
	Format  int       `json:"format"`
	Dir     string    `json:"directory"`
	Actor   string    `json:"actor"`
	Created time.Time `json:"created"`
}

func (s *Store) linksDir() string { return filepath.Join(s.config.Root, linksDir) }

// openLinks opens the directory of the links, without following a symbolic link. A root
// without links has none.
func (s *Store) openLinks() (*os.Root, error) {
	root, err := os.OpenRoot(s.config.Root)
	if err != nil {
		return nil, pack.Errorf(pack.CodeIO, "open root: %w", err)
	}
	return roots.Descend(root, linksDir, pack.CodeStoreCorrupt)
}

// links reads all links.
func (s *Store) links() ([]Link, error) {
	dir, err := s.openLinks()
	switch {
	case errors.Is(err, pack.ErrNotFound):
		return []Link{}, nil
	case err != nil:
		return nil, err
	}
	defer func() { _ = dir.Close() }() // it was only read
	entries, err := fs.ReadDir(dir.FS(), ".")
	links := []Link{}
	for _, e := range entries { // ordered by name, and so by ref
		name, ok := strings.CutSuffix(e.Name(), linkSuffix)
		ref, refErr := pack.ParseRef(name)
		if !ok || refErr != nil {
			continue // not a link, such as a temporary file of a process that died
		}
		if l, err := readLink(dir, ref); !errors.Is(err, pack.ErrNotFound) {
			links = append(links, linkOf(ref, l, err))
		}
	}
	return links, err
}

// link reads the link of ref. Without one, the error matches [pack.ErrNotFound].
func (s *Store) link(ref pack.Ref) (*Link, error) {
	dir, err := s.openLinks()
	if err != nil {
		return nil, notLinked(ref, err)
	}
	defer func() { _ = dir.Close() }() // it was only read
	f, err := readLink(dir, ref)
	if errors.Is(err, pack.ErrNotFound) {
		return nil, notLinked(ref, err)
	}
	l := linkOf(ref, f, err)
	return &l, nil
}

// notLinked returns the error of a missing link, or err if it is another one.
func notLinked(ref pack.Ref, err error) error {
	if errors.Is(err, pack.ErrNotFound) {
		return pack.Errorf(pack.CodeNotFound, "pack %s is not linked to a directory", ref)
	}
	return err
}

func linkOf(ref pack.Ref, f linkFile, err error) Link {
	if err != nil {
		return Link{Ref: ref, Problem: err.Error()}
	}
	return Link{Ref: ref, Dir: f.Dir, Actor: f.Actor, Created: f.Created}
}

// readLink reads the file of a link. It neither follows a symbolic link nor waits for a
// pipe.
func readLink(dir *os.Root, ref pack.Ref) (l linkFile, err error) {
	file, info, err := roots.OpenFile(dir, ref.String()+linkSuffix)
	if err != nil {
		return l, err
	}
	defer func() { _ = file.Close() }() // it was only read
	if worldWritable(info) {
		return l, pack.Errorf(pack.CodeStoreCorrupt, "its file is world-writable; unlink the pack, and link it again")
	}
	data, err := io.ReadAll(io.LimitReader(file, maxLink+1))
	switch {
	case err != nil:
		return l, pack.Errorf(pack.CodeIO, "read link: %w", err)
	case len(data) > maxLink:
		return l, &pack.LimitError{Limit: "size of a link", Max: maxLink, Value: int64(len(data))}
	}
	err = exactjson.Unmarshal(data, &l)
	switch {
	case err != nil:
		return l, pack.Errorf(pack.CodeStoreCorrupt, "its file is damaged; unlink the pack, and link it again")
	case l.Format != 1:
		return l, pack.Errorf(pack.CodeStoreCorrupt, "its file has the unknown format %d; unlink the pack, and link it again", l.Format)
	case !filepath.IsAbs(l.Dir) || filepath.Clean(l.Dir) != l.Dir || strings.ContainsRune(l.Dir, 0):
		return l, pack.Errorf(pack.CodeStoreCorrupt, "its file does not have the path of a directory; unlink the pack, and link it again")
	}
	return l, nil
}

// writeLink replaces the file of a link. It is written beside it and renamed.
func (s *Store) writeLink(l *Link) error {
	data, err := json.Marshal(linkFile{1, l.Dir, l.Actor, l.Created})
	if err != nil {
		return pack.Errorf(pack.CodeIO, "encode link: %w", err)
	}
	if err := fsx.Mkdir(s.linksDir()); err != nil && !errors.Is(err, fs.ErrExist) {
		return pack.Errorf(pack.CodeIO, "create directory of links: %w", err)
	}
	dir, err := s.openLinks()
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }() // SyncDir says whether the entries are durable
	name := l.Ref.String() + linkSuffix
	if err := errors.Join(writeBeside(dir, name, data), fsx.SyncDir(s.linksDir()), fsx.SyncDir(s.config.Root)); err != nil {
		return pack.Errorf(pack.CodeIO, "write link: %w", err)
	}
	return nil
}

// writeBeside writes a file that others may read, durably, and renames it to name. Locks of
// the pack keep other processes from writing the same file.
func writeBeside(dir *os.Root, name string, data []byte) (err error) {
	temporary := name + ".new" // not a ref with the suffix of links
	_ = dir.Remove(temporary)  // of a process that died
	f, err := dir.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err == nil {
		err = dir.Rename(temporary, name)
	}
	if err != nil {
		err = errors.Join(err, dir.Remove(temporary))
	}
	return err
}

// removeLink removes what is in the place of the file of a link.
func (s *Store) removeLink(ref pack.Ref) error {
	dir, err := s.openLinks()
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }() // SyncDir says whether the removal is durable
	if err := errors.Join(dir.RemoveAll(ref.String()+linkSuffix), fsx.SyncDir(s.linksDir())); err != nil {
		return pack.Errorf(pack.CodeIO, "remove link: %w", err)
	}
	return nil
}
