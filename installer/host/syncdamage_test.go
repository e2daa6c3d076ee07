package host_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/registry"
)

// TestSyncRepairs: a root whose records are as wanted, and whose files are not, is repaired,
// offline if the cache has the content; a plan says so and changes nothing.
func TestSyncRepairs(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(t *testing.T, current string){
		"content": func(t *testing.T, current string) {
			t.Helper()
			file := filepath.Join(current, "README.md")
			must(t, os.Chmod(file, 0o644))
			must(t, os.WriteFile(file, []byte("changed"), 0o600))
		},
		"missing file": func(t *testing.T, current string) {
			t.Helper()
			dir, err := filepath.EvalSymlinks(current)
			must(t, err)
			must(t, os.Chmod(dir, 0o755))
			must(t, os.Remove(filepath.Join(dir, "README.md")))
		},
		"pointer": func(t *testing.T, current string) { t.Helper(); must(t, os.Remove(current)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, root := openShop(t), t.TempDir()
			h := openHost(t, s.config(root))
			req := host.SyncRequest{Wants: wanted(t, "app@^1", "tool")}
			req.Lock = mustSync(t, h, req).Lock
			want := state(t, h)
			damage(t, filepath.Join(root, "current", "log"))
			s.count()
			req.Locked, req.Plan = true, true
			wantSteps(t, mustSync(t, h, req), "keep app", "repair log, not done", "keep tool")
			wantDifferences(t, h, "log")
			req.Plan = false
			got := mustSync(t, h, req)
			wantSteps(t, got, "keep app", "repair log", "keep tool")
			if !slices.ContainsFunc(got.Warnings, func(w pack.Warning) bool { return strings.Contains(w.Message, "is not as recorded") }) {
				t.Errorf("warnings: %v", got.Warnings)
			}
			wantDifferences(t, h)
			if diff := cmp.Diff(want, state(t, h)); diff != "" || s.count() > 0 {
				t.Errorf("after the repair (-want +got)\n%s", diff)
			}
		})
	}
}

func wantDifferences(t *testing.T, h *host.Host, want ...pack.Ref) {
	t.Helper()
	rep, err := h.Store.Verify(t.Context())
	must(t, err)
	var got []pack.Ref
	for _, d := range rep.Differences {
		got = append(got, d.Ref)
	}
	if diff := cmp.Diff(want, slices.Compact(got)); diff != "" {
		t.Errorf("packs that differ (-want +got)\n%s\n%v", diff, rep.Differences)
	}
}

// A meddler does something before packs are registered, as another process does.
type meddler struct {
	registry.Registrar
	meddle func()
}

func (m *meddler) Register(ctx context.Context, req registry.Request) (*registry.Report, error) {
	if m.meddle != nil {
		m.meddle()
	}
	return m.Registrar.Register(ctx, req)
}

// TestSyncBesideOthers: a sync does not claim that a pack is as wanted which another operation
// has changed in the meantime.
func TestSyncBesideOthers(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	other := &meddler{}
	c := s.config(t.TempDir())
	c.Registrar = func(r registry.Registrar) registry.Registrar { other.Registrar = r; return other }
	h := openHost(t, c)
	req := host.SyncRequest{Wants: wanted(t, "app@^1", "tool")}
	req.Lock, req.Locked = mustSync(t, h, req).Lock, true
	must(t, h.Store.Remove(t.Context(), "tool", nil))
	other.meddle = func() { must(t, h.Store.Remove(t.Context(), "app", nil)) }
	got, err := h.Sync(t.Context(), req)
	if !errors.Is(err, pack.ErrConflict) || !strings.Contains(err.Error(), "changed pack app while packs were synced: it was removed; sync again") {
		t.Errorf("got %v", err)
	}
	wantSteps(t, got, "keep app, not done", "keep log", "install tool")
	other.meddle = nil
	wantSteps(t, mustSync(t, h, req), "install app", "keep log", "keep tool")
}
