package pgtest_test

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/sqlregistry"
	"github.com/packtrain/pack/registry/sqlregistry/pgtest"
)

// leaseVariable makes a process that does an act one of several hosts.
const leaseVariable = "PGTEST_LEASE"

const shortLease = 400 * time.Millisecond

// openLeased opens a host that shares its root with others.
func openLeased(ctx context.Context, dir, dsn string) (*host, error) {
	return openLeasedFor(ctx, dir, dsn, shortLease)
}

func openLeasedFor(ctx context.Context, dir, dsn string, lease time.Duration) (*host, error) {
	h := &host{root: filepath.Join(dir, "root"), sources: filepath.Join(dir, "sources")}
	var err error
	if h.db, err = sql.Open("pgx", dsn); err != nil {
		return nil, err
	}
	records, err := sqlregistry.Open(ctx, h.db, sqlregistry.PostgreSQL(), &sqlregistry.Options{Wait: 2 * time.Second, Lease: lease})
	if err == nil {
		h.store, err = registry.Open(ctx, registry.Config{Root: h.root, Records: records})
	}
	if err != nil {
		return nil, errors.Join(err, h.db.Close())
	}
	return h, nil
}

func newLeased(t *testing.T, dir, dsn string) *host {
	t.Helper()
	h, err := openLeased(t.Context(), dir, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.close() })
	h.writeSources(t)
	return h
}

// settle is register until it succeeds: on a busy machine, a host may lose a short lease.
func (h *host) settle(ctx context.Context, version int) error {
	for tries := 0; ; tries++ {
		if err := h.register(ctx, version); !errors.Is(err, pack.ErrBusy) || tries == 10 {
			return err
		}
	}
}

// stoppedAtStatements stops a process that upgrades packs at a statement, until another
// host has upgraded them to a higher version, and lets it continue.
func stoppedAtStatements(t *testing.T, server *pgtest.Server) {
	const stride = 11 // the statements between are those of other runs
	held := 0
	for n := 1 + rand.IntN(stride); ; n += stride {
		s := &stop{t: t, dir: t.TempDir()}
		s.dsn, s.through, s.proxy = proxied(t, server, func() time.Duration { return 0 })
		ended := s.run(n)
		if s.held {
			held++
		}
		if ended || t.Failed() {
			break
		}
	}
	if t.Logf("%d processes were stopped while they held locks", held); held < 3 {
		t.Error("too few")
	}
}

// A stop is a process that is stopped while it upgrades packs in a root of its own.
type stop struct {
	t                 *testing.T
	dir, dsn, through string
	proxy             *proxy
	held              bool // whether it had the locks of the packs
}

func (s *stop) run(n int) (ended bool) {
	t := s.t
	other := newLeased(t, s.dir, s.dsn)
	if err := other.settle(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	cmd, stopped := s.start(n)
	err := make(chan error, 1)
	go func() { err <- cmd.Wait() }()
	select {
	case e := <-err:
		if e != nil {
			t.Errorf("the process failed: %v", e)
		}
		return true
	case <-stopped:
	}
	var locks, changes int
	row := other.db.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM packtrain_locks WHERE name = 'left'), (SELECT count(*) FROM packtrain_operations)`)
	if err := row.Scan(&locks, &changes); err != nil {
		t.Fatal(err)
	}
	s.held = locks > 0
	want := "3.0.0"
	if n%2 == 0 && s.held { // the other host changes nothing
		want = "1.0.0"
		if changes > 1 {
			want = "2.0.0"
		}
		time.Sleep(3 * shortLease / 2)
		newLeased(t, s.dir, s.dsn) // settles
	} else if err := other.settle(t.Context(), 3); err != nil {
		t.Errorf("statement %d: another host: %v", n, err)
	}
	if got := other.check(t, recordsOf(t, other)); got != want {
		t.Errorf("statement %d: while the process is stopped: version %s, want %s", n, got, want)
	}
	s.proxy.interfere(nil)
	resume(cmd.Process)
	endErr := <-err
	got := other.check(t, recordsOf(t, other))
	if s.held && (got != want || endErr == nil && changes == 1) {
		t.Errorf("statement %d: a host without a lease: %v, version %s", n, endErr, got)
	}
	other.wantNoIntents(t)
	if err := other.settle(t.Context(), 1); err != nil || other.check(t, recordsOf(t, other)) != "1.0.0" {
		t.Errorf("statement %d: afterwards: %v", n, err)
	}
	return false
}

// start starts the process, which is stopped at its nth statement.
func (s *stop) start(n int) (cmd *exec.Cmd, stopped chan struct{}) {
	t := s.t
	cmd, stopped = exec.CommandContext(t.Context(), os.Args[0]), make(chan struct{})
	cmd.Env = append(os.Environ(), workVariable+"="+s.dir, dsnVariable+"="+s.through, actVariable+"=upgrade", seedVariable+"=0", leaseVariable+"=1")
	var process atomic.Pointer[os.Process]
	var statements atomic.Int64
	s.proxy.interfere(func(message []byte) fate {
		if message[0] != 'Q' && message[0] != 'S' || statements.Add(1) != int64(n) {
			return delivered
		}
		for process.Load() == nil {
			time.Sleep(time.Millisecond)
		}
		suspend(process.Load())
		close(stopped)
		return []fate{delivered, undelivered}[n/11%2]
	})
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	process.Store(cmd.Process)
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd, stopped
}

// recordsOf returns the records of a host.
func recordsOf(t *testing.T, h *host) registry.Records {
	t.Helper()
	records, err := sqlregistry.Open(t.Context(), h.db, sqlregistry.PostgreSQL(), &sqlregistry.Options{Lease: shortLease})
	if err != nil {
		t.Fatal(err)
	}
	format, err := registry.OpenReadOnly(t.Context(), registry.Config{Root: h.root, Records: records}) // binds them
	if err != nil {
		t.Fatal(err)
	}
	_ = format.Close()
	return records
}

// commitHeldPastLease delivers the commit of a host when its lease has ended, and others
// have changed the packs.
func commitHeldPastLease(t *testing.T, server *pgtest.Server) {
	for range 3 {
		dsn, through, p := proxied(t, server, func() time.Duration { return 4 * shortLease })
		dir := t.TempDir()
		other := newLeased(t, dir, dsn)
		if err := other.settle(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		cut := newLeased(t, dir, through)
		inCommit := make(chan struct{})
		// The commit of the change, not those of acquiring locks.
		changing := false
		p.interfere(func(message []byte) fate {
			changing = changing || contains(message, "INSERT INTO packtrain_operations")
			if !changing || !isCommit(message) {
				return delivered
			}
			changing = false
			close(inCommit)
			return held
		})
		done := make(chan error, 1)
		go func() { done <- cut.register(t.Context(), 2) }()
		<-inCommit
		p.interfere(func([]byte) fate { return undelivered })
		if err := other.settle(t.Context(), 3); err != nil {
			t.Errorf("another host: %v", err)
		}
		if err := <-done; err == nil {
			t.Error("the host that was cut off reports success")
		}
		p.late.Wait()
		if got := other.check(t, recordsOf(t, other)); got != "3.0.0" {
			t.Errorf("version %s", got)
		}
		other.wantNoIntents(t)
	}
}

func contains(message []byte, text string) bool {
	for i := 0; i+len(text) <= len(message); i++ {
		if string(message[i:i+len(text)]) == text {
			return true
		}
	}
	return false
}
