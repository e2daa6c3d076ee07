package generations_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
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
