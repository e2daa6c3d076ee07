package filelock_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/filelock"
)

func TestAcquireExcludes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	holders, most := 0, 0
	var mu sync.Mutex
	enter := func(d int) {
		mu.Lock()
		defer mu.Unlock()
		holders += d
		most = max(most, holders)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			release, err := filelock.Acquire(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			enter(1)
			<-time.After(time.Millisecond)
			enter(-1)
			release()
		})
	}
	wg.Wait()
	if most != 1 {
		t.Errorf("%d held the lock at once", most)
	}
}

func TestAcquireTellsWhyItGaveUp(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	release, err := filelock.Acquire(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	soon, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := filelock.Acquire(soon, path); !errors.Is(err, pack.ErrBusy) || pack.CodeOf(err) != pack.CodeBusy {
		t.Errorf("after the deadline: %v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := filelock.Acquire(cancelled, path); pack.CodeOf(err) != pack.CodeCancelled {
		t.Errorf("when cancelled: %v", err)
	}
	release()
	release()
	if again, err := filelock.Acquire(t.Context(), path); err != nil {
		t.Errorf("after the release: %v", err)
	} else {
		again()
	}
}

func TestAcquireNeedsADirectory(t *testing.T) {
	t.Parallel()
	_, err := filelock.Acquire(t.Context(), filepath.Join(t.TempDir(), "none", "lock"))
	if pack.CodeOf(err) != pack.CodeIO {
		t.Errorf("got %v", err)
	}
}

func TestSharedLocksExcludeOnlyExclusiveOnes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	first, err := filelock.AcquireShared(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	second, err := filelock.AcquireShared(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	first()
	if _, ok, err := filelock.Try(path); ok || err != nil {
		t.Errorf("exclusive beside a shared one: %v, %v", ok, err)
	}
	second()
	release, ok, err := filelock.Try(path)
	if !ok || err != nil {
		t.Fatalf("when all are released: %v, %v", ok, err)
	}
	soon, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := filelock.AcquireShared(soon, path); pack.CodeOf(err) != pack.CodeBusy {
		t.Errorf("shared beside an exclusive one: %v", err)
	}
	release()
}

func TestHeld(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	want := func(what string, want bool) {
		t.Helper()
		if held, err := filelock.Held(path); held != want || err != nil {
			t.Errorf("%s: got %v, %v", what, held, err)
		}
	}
	want("without a file", false)
	if _, err := os.Lstat(path); err == nil {
		t.Error("the file was created")
	}
	release, err := filelock.Acquire(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	want("held", true)
	release()
	want("released", false)
	if shared, err := filelock.AcquireShared(t.Context(), path); err != nil {
		t.Error(err)
	} else {
		want("shared", false)
		shared()
	}
	if release, ok, err := filelock.Try(path); !ok || err != nil {
		t.Errorf("asking keeps the lock: %v, %v", ok, err)
	} else {
		release()
	}
}

func TestTryNeedsADirectory(t *testing.T) {
	t.Parallel()
	_, ok, err := filelock.Try(filepath.Join(t.TempDir(), "none", "lock"))
	if ok || pack.CodeOf(err) != pack.CodeIO {
		t.Errorf("got %v, %v", ok, err)
	}
}

// TestOpenFiles: locks of open files exclude each other, also within a process, and a
// file that is open for reading is enough for a shared one.
func TestOpenFiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	if err := os.WriteFile(path, nil, 0o400); err != nil {
		t.Fatal(err)
	}
	open := func() *os.File {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	first, second, third := open(), open(), open()
	want := func(what string, ok bool, err error, want bool) {
		t.Helper()
		if errors.Is(err, errors.ErrUnsupported) {
			t.Skip(err)
		}
		if ok != want || err != nil {
			t.Errorf("%s: got %v, %v", what, ok, err)
		}
	}
	ok, err := filelock.TryOpenShared(first)
	want("shared", ok, err, true)
	ok, err = filelock.TryOpenShared(second)
	want("shared beside a shared one", ok, err, true)
	ok, err = filelock.TryOpen(third)
	want("exclusive beside shared ones", ok, err, false)
	if err := errors.Join(first.Close(), second.Close()); err != nil {
		t.Fatal(err)
	}
	ok, err = filelock.TryOpen(third)
	want("exclusive after closing the others", ok, err, true)
	ok, err = filelock.TryOpenShared(open())
	want("shared beside an exclusive one", ok, err, false)
}
