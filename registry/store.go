package registry

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/childproc"
	"github.com/packtrain/pack/registry/internal/generations"
)

// The defaults of [Config].
const (
	DefaultLockTimeout = 30 * time.Second
	DefaultTestTimeout = 30 * time.Minute
	DefaultSearchPath  = "/usr/local/bin:/usr/bin:/bin"
)

// Config is what a [Store] works with. Root and Records are needed.
type Config struct {
	// Root is the absolute path of the directory that holds the packs. It is
	// created. Several processes may share it.
	Root string
	// Records keep what is known of the packs. They belong to the root: [Open]
	// refuses those of another one, and those that know none of its packs.
	Records Records
	// Adopt lets records that know none of the packs in the root learn them from
	// the files: the generations come back, with new IDs; what users configured
	// does not. It has no effect where Open does not refuse the records.
	Adopt bool
	// Environments knows which environments were built for a pack's content.
	// nil: none were.
	Environments Environments
	// Runner runs the packs' tests. nil: they run as child processes of the
	// host, with its rights.
	Runner pack.Runner
	// TestEnv is the environment of the packs' tests, "NAME=value" each,
	// beside what a Store sets itself. A PATH among it is searched behind the
	// programs of the attached environments. nil: a PATH of
	// DefaultSearchPath.
	TestEnv []string
	// TestTimeout is the longest that a test runner may take, whatever the
	// pack says. 0: DefaultTestTimeout.
	TestTimeout time.Duration
	// Provided packs exist outside. They satisfy dependencies, and their refs
	// are reserved.
	Provided []pack.Provided
	// PlatformVersion is the version of the platform that the packs are for: one
	// that does not suit it is refused, see [pack.PlatformError]. The zero value
	// means that it is not known: a pack that asks for a version gets a warning.
	PlatformVersion pack.Version
	// Load says how packs are read; nil for the native shape.
	Load *pack.LoadOptions
	// Open opens the directory of a pack; nil opens any. A host that takes
	// paths from strangers confines them here: whatever a link says, only what
	// Open returned is read. It is safe for concurrent use.
	Open func(path string) (*os.Root, error)
	// Parallel is how many packs of one request are worked on at a time. 0:
	// as many as there are processors.
	Parallel int
	// LockTimeout is how long an operation waits for another one that changes
	// the same pack, before it fails with [pack.ErrBusy]. 0:
	// DefaultLockTimeout.
	LockTimeout time.Duration
	// Logger receives background errors. If nil, they are discarded.
	Logger *slog.Logger
	// Clock tells the time that is recorded. nil: time.Now.
	Clock func() time.Time
}

func (c Config) withDefaults() Config {
	c.LockTimeout = cmp.Or(c.LockTimeout, DefaultLockTimeout)
	c.TestTimeout = cmp.Or(c.TestTimeout, DefaultTestTimeout)
	c.Parallel = cmp.Or(c.Parallel, runtime.GOMAXPROCS(0))
	c.Logger = cmp.Or(c.Logger, slog.New(slog.DiscardHandler))
	if c.Runner == nil {
		c.Runner = childproc.New(nil)
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	return c
}

func (c Config) check() error {
	switch {
	case !filepath.IsAbs(c.Root):
		return pack.Errorf(pack.CodeInvalidRequest, "root %q: want an absolute path", c.Root)
	case c.Records == nil:
		return pack.Errorf(pack.CodeInvalidRequest, "records are missing: give those of OpenFiles, or a database")
	case c.Parallel < 0 || c.LockTimeout < 0 || c.TestTimeout < 0:
		return pack.Errorf(pack.CodeInvalidRequest, "a limit is negative")
	}
	return nil
}

// A Store is a [Registrar] that keeps packs as files below one root, and what is
// known of them in records. It is safe for concurrent use; several Stores, in
// one process or in many, may share a root and its records.
type Store struct {
	config   Config
	disk     *generations.Disk
	provided map[pack.Ref]pack.Provided

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
	changed atomic.Bool // an operation of this Store may have filled the trash
}

// Open opens the root, which it creates when it is missing, and finishes or
// undoes what a dead process left there. A root that is a link or that others
// may write to is an error that matches [pack.ErrStore]. Records that are not
// those of the root are a [*RootError].
func Open(ctx context.Context, c Config) (*Store, error) {
	return open(ctx, c, generations.Config{})
}

// open opens the root with the faults of disk.
func open(ctx context.Context, c Config, disk generations.Config) (*Store, error) {
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("open registry: %w", err)
	}
	s := &Store{config: c.withDefaults(), provided: map[pack.Ref]pack.Provided{}}
	for _, p := range c.Provided {
		if _, twice := s.provided[p.Ref]; twice {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "open registry: pack %s is provided twice", p.Ref)
		}
		s.provided[p.Ref] = p
	}
	disk.Root, disk.LockTimeout, disk.Logger = c.Root, s.config.LockTimeout, s.config.Logger
	var err error
	if s.disk, err = generations.Open(disk); err == nil {
		err = s.recover(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("open registry in %q: %w", c.Root, err)
	}
	return s, nil
}

// recover brings root and records to where they belong together.
func (s *Store) recover(ctx context.Context) error {
	if err := s.identify(ctx); err != nil {
		return err
	}
	if err := s.disk.Recover(ctx, s.ledger()); err != nil {
		return err
	}
	return s.checkRecorded(ctx)
}

// closeReap is how long closing may delete files.
const closeReap = time.Second

// Close waits for the operations under way and refuses further ones. When this
// Store changed packs, it deletes some of what was removed; see [Store.Reap]. What
// cannot be deleted is logged. Closing twice is fine.
func (s *Store) Close() error {
	s.mu.Lock()
	first := !s.closed
	s.closed = true
	s.mu.Unlock()
	s.running.Wait()
	if !first {
		return nil
	}
	if s.changed.Load() { // a process that only reads deletes nothing
		deadline := time.Now().Add(closeReap)
		s.logReap(s.disk.Reap(func() bool { return time.Now().After(deadline) }))
	}
	return nil
}

// logReap logs what could not be deleted: it stays in the trash, and affects no
// operation.
func (s *Store) logReap(err error) {
	if err != nil {
		s.config.Logger.Warn("trash is not emptied", "error", err)
	}
}

// Reap deletes the files of packs that were removed and of operations that
// failed. They lie in the root's trash until then: deleting many files takes
// time, so no other operation waits for it. Close does it too, for a moment; a
// process that runs for long calls Reap now and then. Reap deletes what it can and
// returns the errors of what it could not delete, which stays for the next time.
func (s *Store) Reap(ctx context.Context) error {
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	if err := s.disk.Reap(func() bool { return ctx.Err() != nil }); err != nil {
		return err
	}
	return ctx.Err()
}

// enter begins an operation, unless the Store is closed.
func (s *Store) enter() (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "registry is closed")
	}
	s.running.Add(1)
	return s.running.Done, nil
}

// now returns the time as records keep it.
func (s *Store) now() time.Time { return s.config.Clock().UTC().Truncate(time.Microsecond) }
