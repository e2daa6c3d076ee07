package archivesource

import (
	"bytes"
	"io"
	"os"

	"github.com/packtrain/pack"
)

const (
	// memoryBytes of a zip archive are held in memory, more of it in a file of
	// the scratch directory; without one, so many at most.
	memoryBytes        = 4 << 20
	memoryBytesAtMost  = 32 << 20
	withoutScratchName = "zip archive without a scratch directory"
)

// A spool holds an archive that has to be read from its end.
type spool struct {
	io.ReaderAt

	size int64
	file *os.File // nil when all is in memory
}

// newSpool reads an archive. Errors of r are returned as they are.
func newSpool(r io.Reader, scratch string) (*spool, error) {
	most := int64(memoryBytes)
	if scratch == "" {
		most = memoryBytesAtMost
	}
	var head bytes.Buffer
	n, err := io.CopyN(&head, r, most+1)
	switch {
	case err == io.EOF: //nolint:errorlint // io.CopyN returns it bare
		return &spool{ReaderAt: bytes.NewReader(head.Bytes()), size: n}, nil
	case err != nil:
		return nil, err
	case scratch == "":
		return nil, &pack.LimitError{Limit: withoutScratchName, Max: most, Value: n}
	}
	return spoolFile(io.MultiReader(&head, r), scratch)
}

// spoolFile reads an archive into a file without a name.
func spoolFile(r io.Reader, scratch string) (*spool, error) {
	f, err := os.CreateTemp(scratch, "archive-*")
	if err != nil {
		return nil, pack.Errorf(pack.CodeIO, "create scratch file: %w", err)
	}
	_ = os.Remove(f.Name()) // so that a crash leaves no file
	s := &spool{ReaderAt: f, file: f}
	s.size, err = io.Copy(scratchWriter{f}, r)
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// close gives up the file.
func (s *spool) close() {
	if s.file == nil {
		return
	}
	_ = s.file.Close()           // no longer in use
	_ = os.Remove(s.file.Name()) // where an open file could not be removed
}

type scratchWriter struct{ f *os.File }

// Write implements [io.Writer].
func (w scratchWriter) Write(p []byte) (int, error) {
	n, err := w.f.Write(p)
	if err != nil {
		err = pack.Errorf(pack.CodeIO, "write scratch file: %w", err)
	}
	return n, err
}
