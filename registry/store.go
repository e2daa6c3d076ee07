package registry

import (
	"cmp"
	"context"
	"errors"
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

// Config configures a [Store]. Root and Records are required.
type Config struct {
	// Root is the absolute path of the directory of the packs. It is created, for its
	// owner alone; what lies below has ordinary modes. Several processes may share it, on
	// several hosts if Records have locks for them ([LocksProvider]).
	Root string
	// GroupAccess lets the group of Root enter it and read what lies below, also
	// where Root exists. Records in files ([OpenFiles]) are included, with the
	// configurations of users in them.
	GroupAccess bool
	// Records store the data of the packs. They belong to the root: [Open] refuses
	// records of another root, and records that do not list all of its packs.
	Records Records
	// Adopt adds the packs in the root that the records do not list, from its files. It
	// restores the generations, with new IDs, but not the configuration of users. It
	// has no effect if Open does not refuse the records.
	Adopt bool
	// NewRoot gives a copy of a root an ID and records of its own, if the root that it was
	// copied from still exists and its records are outside of it. They have the packs in
	// the copy, as Adopt does, and the original keeps its own. NewRoot has no effect on
	// any other root.
	NewRoot bool
	// Environments returns the environments built for a pack's content. nil: none.
	Environments Environments
	// Runner runs the packs' tests. nil: they run as child processes of the
	// host, with its rights.
	Runner pack.Runner
	// RemoteIsolation is the level of isolation that tests of packs need whose pin is
	// remote ([pack.Pin.Remote]); such a pack fails when the Runner offers less. A Runner
	// that has no method Isolation(context.Context) (pack.Isolation, string, error) offers
	// none. "": no level is needed.
	RemoteIsolation pack.Isolation
	// TestEnv is the environment of the packs' tests, "NAME=value" each, in addition to
	// the variables that a Store sets. Its PATH is searched after the programs of the
	// attached environments. nil: a PATH of DefaultSearchPath.
	TestEnv []string
	// TestTimeout limits the duration of a test runner; the pack can only lower it. 0:
	// DefaultTestTimeout.
	TestTimeout time.Duration
	// Provided are packs that the host provides itself. They satisfy dependencies, and
	// their refs are reserved.
	Provided []pack.Provided
	// PlatformVersion is the version of the platform that the packs are for. A pack
	// that requires another version is refused, see [pack.PlatformError]. The zero
	// value means unknown: a pack that requires a version gets a warning.
	PlatformVersion pack.Version
	// Load are the options for loading packs; nil for the native shape.
	Load *pack.LoadOptions
	// Open opens the directory of a pack; nil opens any. A host that takes paths from
	// untrusted users confines them here: regardless of links, only the returned
	// directory is read. It is safe for concurrent use.
	Open func(path string) (*os.Root, error)
	// Parallel is the number of packs of a request that are processed at a time. 0: the
	// number of processors.
	Parallel int
	// LockTimeout limits the wait of an operation for another one that changes the same
	// pack; then it fails with [pack.ErrBusy]. 0: DefaultLockTimeout.
	LockTimeout time.Duration
	// Retention says which generations are kept for rollback.
	Retention Retention
	// Logger receives background errors. If nil, they are discarded.
	Logger *slog.Logger
	// Clock returns the time for records. nil: time.Now.
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
		return pack.Errorf(pack.CodeInvalidRequest, "records are missing: give those in files, or those of a database")
	case c.Parallel < 0 || c.LockTimeout < 0 || c.TestTimeout < 0:
		return pack.Errorf(pack.CodeInvalidRequest, "a limit is negative")
	}
	return nil
}

// A Store is a [Registrar] that stores packs as files below one root, and their data in
// records. It is safe for concurrent use; several Stores, in one process or in many,
// may share a root and its records.
type Store struct {
	config   Config
	disk     *generations.Disk
	provided map[pack.Ref]pack.Provided
	readOnly bool

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
	changed atomic.Bool // an operation of this Store may have added to the trash
}

// Open opens the root, which it creates if missing, and finishes or undoes the
// interrupted operations of dead processes. A root that is a link or writable by others
// is an error that matches [pack.ErrStore]. Records of another root are a [*RootError].
func Open(ctx context.Context, c Config) (*Store, error) {
	return open(ctx, c, generations.Config{Fault: generations.FaultIn(ctx)})
}

// open opens the root, with the faults of disk for tests.
func open(ctx context.Context, c Config, disk generations.Config) (*Store, error) {
	s, err := newStore(c)
	if err != nil {
		return nil, fmt.Errorf("open registry: %w", err)
	}
	disk.GroupAccess = c.GroupAccess
	disk.Root, disk.LockTimeout, disk.Logger, disk.Locks = c.Root, s.config.LockTimeout, s.config.Logger, locksOf(c.Records)
	s.disk, err = generations.Open(disk)
	if files, ok := c.Records.(*Files); ok && err == nil && c.GroupAccess {
		err = files.log.AdmitGroup(c.Root)
	}
	if err == nil {
		err = s.recover(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("open registry in %q: %w", c.Root, err)
	}
	return s, nil
}

// newStore returns a Store without its root.
func newStore(c Config) (*Store, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	s := &Store{config: c.withDefaults(), provided: map[pack.Ref]pack.Provided{}}
	s.config.Records = movableRecords{c.Records, c.Root}
	for _, p := range c.Provided {
		if _, twice := s.provided[p.Ref]; twice {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "pack %s is provided twice", p.Ref)
		}
		s.provided[p.Ref] = p
	}
	return s, nil
}

// recover makes root and records consistent.
func (s *Store) recover(ctx context.Context) error {
	if err := s.separate(ctx); err != nil {
		return err
	}
	if err := s.identify(ctx); err != nil {
		return err
	}
	if err := s.checkPlace(ctx); err != nil {
		return err
	}
	if err := s.disk.Recover(ctx, s.ledger()); err != nil {
		return err
	}
	return s.checkRecorded(ctx)
}

// closeReap limits the time for deleting files in Close.
const closeReap = time.Second

// Close waits for running operations and refuses further ones. If this Store has
// changed packs, Close deletes some of the removed files, see [Store.Reap], and logs
// files that it cannot delete. It may be called again.
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
		s.logReap(s.reapBriefly())
	}
	return nil
}

// logReap logs the files that could not be deleted. They remain in the trash and affect
// no operation.
func (s *Store) logReap(err error) {
	if err != nil {
		s.config.Logger.Warn("trash is not emptied", "error", err)
	}
}

// Reap deletes the files of removed packs, failed operations and generations that the
// [Retention] does not keep. They remain in the root until then, so that no other operation
// waits for their deletion. Generations that a [Snapshot] of any process holds remain until
// a later call; where the file system has no locks, or several hosts share the root, they
// remain for a day. Close also deletes some of these files; a long-running process calls
// Reap periodically. Reap continues after errors and returns them; the next call retries.
func (s *Store) Reap(ctx context.Context) error {
	leave, err := s.enterToChange()
	if err != nil {
		return err
	}
	defer leave()
	if err := errors.Join(s.retainAll(ctx), s.reap(ctx, func() bool { return ctx.Err() != nil })); err != nil {
		return err
	}
	return ctx.Err()
}

// reapBriefly is reap for a moment.
func (s *Store) reapBriefly() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeReap)
	defer cancel()
	return s.reap(ctx, func() bool { return ctx.Err() != nil })
}

func (s *Store) reap(ctx context.Context, stop func() bool) error {
	return errors.Join(s.disk.Collect(ctx, s.config.Clock(), stop), s.disk.Reap(stop))
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

// now returns the time in the precision of records.
func (s *Store) now() time.Time { return s.config.Clock().UTC().Truncate(time.Microsecond) }
