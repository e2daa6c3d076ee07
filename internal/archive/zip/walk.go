package zip

import (
	"io"
	"io/fs"

	"github.com/packtrain/pack"
)

// An Entry of an archive.
type Entry struct {
	Name string      // as the archive has it
	Mode fs.FileMode // type and permissions
	Size int64       // of the content in bytes
	// Fault is why the entry is refused when it is wanted: programs read its name
	// or its type in different ways. Its Mode is then [fs.ModeIrregular].
	Fault error
}

// Limits bound the content of an archive.
type Limits struct {
	Entries  int64 // files and directories
	Unpacked int64 // bytes of content
	Ratio    int64 // bytes of content per byte of the archive, beyond 10 MiB
}

// Walk reads the archive r of the given size and calls visit for each entry, in
// order, with its content (nil for all but regular files). Nothing is visited before
// the framing of the whole archive has been checked, and check, unless it is nil, was
// called for each entry. An error of either ends the walk and is returned as it is.
// Links and other special files are visited, for visit to refuse, and so are entries
// with a fault.
//
// Other errors have [pack.CodeMalformedContent] or are a [*pack.LimitError], those of
// entries [pack.CodeForbiddenEntry] or [pack.CodeUnsafePath]; errors of r, other than
// its end, are returned as they are.
func Walk(r io.ReaderAt, size int64, limits Limits, check func(Entry) error, visit func(Entry, io.Reader) error) error {
	src := &source{r: r}
	err := walk(src, size, limits, check, visit)
	if src.err != nil {
		return src.err
	}
	return err
}

func walk(src *source, size int64, limits Limits, check func(Entry) error, visit func(Entry, io.Reader) error) error {
	end, err := findEnd(src, size)
	if err != nil {
		return err
	}
	s := scanner{src: src, size: size, end: end, limits: limits}
	if err := s.each(func(f *file) error { return checkEntry(check, f) }); err != nil {
		return err
	}
	content := newContent(src)
	return s.each(func(f *file) error {
		content.open(f)
		var r io.Reader
		if f.mode.IsRegular() {
			r = content
		}
		if err := visit(f.entry(), r); err != nil {
			return err
		}
		return content.drain()
	})
}

func checkEntry(check func(Entry) error, f *file) error {
	if check == nil {
		return nil
	}
	return check(f.entry())
}

func (f *file) entry() Entry { return Entry{Name: f.name, Mode: f.mode, Size: f.size, Fault: f.fault} }

// A source reads an archive, and keeps its own failures apart from faults of the
// archive.
type source struct {
	r   io.ReaderAt
	err error
}

// ReadAt implements [io.ReaderAt].
func (s *source) ReadAt(p []byte, at int64) (int, error) {
	n, err := s.r.ReadAt(p, at)
	if err != nil && err != io.EOF && s.err == nil {
		s.err = err
	}
	return n, err
}

// read reads n bytes at an offset.
func (s *source) read(at int64, n int) ([]byte, error) {
	p := make([]byte, n)
	if got, err := s.ReadAt(p, at); got < n {
		return nil, malformed("it is truncated, or its sizes are wrong: %w", err)
	}
	return p, nil
}

func malformed(format string, args ...any) error {
	return pack.Errorf(pack.CodeMalformedContent, "read zip archive: "+format, args...)
}
