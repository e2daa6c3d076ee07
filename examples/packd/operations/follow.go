package operations

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"iter"
	"os"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

// readerBytes is the size of the buffer of each reader.
const readerBytes = 4 << 10

// follow yields the events after the given number, those that are there and
// those that come, until the log or ctx ends or closed is closed. The last two
// yield an error.
func (l *eventLog) follow(ctx context.Context, after uint64, closed <-chan struct{}) iter.Seq2[wire.Event, error] {
	return func(yield func(wire.Event, error) bool) {
		f, err := l.open()
		if err != nil {
			yield(wire.Event{}, err)
			return
		}
		defer l.release()
		r := newReader(f, after)
		for {
			now := l.extent()
			if more := r.replay(ctx, now.size, yield); !more {
				return
			}
			if now.ended {
				if now.err != nil {
					yield(wire.Event{}, now.err)
				}
				return
			}
			if err := await(ctx, now.changed, closed); err != nil {
				yield(wire.Event{}, err)
				return
			}
		}
	}
}

func await(ctx context.Context, changed, closed <-chan struct{}) error {
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-closed:
		return ErrClosed
	}
}

// A reader reads the lines of a log. Their numbers are those of the events.
type reader struct {
	window
	lines *bufio.Reader
	read  int64 // bytes of lines that were read
	seq   uint64
	after uint64
}

// A window is the part of a file up to a limit, which moves on.
type window struct {
	file  *os.File
	at    int64
	limit int64
}

// Read implements [io.Reader].
func (w *window) Read(p []byte) (int, error) {
	if w.at >= w.limit {
		return 0, io.EOF
	}
	n, err := w.file.ReadAt(p[:min(int64(len(p)), w.limit-w.at)], w.at)
	w.at += int64(n)
	return n, err
}

func newReader(f *os.File, after uint64) *reader {
	r := &reader{window: window{file: f}, after: after}
	r.lines = bufio.NewReaderSize(&r.window, readerBytes)
	return r
}

// replay yields the events up to a size of the log. It returns false to stop.
func (r *reader) replay(ctx context.Context, size int64, yield func(wire.Event, error) bool) bool {
	r.limit = size
	for r.read < size {
		if err := ctx.Err(); err != nil {
			yield(wire.Event{}, err)
			return false
		}
		line, err := r.line()
		if err != nil {
			yield(wire.Event{}, err)
			return false
		}
		if r.seq <= r.after {
			continue
		}
		e, err := parseEvent(line, r.seq)
		if !yield(e, err) || err != nil {
			return false
		}
	}
	return true
}

// line reads the next line.
func (r *reader) line() ([]byte, error) {
	line, err := r.lines.ReadBytes('\n')
	if err != nil {
		return nil, pack.Errorf(pack.CodeIO, "read events: %w", err)
	}
	r.read += int64(len(line))
	r.seq++
	return line, nil
}

func parseEvent(line []byte, seq uint64) (e wire.Event, err error) {
	if err := json.Unmarshal(line, &e); err != nil {
		return e, pack.Errorf(pack.CodeStoreCorrupt, "read event %d: %w", seq, err)
	}
	if e.Seq != seq {
		return e, pack.Errorf(pack.CodeStoreCorrupt, "event %d has number %d", seq, e.Seq)
	}
	return e, nil
}
