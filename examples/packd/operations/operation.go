package operations

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/packtrain/pack/examples/packd/wire"
)

// newID returns an id that sorts by time.
func newID(now time.Time) string {
	return fmt.Sprintf("%016x-%s", now.UnixNano(), strings.ToLower(rand.Text()[:12]))
}

var idPattern = regexp.MustCompile(`^[0-9a-f]{16}-[a-z2-7]{12}$`)

// An operation is the state of one operation in the Manager. Its report, and its
// progress once it is final, are in its file only.
type operation struct {
	id   string
	dir  string
	log  *eventLog
	key  string
	work Work              // without its body once it is over
	sum  [sha256.Size]byte // of the work
	size func() int64      // of the files, once it is over

	ready  chan struct{} // closed once it exists, or is known not to
	absent error         // why it does not exist; read after ready

	cancelled chan struct{} // closed once that is requested

	turn sync.Mutex // held while the state changes, files included

	mu     sync.Mutex // guards what follows, for moments
	record record
}

// newOperation returns the operation of a record and its request, without events.
func newOperation(dir string, req request, rec record) *operation {
	dir = filepath.Join(dir, rec.ID)
	if req.Sum != nil {
		req.Body = nil
	}
	return &operation{
		id: rec.ID, dir: dir, key: req.Key, work: req.Work, sum: req.digest(), record: rec,
		log:   newEventLog(filepath.Join(dir, eventsName)),
		size:  sync.OnceValue(func() int64 { return sizeOf(dir) }),
		ready: make(chan struct{}), cancelled: make(chan struct{}),
	}
}

// newRecord returns the record of work that was submitted now.
func newRecord(w Work) record {
	now := time.Now().UTC()
	return record{Format: format, Operation: wire.Operation{
		ID: newID(now), Kind: w.Kind, Actor: w.Actor, State: wire.StateQueued, Created: now, Progress: []wire.PackProgress{},
	}}
}

// sum identifies the work.
func (w Work) sum() [sha256.Size]byte {
	return sha256.Sum256(append([]byte(w.Kind+"\n"), w.Body...))
}

// snapshot returns the state in memory.
func (o *operation) snapshot() record {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.record
	r.Progress = slices.Clone(r.Progress)
	if !r.State.Final() {
		r.LastEvent = o.log.last()
	}
	return r
}

// A change is a step in the life of an operation.
type change struct {
	apply  func(r *record)
	report json.RawMessage
	event  *wire.Event // nil for none
}

// change makes a change durable and then known. The caller has the turn. The
// change is made even when it cannot be made durable; then the next Open finds
// the state before it, and goes on from there.
func (o *operation) change(c change) error {
	r := o.snapshot()
	c.apply(&r)
	r.Report = c.report
	if c.event != nil {
		r.LastEvent++
	}
	err := errors.Join(o.log.sync(), replace(o.dir, operationName, r))
	if err == nil && r.State.Final() {
		err = o.scrub()
	}
	o.publish(r)
	if c.event != nil {
		err = errors.Join(err, o.announce(*c.event, r.State.Final()))
	}
	return err
}

// scrub takes the body of the work out of the files of an operation whose end is
// durable. The digest that distinguishes it from other work with the same key
// stays.
func (o *operation) scrub() error {
	return replace(o.dir, requestName, request{Format: format, Key: o.key, Work: Work{Kind: o.work.Kind}, Sum: o.sum[:]})
}

// announce appends an event of the operation as a whole, and makes it durable.
func (o *operation) announce(e wire.Event, last bool) error {
	e.Time = time.Now().UTC()
	err := o.log.append(e)
	if last {
		o.log.end(err)
	}
	return errors.Join(err, o.log.sync())
}

func (o *operation) publish(r record) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r.Report = nil
	if r.State.Final() {
		r.Progress = nil
		o.work.Body = nil // it is not begun again
	}
	o.record = r
}
