package generations_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/packtrain/pack/registry/internal/generations"
)

// TestCancelledBegin cancels the creation of staging directories at random moments: one
// that was not created leaves nothing, also no lock.
func TestCancelledBegin(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	d := s.mustOpen(t)
	begun := 0
	for range 2_000 {
		ctx, cancel := context.WithTimeout(t.Context(), rand.N(200*time.Microsecond))
		if staging, err := d.Begin(ctx); err == nil {
			begun++
			staging.End()
		}
		cancel()
	}
	left, err := os.ReadDir(filepath.Join(s.root, "staging"))
	if err != nil || len(left) > 0 {
		t.Errorf("%d of 2000 were created, left are %v, %v", begun, left, err)
	}
}

// TestDirectoriesOfOthers makes a root of a directory that has some of the names of a root
// already: what others have there stays, and what a dead process left is deleted.
func TestDirectoriesOfOthers(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	dead := generations.NewID()
	theirs := []string{"staging/site/index.html", "staging/notes.lock", "trash/mail/1", "trash/0123456789ABCDEF01234567", "trash/0123456789abcdef"}
	for _, file := range append(theirs, "staging/"+dead+"/1/pack/pack.yaml", "staging/"+dead+".lock", "trash/"+dead+"/file") {
		path := filepath.Join(s.root, file)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, nil, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	d := s.mustOpen(t)
	if err := d.Reap(func() bool { return false }); err != nil {
		t.Fatal(err)
	}
	for _, file := range theirs {
		if _, err := os.Lstat(filepath.Join(s.root, file)); err != nil {
			t.Error(err)
		}
	}
	left, err := filepath.Glob(filepath.Join(s.root, "*", dead+"*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}
