package recordlog

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/filelock"
	"github.com/packtrain/pack/internal/os/fsx"
)

const (
	logName  = "log"
	newName  = "log.new"
	lockName = "lock"

	headerName  = "packtrain records "
	headerBegin = headerName + "2 "
	idLength    = 32
	fileHeader  = len(headerBegin) + idLength + 1
)

// lockTimeout limits the wait of Lock.
const lockTimeout = 30 * time.Second

// A Log is the file "log" in a directory. It keeps no file open, so it does not
// have to be closed. It is safe for concurrent use.
type Log struct {
	// Fault, if not nil, is called before each step that changes the file; its error
	// replaces the step. It is set before the first use. For tests.
	Fault func(step string) error

	dir string

	mu    sync.Mutex
	group string // the directory whose group may read the file, "" for none
}

// New returns the log in dir, which the first write creates.
func New(dir string) *Log { return &Log{dir: dir} }

// do performs one step.
func (l *Log) do(step string, fn func() error) error {
	if l.Fault != nil {
		if err := l.Fault(step); err != nil {
			return err
		}
	}
	return fn()
}

// AdmitGroup lets the group of the directory like read the file, now and when it is
// replaced.
func (l *Log) AdmitGroup(like string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.group = like
	info, err := os.Stat(l.path())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		fsx.ShareGroup(l.path(), like)
	}
	if err == nil && info.Mode().Perm()&groupReads == 0 {
		err = os.Chmod(l.path(), info.Mode().Perm()|groupReads)
	}
	if err != nil {
		return pack.Errorf(pack.CodeIO, "let the group read the records: %w", err)
	}
	return nil
}

const groupReads = 0o040

// A Position is a place between two frames of a file. The zero value is the
// position in a file that does not exist.
type Position struct {
	ID     string
	Offset int64
}

func (l *Log) path() string { return filepath.Join(l.dir, logName) }

// Lock excludes other writers until release is called. It waits until ctx ends,
// at most 30 seconds; then the error has [pack.CodeBusy].
func (l *Log) Lock(ctx context.Context) (release func(), err error) {
	err = fsx.MkdirPrivate(filepath.Dir(l.dir))
	if err == nil {
		err = fsx.Mkdir(l.dir)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, pack.Errorf(pack.CodeIO, "create directory of records: %w", err)
	}
	waiting, cancel := context.WithTimeout(ctx, lockTimeout)
	defer cancel()
	release, err = filelock.Acquire(waiting, filepath.Join(l.dir, lockName))
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return release, err
}

// Read returns the frames after pos without their bodies, and the position after them.
// When the position has another ID than pos, the file was replaced and these are all its
// frames. A torn tail is ignored.
func (l *Log) Read(pos Position) (frames []Frame, next Position, err error) {
	const attempts = 3
	for n := range attempts {
		frames, next, err = l.read(pos)
		if !errors.Is(err, errDamaged) {
			break
		}
		// A writer may truncate a torn tail and append during the read.
		<-time.After(time.Duration(n) * time.Millisecond)
	}
	return frames, next, err
}

func (l *Log) read(pos Position) (frames []Frame, next Position, err error) {
	f, err := os.Open(l.path())
	switch {
	case errors.Is(err, fs.ErrNotExist) && pos == Position{}:
		return nil, pos, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, pos, pack.Errorf(pack.CodeStoreCorrupt, "the records in %q were removed during use: restore them", l.path())
	case err != nil:
		return nil, pos, pack.Errorf(pack.CodeIO, "open records: %w", err)
	}
	defer func() { _ = f.Close() }() // read only
	id, size, err := l.readFileHeader(f)
	if err != nil {
		return nil, pos, err
	}
	if next = pos; next.ID != id || next.Offset > size {
		next = Position{id, int64(fileHeader)}
	}
	return l.readFrames(f, next, size)
}

// readFileHeader returns the ID in the header of the file, and its size.
func (l *Log) readFileHeader(f *os.File) (id string, size int64, err error) {
	info, err := f.Stat()
	switch {
	case err != nil:
		return "", 0, pack.Errorf(pack.CodeIO, "read records: %w", err)
	case !info.Mode().IsRegular():
		return "", 0, pack.Errorf(pack.CodeStoreCorrupt, "the records in %q are not a regular file: move it away and restore them from a backup, or adopt the packs in the root", l.path())
	}
	header := make([]byte, fileHeader)
	n, err := f.ReadAt(header, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", 0, pack.Errorf(pack.CodeIO, "read records: %w", err)
	}
	id, ok := parseFileHeader(header[:n])
	switch {
	case !ok && n == fileHeader && strings.HasPrefix(string(header), headerName) && !strings.HasPrefix(string(header), headerBegin):
		return "", 0, l.newer()
	case !ok:
		return "", 0, l.damaged(0)
	}
	return id, info.Size(), nil
}

func parseFileHeader(header []byte) (id string, ok bool) {
	id, ok = strings.CutPrefix(string(header), headerBegin)
	id, ok2 := strings.CutSuffix(id, "\n")
	return id, ok && ok2 && len(id) == idLength
}

func (l *Log) newer() error {
	return pack.Errorf(pack.CodeStoreCorrupt, "the records in %q do not have the format %d: use the release that wrote them", l.path(), Format)
}

// damaged returns an error with advice for damage at the offset.
func (l *Log) damaged(offset int64) error {
	return pack.Errorf(pack.CodeStoreCorrupt, "the records in %q are damaged at byte %d (%w): restore them from a backup, "+
		"or move the file away and adopt the packs in the root", l.path(), offset, errDamaged)
}

// Append appends f at pos, the position after the last complete frame, sets the place of
// its body, and makes it durable. It truncates a torn tail after pos. The caller holds
// the lock. After an error the file may or may not contain the frame.
func (l *Log) Append(pos Position, f *Frame) (next Position, err error) {
	if len(f.Payload) > maxPayload || len(f.Body) > maxPayload {
		return pos, pack.Errorf(pack.CodeLimitExceeded, "a change of %d bytes is too large for the records", len(f.Payload)+len(f.Body))
	}
	if pos.ID == "" {
		return l.Replace(func(yield func(*Frame, error) bool) { yield(f, nil) })
	}
	file, err := os.OpenFile(l.path(), os.O_RDWR, 0)
	if err != nil {
		return pos, pack.Errorf(pack.CodeIO, "open records: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	frame := appendFrame(nil, f)
	if err := l.write(file, pos, frame); err != nil {
		return pos, pack.Errorf(pack.CodeIO, "write records: %w", err)
	}
	f.placed(pos.Offset)
	pos.Offset += int64(len(frame))
	return pos, nil
}

func (l *Log) write(f *os.File, pos Position, frame []byte) error {
	if err := l.do("truncate records", func() error { return f.Truncate(pos.Offset) }); err != nil {
		return err
	}
	err := l.do("write records", func() error {
		_, err := f.WriteAt(frame, pos.Offset)
		return err
	})
	if err != nil {
		return errors.Join(err, f.Truncate(pos.Offset))
	}
	return l.do("sync records", f.Sync)
}

// Sync makes all frames durable that readers can see: their writer may have died
// before it synced them.
func (l *Log) Sync() error {
	f, err := os.OpenFile(l.path(), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = errors.Join(f.Sync(), f.Close())
	}
	if err != nil {
		return pack.Errorf(pack.CodeIO, "sync records: %w", err)
	}
	return nil
}
