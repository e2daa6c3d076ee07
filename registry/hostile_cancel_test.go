package registry_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// aliasesOfOnePack names a pack by a link to its directory, by a copy of it with the same
// version, and as a content: the first counts, and each of the others fails alone.
func aliasesOfOnePack(t *testing.T) {
	t.Parallel()
	one, other := write(t, simplePack("demo", "1.0.0")), write(t, simplePack("other", "1.0.0"))
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(one, link); err != nil {
		t.Fatal(err)
	}
	again := write(t, simplePack("demo", "1.0.0"))
	r := newRoot(t)
	report, err := r.open(t).Register(t.Context(), registry.Request{
		Paths: []string{one, link, again, other}, Contents: []*pack.Content{{Dir: one}, {Dir: again + "/."}},
	})
	if report == nil || len(report.Registered) != 2 {
		t.Fatalf("got %+v, %v", report, err)
	}
	got := map[string]pack.Code{}
	for _, f := range report.Failed {
		got[f.Spec] = pack.CodeOf(f.Err)
	}
	if diff := cmp.Diff(map[string]pack.Code{link: pack.CodeConflict, again: pack.CodeConflict}, got); diff != "" {
		t.Errorf("failed (-want +got)\n%s", diff)
	}
	if got := versions(t, r); !cmp.Equal(got, map[string]string{"demo": "1.0.0", "other": "1.0.0"}) {
		t.Errorf("active: %v", got)
	}
}

// cancelledAtEveryStep cancels an upgrade of a set, a rollback and a removal at the first
// step on disk, the second, and so on: all packs of the set are old or new, success means
// new, and the same call succeeds afterwards.
func cancelledAtEveryStep(t *testing.T) {
	t.Parallel()
	lib, app := write(t, simplePack("lib", "1.0.0")), write(t, simplePack("demo", "1.0.0").needing("lib@>=1"))
	newLib, newApp := write(t, simplePack("lib", "2.0.0")), write(t, simplePack("demo", "2.0.0").needing("lib@>=1"))
	upgrade := func(ctx context.Context, s *registry.Store) error {
		_, err := s.Register(ctx, registry.Request{Paths: []string{newLib, newApp}, Replace: registry.ReplaceUpgrade})
		return err
	}
	first, second := map[string]string{"demo": "1.0.0", "lib": "1.0.0"}, map[string]string{"demo": "2.0.0", "lib": "2.0.0"}
	rollBack := func(ctx context.Context, s *registry.Store) error {
		_, err := s.RollBack(ctx, "demo", &registry.RollBackOptions{To: "1.0.0"})
		return err
	}
	remove := func(ctx context.Context, s *registry.Store) error { return s.Remove(ctx, "demo", nil) }
	for name, c := range map[string]struct {
		act      func(ctx context.Context, s *registry.Store) error
		old, new map[string]string
	}{
		"upgrade":   {upgrade, first, second},
		"roll back": {rollBack, second, map[string]string{"demo": "1.0.0", "lib": "2.0.0"}},
		"remove":    {remove, second, map[string]string{"lib": "2.0.0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for at, reached := int64(1), true; reached; at++ {
				r := newRoot(t)
				s := r.open(t)
				register(t, s, "", lib, app)
				if cmp.Equal(c.old, second) {
					if err := upgrade(t.Context(), s); err != nil {
						t.Fatal(err)
					}
				}
				reached = wantOldOrNew(t, r, fmt.Sprint("step ", at), at, c.act, c.old, c.new)
			}
		})
	}
}

// wantOldOrNew cancels act at one step of the disk, and reports whether that was reached.
func wantOldOrNew(t *testing.T, r *root, what string, at int64, act func(context.Context, *registry.Store) error, old, updated map[string]string) (reached bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var n atomic.Int64
	s, err := registry.OpenFaulty(t.Context(), r.config(), func(string) error {
		if n.Add(1) == at {
			cancel()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = act(ctx, s)
	reached = ctx.Err() != nil
	got := versions(t, r)
	isOld, isNew := cmp.Equal(got, old), cmp.Equal(got, updated)
	if !isOld && !isNew || isOld && err == nil || err != nil && pack.CodeOf(err) == "" {
		t.Errorf("%s: %v after %v", what, got, err)
	}
	checkClean(t, r)
	if isOld {
		if err := act(t.Context(), s); err != nil {
			t.Errorf("%s: again: %v", what, err)
		}
	}
	if found := differences(t, s); len(found) > 0 {
		t.Errorf("%s: %v", what, found)
	}
	return reached
}
