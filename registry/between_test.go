package registry_test

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// A between are records that do not list packs when they are asked for the nth time, as between the removal
// of a pack and its next installation.
type between struct {
	registry.Records
	nth   int32
	asked atomic.Int32
}

func (b *between) ActiveGenerations(ctx context.Context) (map[pack.Ref]string, error) {
	if b.asked.Add(1) == b.nth {
		return map[pack.Ref]string{}, nil
	}
	return b.Records.ActiveGenerations(ctx)
}

// TestOpenBetweenChanges: a pack that is removed and installed again while a root is opened
// does not make its records incomplete.
func TestOpenBetweenChanges(t *testing.T) {
	t.Parallel()
	root, records := filepath.Join(t.TempDir(), "root"), registry.NewMemory()
	s, err := registry.Open(t.Context(), registry.Config{Root: root, Records: records})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Register(t.Context(), registry.Request{Paths: []string{write(t, simplePack("demo", "1.0.0"))}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for nth := range int32(4) {
		b := &between{Records: records, nth: nth}
		s, err := registry.Open(t.Context(), registry.Config{Root: root, Records: b})
		if err != nil {
			t.Errorf("the records were empty at question %d of %d: %v", nth, b.asked.Load(), err)
			continue
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
