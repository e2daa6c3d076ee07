package tar

import (
	"archive/tar"
	"errors"
	"io"
	"io/fs"

	"github.com/packtrain/pack"
)

// An Entry of an archive.
type Entry struct {
	Name string      // as the archive has it
	Mode fs.FileMode // type and permissions
	Size int64       // of the content in bytes
	Link string      // target of a link; with the mode of a regular file, a hard link
	// Fault is why the entry is refused when it is wanted: it is neither a file nor a
	// directory.
	Fault error
}

// Walk reads the archive r to its very end and calls visit for each entry, in
// order, with its content (nil for all but regular files). An error of visit ends
// the walk and is returned as it is. Links, devices and pipes are visited, for visit
// to refuse. More than maxEntries entries and global headers are refused.
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
		if !e.Mode.IsRegular() || e.Link != "" {
			content = nil
		}
		if err := visit(e, content); err != nil {
			return firstOf(f.err, err)
		}
	}
}

// next returns the next entry, and io.EOF after the last.
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
	kind, known := kindOf(hdr.Typeflag)
	switch {
	case hdr.Size != f.size || hdr.Name != f.name:
		return Entry{}, malformed("entry %q: its headers can be read in two ways", f.name)
	case !known || hdr.Typeflag == tar.TypeDir && hdr.Size > 0:
		return Entry{}, malformed("entry %q: neither a file nor a directory", f.name)
	}
	return Entry{Name: hdr.Name, Mode: kind | fs.FileMode(hdr.Mode)&fs.ModePerm, Size: hdr.Size, Link: hdr.Linkname, Fault: f.fault}, nil
}

// kindOf returns the type of an entry, false for one that [framer] does not pass on.
func kindOf(flag byte) (kind fs.FileMode, known bool) {
	switch flag {
	case tar.TypeReg, tar.TypeLink:
		return 0, true
	case tar.TypeDir:
		return fs.ModeDir, true
	case tar.TypeSymlink:
		return fs.ModeSymlink, true
	case tar.TypeFifo:
		return fs.ModeNamedPipe, true
	case tar.TypeChar:
		return fs.ModeDevice | fs.ModeCharDevice, true
	case tar.TypeBlock:
		return fs.ModeDevice, true
	}
	return 0, false
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
