package operations

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/packtrain/pack"
)

// Config says where operations live and how many may run. Dir and Run are
// required.
type Config struct {
	// Dir is the absolute path of a directory for operations alone. It is
	// created.
	Dir string
	// Run does the work.
	Run RunFunc
	// MaxJobs is how much work runs at once; zero means 4. One actor has half of the
	// places at most, rounded up, and the last free one is for actors without any.
	MaxJobs int
	// MaxQueue is how much work may wait, beside what runs; zero means 200,
	// negative none. Work of one actor may wait as long as there is room for as much of
	// others, and actors take turns. What a restart puts back into the queue is not
	// refused.
	MaxQueue int
	// Apart are kinds of work that are quick and do not wait for other kinds: as much of
	// them as MaxJobs runs beside the others, and as much as MaxQueue waits.
	Apart []string
	// Attempts is how often work is begun before it is given up, because each
	// time the process ended under it; zero means 3.
	Attempts int
	// Keep, KeepFor and KeepBytes bound what is kept of finished operations, by number,
	// by age and by the size of all their files. Zero means 1000, 30 days and 1 GiB.
	// The oldest ones of the actor that has most go first, and their idempotency keys with
	// them; the latest one stays, regardless of its size.
	Keep      int
	KeepFor   time.Duration
	KeepBytes int64
	// Logger receives background errors. If nil, they are discarded.
	Logger *slog.Logger
}

func (c Config) withDefaults() (Config, error) {
	if !filepath.IsAbs(c.Dir) || c.Run == nil {
		return c, pack.Errorf(pack.CodeInvalidRequest, "open operations: want an absolute Dir and a Run")
	}
	c.MaxJobs = cmp.Or(c.MaxJobs, 4)
	c.MaxQueue = cmp.Or(c.MaxQueue, 200)
	c.Attempts = cmp.Or(c.Attempts, 3)
	c.Keep = cmp.Or(c.Keep, 1000)
	c.KeepFor = cmp.Or(c.KeepFor, 30*24*time.Hour)
	c.KeepBytes = cmp.Or(c.KeepBytes, 1<<30)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

// A Manager runs work. It is safe for concurrent use.
type Manager struct {
	config Config
	gate   *gate
	apart  *gate // of the kinds that are apart
	lock   *flock.Flock
	work   sync.WaitGroup

	closing   chan struct{} // no work begins any more
	interrupt chan struct{} // running work is to end
	closed    chan struct{} // nothing happens any more

	mu         sync.Mutex
	operations map[string]*operation // by id
	keys       map[string]*operation // by idempotency key; some are not visible yet
	isClosing  bool
}

// Open takes possession of the directory, begins again what was not finished in
// it, and returns a Manager, which is to be closed. Work that it begins has the
// values of ctx, but does not end with it.
//
// While another process has the directory, the error has [pack.CodeBusy].
func Open(ctx context.Context, c Config) (*Manager, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	m := &Manager{
		config: c, gate: newGate(c.MaxJobs, c.MaxQueue), apart: newGate(c.MaxJobs, c.MaxQueue), lock: flock.New(filepath.Join(c.Dir, lockName)),
		closing: make(chan struct{}), interrupt: make(chan struct{}), closed: make(chan struct{}),
		operations: map[string]*operation{}, keys: map[string]*operation{},
	}
	if err := m.open(ctx); err != nil {
		return nil, fmt.Errorf("open operations: %w", err)
	}
	return m, nil
}

func (m *Manager) open(ctx context.Context) error {
	if err := os.MkdirAll(m.config.Dir, 0o700); err != nil {
		return err
	}
	ok, err := m.lock.TryLock()
	if err != nil {
		return pack.Errorf(pack.CodeIO, "lock %q: %w", m.config.Dir, err)
	}
	if !ok {
		return pack.Errorf(pack.CodeBusy, "%q is in use by another process", m.config.Dir)
	}
	if err := m.recover(ctx); err != nil {
		return errors.Join(err, m.lock.Unlock())
	}
	return nil
}

// Close begins nothing any more, lets what runs finish until ctx ends, and
// interrupts it then. What was interrupted and what was waiting is begun again
// by the next [Open]. When nothing runs any more, readers of unfinished
// operations get [ErrClosed]: so a server closes its Manager before it waits for
// the connections of its clients. The directory is free after that.
func (m *Manager) Close(ctx context.Context) error {
	m.mu.Lock()
	again := m.isClosing
	if !again {
		m.isClosing = true
		close(m.closing)
	}
	m.mu.Unlock()
	if again {
		<-m.closed
		return nil
	}
	stop := context.AfterFunc(ctx, func() { close(m.interrupt) })
	m.work.Wait()
	stop()
	close(m.closed)
	return m.lock.Unlock()
}

// enter registers work that the Manager waits for before it is closed.
func (m *Manager) enter() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.isClosing {
		return ErrClosed
	}
	m.work.Add(1)
	return nil
}

// Load returns how much work runs and how much waits.
func (m *Manager) Load() (running, waiting int) {
	running, waiting = m.gate.load()
	more, moreWaiting := m.apart.load()
	return running + more, waiting + moreWaiting
}

// join takes the next place for work.
func (m *Manager) join(w Work, insist bool) (*ticket, error) {
	if slices.Contains(m.config.Apart, w.Kind) {
		return m.apart.join(w.Actor, insist)
	}
	return m.gate.join(w.Actor, insist)
}
