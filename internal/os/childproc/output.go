package childproc

import (
	"fmt"
	"io"
	"sync"
)

// An output keeps the head and the tail of a stream and passes all of it on.
// It never fails, so that a failing observer does not end the child.
type output struct {
	also             io.Writer // nil: none
	headMax, tailMax int

	mu         sync.Mutex // a stream may still be copied when Wait gave up on it
	head, tail []byte
	dropped    int64
	err        error // of also, which is not written to again
}

// Write implements [io.Writer].
func (o *output) Write(p []byte) (int, error) {
	failed := o.keep(p)
	if o.also == nil || failed {
		return len(p), nil
	}
	if _, err := o.also.Write(p); err != nil {
		o.mu.Lock()
		o.err = err
		o.mu.Unlock()
	}
	return len(p), nil
}

// keep takes what of p belongs to head or tail and reports whether the
// observer failed before.
func (o *output) keep(p []byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := min(len(p), o.headMax-len(o.head))
	o.head = append(o.head, p[:n]...)
	o.tail = append(o.tail, p[n:]...)
	// Twice the limit, so that the tail moves once in a while only.
	if len(o.tail) > 2*o.tailMax {
		o.trim()
	}
	return o.err != nil
}

func (o *output) trim() {
	if cut := len(o.tail) - o.tailMax; cut > 0 {
		o.dropped += int64(cut)
		o.tail = append(o.tail[:0], o.tail[cut:]...)
	}
}

// bytes returns a copy of the kept output, with a line in between that says how
// much is missing.
func (o *output) bytes() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.trim()
	b := append([]byte(nil), o.head...)
	if o.dropped > 0 {
		b = fmt.Appendf(b, "\n[%d bytes left out]\n", o.dropped)
	}
	return append(b, o.tail...)
}

func (o *output) failure() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}
