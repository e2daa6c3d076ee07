package cache

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/digest"
	"github.com/packtrain/pack/source"
)

// A file is one file of a tree, whose content begins at At. The file of a tree has the
// contents first, then the list of files as JSON, and ends with the 8 bytes of the
// position where the list begins.
type file struct {
	digest.File
	At int64
}

const footer = 8

func digestOf(files []file) pack.Digest {
	list := make([]digest.File, len(files))
	for i := range files {
		list[i] = files[i].File
	}
	return pack.Digest(digest.Tree(list))
}

// writeIndex ends the file of a tree.
func writeIndex(w io.Writer, files []file, at int64) error {
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.Path, b.Path) })
	data, err := json.Marshal(files)
	if err != nil {
		return err
	}
	_, err = w.Write(binary.BigEndian.AppendUint64(data, uint64(at)))
	return err
}

// A tree is one that is kept, and whose content was verified.
type tree struct {
	file  *os.File
	files []file
}

// openTree opens a tree. One whose content does not have the digest is an error with
// [pack.CodeChecksumMismatch]. The caller closes it.
func openTree(ctx context.Context, path string, want pack.Digest) (*tree, error) {
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	t := &tree{file: f}
	if err := t.verify(ctx, want); err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

func (t *tree) close() { _ = t.file.Close() } // it was only read

// verify reads the list of files, and compares their contents with want.
func (t *tree) verify(ctx context.Context, want pack.Digest) error {
	files, err := readIndex(t.file)
	if err != nil {
		return pack.Errorf(pack.CodeChecksumMismatch, "tree %s: %w", want, err)
	}
	if err := want.VerifyTree(digestOf(files)); err != nil {
		return err
	}
	t.files = files
	for i := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, t.content(&files[i])); err != nil {
			return pack.Errorf(pack.CodeChecksumMismatch, "tree %s: %w", want, err)
		}
	}
	return nil
}

var errNotATree = errors.New("its list of files cannot be read")

func readIndex(f *os.File) ([]file, error) {
	info, err := f.Stat()
	if err != nil || info.Size() < footer {
		return nil, errNotATree
	}
	var end [footer]byte
	if _, err := f.ReadAt(end[:], info.Size()-footer); err != nil {
		return nil, errNotATree
	}
	at := binary.BigEndian.Uint64(end[:])
	if at > uint64(info.Size()-footer) {
		return nil, errNotATree
	}
	var files []file
	if err := json.NewDecoder(io.NewSectionReader(f, int64(at), info.Size()-footer-int64(at))).Decode(&files); err != nil || len(files) == 0 {
		return nil, errNotATree
	}
	for i := range files {
		if files[i].At < 0 || files[i].Size < 0 {
			return nil, errNotATree
		}
	}
	return files, nil
}

// push pushes all files into dst, with the names that the owner of dst, who applies
// pin.StripTop and pin.Subdir, expects.
func (t *tree) push(ctx context.Context, pin pack.Pin, dst source.Sink) error {
	dir := pin.Subdir
	if pin.StripTop {
		dir = path.Join("content", dir)
	}
	for i := range t.files {
		if err := ctx.Err(); err != nil {
			return err
		}
		f := &t.files[i]
		e := source.Entry{Name: path.Join(dir, f.Path), Mode: 0o644, Size: f.Size}
		if f.Executable {
			e.Mode = 0o755
		}
		if err := dst.Put(ctx, e, t.content(f)); err != nil {
			return fmt.Errorf("deliver from the cache: %w", err)
		}
	}
	return nil
}

// content returns the content of a file, which ends with an error unless it is that of
// f.
func (t *tree) content(f *file) io.Reader {
	return &checkedReader{in: io.NewSectionReader(t.file, f.At, f.Size), hash: sha256.New(), want: f}
}

// A checkedReader hashes what is read.
type checkedReader struct {
	in   io.Reader
	hash hash.Hash
	n    int64
	want *file
}

// Read implements [io.Reader].
func (r *checkedReader) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	r.hash.Write(p[:n])
	r.n += int64(n)
	if err == io.EOF && (r.n != r.want.Size || string(r.hash.Sum(nil)) != string(r.want.Sum[:])) {
		return n, pack.Errorf(pack.CodeChecksumMismatch, "file %q in the cache was changed", r.want.Path)
	}
	return n, err
}
