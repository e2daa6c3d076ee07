package tar

import (
	"archive/tar"
	"errors"
	"io"
	"io/fs"

	"github.com/packtrain/pack"
)

// An Entry is a regular file or a directory of an archive.
type Entry struct {
	Name string      // as the archive has it
	Mode fs.FileMode // type and permissions
	Size int64       // of the content in bytes
}

// Walk reads the archive r to its very end and calls visit for each entry, in
// order, with its content (nil for a directory). An error of visit ends the walk
// and is returned as it is. More than maxEntries files, directories and global
// headers are refused.
//
// Other errors have [pack.CodeMalformedContent], [pack.CodeForbiddenEntry],
// [pack.CodeUnsafePath] (a name with a NUL) or are a [*pack.LimitError]; errors
// of r are returned as they are. Only when Walk returns nil is it known that
// the entries were all there is.
func Walk(r io.Reader, maxEntries int64, visit func(Entry, io.Reader) error) error {
	f := &framer{r: r, maxEntries: maxEntries}
	tr := tar.NewReader(f)
	for {
		e, err := next(tr, f)
		if err == io.EOF { //nolint:errorlint // next returns it bare
			return f.drain()
		}
		if err != nil {
			return err
		}
		content := io.Reader(tr)
		if e.Mode.IsDir() {
			content = nil
		}
		if err := visit(e, content); err != nil {
			return firstOf(f.err, err)
		}
	}
}

// next returns the next file or directory, and io.EOF after the last.
func next(tr *tar.Reader, f *framer) (Entry, error) {
	for {
		hdr, err := tr.Next()
		if err == io.EOF {
			return Entry{}, err
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) { // names are not judged here
			return Entry{}, firstOf(f.err, malformed("entry %q: %w", f.name, err))
		}
		if hdr.Typeflag != tar.TypeXGlobalHeader {
			return entry(hdr, f)
		}
	}
}

// entry compares the result of archive/tar with the framing. They
// differ for instance on two long names for one entry, on a directory with
// content, and on GNU headers with text where times belong, which archive/tar
// takes for a part of the name as a writer of old had it.
func entry(hdr *tar.Header, f *framer) (Entry, error) {
	e := Entry{Name: hdr.Name, Mode: fs.FileMode(hdr.Mode) & fs.ModePerm, Size: hdr.Size}
	switch {
	case hdr.Size != f.size || hdr.Name != f.name:
		return Entry{}, malformed("entry %q: its headers can be read in two ways", f.name)
	case hdr.Typeflag == tar.TypeDir && hdr.Size == 0:
		e.Mode |= fs.ModeDir
	case hdr.Typeflag != tar.TypeReg:
		return Entry{}, malformed("entry %q: neither a file nor a directory", f.name)
	}
	return e, nil
}

func firstOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func malformed(format string, args ...any) error {
	return pack.Errorf(pack.CodeMalformedContent, "read archive: "+format, args...)
}
