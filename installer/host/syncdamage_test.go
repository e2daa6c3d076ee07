package host_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/host"
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
