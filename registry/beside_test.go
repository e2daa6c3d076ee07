package registry_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// interrupted are records that let something happen before a pack is read for the first time.
type interrupted struct {
	registry.Records

	ref   pack.Ref
	other func()
}

func (i *interrupted) Pack(ctx context.Context, ref pack.Ref) (registry.Record, error) {
	if other := i.other; ref == i.ref && other != nil {
		i.other = nil
		other()
	}
	return i.Records.Pack(ctx, ref)
}

// TestUnchangedPacksOfARequest: a pack that was found unchanged and that another process
// changes during the request is a conflict, whatever the others of the request need of it.
func TestUnchangedPacksOfARequest(t *testing.T) {
	t.Parallel()
	left := func(version string) string { return write(t, simplePack("left", version).needing("right")) }
	right := func(version, needs string) string { return write(t, simplePack("right", version).needing(needs)) }
	left1, left2, right1, right2 := left("1.0.0"), left("2.0.0"), right("1.0.0", "left"), right("2.0.0", "left")
	picky2 := right("2.0.0", "left@1.0.0")
	for name, tt := range map[string]struct {
		installed, request []string
		other              func(t *testing.T, s *registry.Store)
		want               map[string]string
	}{
		"upgraded": {
			[]string{left1, right1},
			[]string{left1, picky2},
			func(t *testing.T, s *registry.Store) { t.Helper(); register(t, s, registry.ReplaceAny, left2) },
			map[string]string{"left": "2.0.0", "right": "1.0.0"},
		},
		"removed": {
			[]string{left1, right1},
			[]string{left1, right2},
			func(t *testing.T, s *registry.Store) {
				t.Helper()
				if err := s.Remove(t.Context(), "left", &registry.RemoveOptions{AllowBreak: []pack.Ref{registry.AnyDependent}}); err != nil {
					t.Error(err)
				}
			},
			map[string]string{"right": "1.0.0"},
		},
		"never together": {
			[]string{left1, right2},
			[]string{left1, right1},
			func(t *testing.T, s *registry.Store) { t.Helper(); register(t, s, registry.ReplaceAny, left2, right1) },
			map[string]string{"left": "2.0.0", "right": "1.0.0"},
		},
	} {
		for _, all := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				r := newRoot(t)
				records := &interrupted{Records: r.records, ref: "right"}
				other := r.open(t)
				register(t, other, registry.ReplaceAny, tt.installed...)
				c := r.config()
				c.Records, c.Parallel = records, 1
				s := r.openWith(t, c)
				records.other = func() { tt.other(t, other) }
				_, err := s.Register(t.Context(), registry.Request{Paths: tt.request, Replace: registry.ReplaceAny, AllOrNothing: all})
				if pack.CodeOf(err) != pack.CodeConflict || !strings.Contains(err.Error(), "changed by another operation") || strings.Contains(err.Error(), "needed") {
					t.Errorf("got %v", err)
				}
				if diff := cmp.Diff(tt.want, versions(t, r)); diff != "" {
					t.Errorf("-want +got\n%s", diff)
				}
				checkClean(t, r)
			})
		}
	}
}
