//go:build unix

package deps_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
)

// TestHostilePipes: a pipe does not make the analyzer wait (I03).
func TestHostilePipes(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]pack.Code{
		"": pack.CodeInvalidManifest, "pack.yaml": pack.CodeForbiddenEntry,
		"actions/a.yaml": pack.CodeForbiddenEntry, "requirements.txt": "",
	} {
		t.Run("I03 "+name, func(t *testing.T) {
			t.Parallel()
			app := filepath.Join(t.TempDir(), "app")
			if name != "" {
				app = layOut(t, filepath.Dir(app), "app@1.0.0")
			}
			pipe := filepath.Join(app, name)
			_ = os.Remove(pipe)
			if err := os.MkdirAll(filepath.Dir(pipe), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := syscall.Mkfifo(pipe, 0o644); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			_, err := newAnalyzer(t).Analyze(t.Context(), deps.Request{Paths: []string{app}})
			if got := pack.CodeOf(err); got != want || time.Since(start) > 30*time.Second {
				t.Errorf("got %v with code %q after %v, want %q", err, got, time.Since(start), want)
			}
		})
	}
}
