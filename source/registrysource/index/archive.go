package index

import (
	"archive/tar"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"path"
	"time"

	"github.com/packtrain/pack"
)

// Archive writes the files below fsys as a .tar.gz archive, in one directory with the
// name top. The same files give the same bytes: the order is that of their names, and
// owners, times and all of the modes but the executable bit are left out. A symbolic
// link, or another entry that is neither a file nor a directory, is an error with
// [pack.CodeForbiddenEntry]; empty directories are left out.
func Archive(w io.Writer, fsys fs.FS, top string) error {
	if !fs.ValidPath(top) || top != path.Base(top) || top == "." {
		return pack.Errorf(pack.CodeInvalidRequest, "%.80q cannot be the directory of an archive: want one name", top)
	}
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	err = fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return add(t, fsys, top, name, entry)
	})
	return cmp.Or(err, errors.Join(t.Close(), z.Close()))
}

func add(t *tar.Writer, fsys fs.FS, top, name string, entry fs.DirEntry) (err error) {
	if !entry.Type().IsRegular() {
		return pack.Errorf(pack.CodeForbiddenEntry, "%q is neither a file nor a directory", name)
	}
	f, err := fsys.Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	mode := int64(0o644)
	if info.Mode()&0o111 != 0 {
		mode = 0o755
	}
	err = t.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: top + "/" + name, Mode: mode, Size: info.Size(), ModTime: time.Unix(0, 0)})
	if err != nil {
		return err
	}
	_, err = io.Copy(t, f) // more or less than its size is an error
	return err
}

// An InstallSource says where the content of an entry is.
type InstallSource struct {
	Type string `json:"type"` // "archive" or "git"
	// URL may be relative to the index.
	URL string `json:"url"`
	// Ref is the commit, tag or branch of a git repository; "" for an archive.
	Ref string `json:"ref,omitempty"`
	// Checksum is the digest of the bytes of an archive, or the directory checksum of
	// a commit.
	Checksum pack.Digest `json:"checksum"`
}

// ArchiveSource returns the install source of an archive with the given bytes.
func ArchiveSource(url string, data []byte) InstallSource {
	sum := sha256.Sum256(data)
	return InstallSource{Type: "archive", URL: url, Checksum: pack.Digest("sha256:" + hex.EncodeToString(sum[:]))}
}
