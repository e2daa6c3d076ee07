package registry_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/filelock"
	"github.com/packtrain/pack/registry"
)

// hostileDisks are the rows about disks that fail.
func hostileDisks(t *testing.T) {
	t.Helper()
	t.Run("M08/full from a step on", func(t *testing.T) { t.Parallel(); failingDisk(t, true, syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS) })
	t.Run("M09/one step fails", func(t *testing.T) {
		t.Parallel()
		failingDisk(t, false, syscall.EIO, syscall.EMFILE, syscall.ENFILE, syscall.EINTR, syscall.EACCES, syscall.ESTALE, syscall.EXDEV, syscall.ENAMETOOLONG, syscall.ELOOP, syscall.ENOMEM)
	})
	t.Run("M10/sync fails once", syncFailsOnce)
	t.Run("M26/leftovers", manyLeftovers)
	t.Run("M26/everything is held", everythingHeld)
}

// failingDisk upgrades a pack while step 1 fails, then step 2, and so on, with one error
// after another; or all steps from there on. Afterwards the pack is old or new, and can be
// upgraded.
func failingDisk(t *testing.T, sticky bool, errnos ...syscall.Errno) {
	t.Helper()
	old, updated := write(t, simplePack("demo", "1.0.0")), write(t, simplePack("demo", "2.0.0"))
	for at, reached := int64(1), true; reached; at++ {
		r := newRoot(t)
		register(t, r.open(t), "", old)
		errno := errnos[int(at)%len(errnos)]
		var n atomic.Int64
		s, err := registry.OpenFaulty(t.Context(), r.config(), func(string) error {
			if step := n.Add(1); step == at || sticky && step > at {
				return errno
			}
			return nil
		})
		if err == nil {
			_, err = s.Register(t.Context(), registry.Request{Paths: []string{updated}, Replace: registry.ReplaceUpgrade})
			_ = s.Close() // the disk still fails
		}
		reached = n.Load() >= at
		if err != nil && (!errors.Is(err, errno) || pack.CodeOf(err) == "") {
			t.Errorf("step %d: got %v, want %v", at, err, errno)
		}
		again := r.open(t)
		if got := versions(t, r)["demo"]; got != "2.0.0" && (got != "1.0.0" || err == nil) {
			t.Errorf("step %d failed with %v: active is %v after %v", at, errno, got, err)
		}
		register(t, again, registry.ReplaceUpgrade, updated)
		if got := differences(t, again); len(got) > 0 {
			t.Errorf("step %d: %v", at, got)
		}
	}
}

// syncFailsOnce fails the sync of new content: it is never reported as durable, and its
// files are not used again.
func syncFailsOnce(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	path := write(t, simplePack("demo", "1.0.0"))
	failed := false
	s, err := registry.OpenFaulty(t.Context(), r.config(), func(step string) error {
		if step == "sync content and intent" && !failed {
			failed = true
			return syscall.EIO
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	report, err := s.Register(t.Context(), registry.Request{Paths: []string{path}})
	wantFailure(t, report, err, pack.StageRegistration, pack.CodeIO)
	if !failed || len(versions(t, r)) > 0 {
		t.Errorf("failed %v, active %v", failed, versions(t, r))
	}
	checkClean(t, r)
	register(t, s, "", path)
}

// manyLeftovers opens a root with 10,000 staging directories of dead processes: opening
// does not wait until all are gone, and they are in the end. Readers delete nothing.
func manyLeftovers(t *testing.T) {
	t.Parallel()
	r := newFilesRoot(t, false)
	staging := filepath.Join(r.dir, "staging")
	for i := range 10_000 {
		dead := fmt.Sprintf("%024x", i)
		if err := os.Mkdir(filepath.Join(staging, dead), 0o755); err != nil {
			t.Fatal(err)
		}
		if i%10 == 0 {
			writeTo(t, staging, files{dead + ".lock": ""})
		}
	}
	before := len(mustReadDir(t, staging))
	s, err := openReadOnly(t, r.dir)
	if err != nil {
		t.Fatal(err)
	}
	if packs, err := s.List(t.Context()); err != nil || len(packs) != 1 {
		t.Errorf("got %v, %v", packs, err)
	}
	left := len(mustReadDir(t, staging))
	if left != before {
		t.Errorf("a reader has swept: %d left", left)
	}
	for opened := 1; left > 0; opened++ {
		begun := time.Now()
		if err := r.open(t).Close(); err != nil {
			t.Fatal(err)
		}
		took := time.Since(begun)
		left = len(mustReadDir(t, staging))
		if opened == 1 && left == 0 && took > 5*time.Second {
			t.Errorf("opening waited %v for all leftovers", took)
		}
		if opened > 1000 {
			t.Fatalf("%d leftovers are never discarded", left)
		}
	}
}

// everythingHeld opens a root while another process holds all of its locks: neither
// opening nor reading waits for them.
func everythingHeld(t *testing.T) {
	t.Parallel()
	r := newFilesRoot(t, false)
	writeTo(t, r.dir, files{"staging/dead/x": "", "staging/dead.lock": ""})
	for _, name := range []string{"locks/.staging.lock", "locks/.format.lock", "locks/demo.lock", "staging/dead.lock", "records/lock"} {
		release, err := filelock.Acquire(t.Context(), filepath.Join(r.dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(release)
	}
	c := r.config()
	c.LockTimeout = time.Hour
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for name, open := range map[string]func(context.Context, registry.Config) (*registry.Store, error){
		"open": registry.Open, "read": registry.OpenReadOnly,
	} {
		s, err := open(ctx, c)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if packs, err := s.List(ctx); err != nil || len(packs) != 1 {
			t.Errorf("%s: %v, %v", name, packs, err)
		}
		if snap, err := s.Snapshot(ctx, "demo"); err != nil {
			t.Errorf("%s: %v", name, err)
		} else {
			snap.Release()
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
