package operations

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"

	"github.com/packtrain/pack/examples/packd/wire"
)

// Bounds of the log of one operation.
const (
	progressEvents = 10_000  // progress is dropped from here on,
	progressBytes  = 2 << 20 // or from here on
	workBytes      = 8 << 20 // all events of the work are dropped from here on
	textBytes      = 4 << 10 // each text of an event is cut here
)

// An eventLog is the file of the events of one operation: one writer, and
// readers that share a descriptor, which is open as long as it is needed.
type eventLog struct {
	path string

	mu      sync.Mutex
	file    *os.File
	users   int
	size    int64  // of complete lines
	seq     uint64 // of the last of them
	ended   bool
	err     error         // why events are missing at the end
	changed chan struct{} // closed at the next change
}

// newEventLog returns an empty log.
func newEventLog(path string) *eventLog {
	return &eventLog{path: path, changed: make(chan struct{})}
}

// open opens the file for one more user, which must call release.
func (l *eventLog) open() (*os.File, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		f, err := os.OpenFile(l.path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, err
		}
		l.file = f
	}
	l.users++
	return l.file, nil
}

func (l *eventLog) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.users--; l.users == 0 {
		_ = l.file.Close()
		l.file = nil
	}
}

// append writes e with the next number. A line that cannot be written is not part
// of the log: the next one takes its place and its number.
func (l *eventLog) append(e wire.Event) error {
	f, err := l.open()
	if err != nil {
		return err
	}
	defer l.release()
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Seq = l.seq + 1
	line, err := json.Marshal(shorten(e))
	if err != nil {
		return err
	}
	line = append(line, '\n')
	if _, err := f.WriteAt(line, l.size); err != nil {
		return fmt.Errorf("append event: %w", err)
	}
	l.size += int64(len(line))
	l.seq = e.Seq
	l.wake()
	return nil
}

// sync makes the log durable.
func (l *eventLog) sync() error {
	f, err := l.open()
	if err != nil {
		return err
	}
	defer l.release()
	return f.Sync()
}

// end marks the end of the log, with the reason if it ends too early.
func (l *eventLog) end(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended, l.err = true, err
	l.wake()
}

func (l *eventLog) wake() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// full reports whether progress is no longer logged.
func (l *eventLog) full() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.seq >= progressEvents || l.size >= progressBytes
}

// closed reports whether events of the work are no longer logged.
func (l *eventLog) closed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.size >= workBytes
}

func (l *eventLog) last() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.seq
}

// An extent is how far a log goes.
type extent struct {
	size    int64
	ended   bool
	err     error
	changed <-chan struct{}
}

func (l *eventLog) extent() extent {
	l.mu.Lock()
	defer l.mu.Unlock()
	return extent{l.size, l.ended, l.err, l.changed}
}

func shorten(e wire.Event) wire.Event {
	for _, s := range []*string{&e.Spec, &e.Message, &e.Err} {
		if len(*s) > textBytes {
			*s = (*s)[:textBytes] + "…"
		}
	}
	return e
}
