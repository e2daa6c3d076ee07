package sqlitetest_test

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

const (
	pageSize      = 4096
	pagedPacks    = 6
	upgradedPacks = 2
)

func pagedRef(n int) pack.Ref { return pack.Ref(fmt.Sprintf("demo%02d", n)) }

// zeroedPages overwrites each page of the records with zeros, one at a time. What is read
// is complete, or an error says that the records are damaged, and what to do; doing that
// brings all packs back.
func zeroedPages(t *testing.T) {
	t.Parallel()
	dir, sources := pagedRoot(t)
	data := readFile(t, recordsIn(dir))
	pages := len(data) / pageSize
	var refused atomic.Int64
	t.Cleanup(func() {
		if n := refused.Load(); int(n) < pages/2 && !t.Failed() {
			t.Errorf("only %d of %d pages were missed", n, pages)
		}
	})
	for page := range pages {
		t.Run(fmt.Sprint(page+1), func(t *testing.T) {
			t.Parallel()
			if withZeroedPage(t, dir, data, page, sources) {
				refused.Add(1)
			}
		})
	}
}

// withZeroedPage uses a copy of a root whose records lack a page, and reports whether it
// was missed.
func withZeroedPage(t *testing.T, dir, data string, page int, sources []string) bool {
	t.Helper()
	copied := copyRoot(t, dir)
	zeroed := data[:page*pageSize] + strings.Repeat("\x00", pageSize) + data[(page+1)*pageSize:]
	if err := os.WriteFile(recordsIn(copied), []byte(zeroed), 0o600); err != nil {
		t.Fatal(err)
	}
	err := useRoot(t, copied, sources)
	if err == nil {
		return false
	}
	if pack.CodeOf(err) != pack.CodeStoreCorrupt || !strings.Contains(err.Error(), "move it away and adopt the packs in the root") {
		t.Errorf("%v (%s)", err, pack.CodeOf(err))
	}
	adoptAnew(t, copied)
	return true
}

// useRoot reads all packs and upgrades some, up to the first error. What succeeds is
// complete.
func useRoot(t *testing.T, dir string, sources []string) error {
	t.Helper()
	db := openDB(t, recordsIn(dir))
	s, err := openIn(t.Context(), dir, db, false)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	if err := readAll(t, s, 0); err != nil {
		return err
	}
	if _, err := s.Register(t.Context(), registry.Request{Paths: sources, Replace: registry.ReplaceUpgrade}); err != nil {
		return err
	}
	return readAll(t, s, upgradedPacks)
}

// readAll reads all packs in several ways, and expects that the first ones are upgraded.
func readAll(t *testing.T, s *registry.Store, upgraded int) error {
	t.Helper()
	snap, err := s.Snapshot(t.Context())
	if err == nil {
		defer snap.Release()
		wantPacks(t, "snapshot", len(snap.Packs))
	}
	summaries, err2 := s.Summaries(t.Context())
	if err2 == nil {
		wantPacks(t, "summaries", len(summaries))
	}
	list, err3 := s.List(t.Context())
	if err3 == nil {
		wantPacks(t, "list", len(list))
	}
	if err := cmp.Or(err, err2, err3); err != nil {
		return err
	}
	return readEach(t, s, upgraded)
}

func wantPacks(t *testing.T, what string, n int) {
	t.Helper()
	if n != pagedPacks {
		t.Errorf("%s: %d packs", what, n)
	}
}

func readEach(t *testing.T, s *registry.Store, upgraded int) error {
	t.Helper()
	for n := range pagedPacks {
		details, err := s.Show(t.Context(), pagedRef(n))
		if err != nil {
			return err
		}
		version := "1.0.0"
		if n < upgraded {
			version = "2.0.0"
		}
		if len(details.Components) != 3 || details.Active.Version.String() != version {
			t.Errorf("pack %d: version %s with %d components", n, details.Active.Version, len(details.Components))
		}
	}
	return nil
}

// adoptAnew does what the error says: it moves the records away, and adopts the packs.
func adoptAnew(t *testing.T, dir string) {
	t.Helper()
	for _, suffix := range []string{"", "-wal", "-shm"} {
		_ = os.Rename(recordsIn(dir)+suffix, recordsIn(dir)+".damaged"+suffix)
	}
	s, done := openOwn(t, dir, true)
	defer done()
	packs, err := s.Summaries(t.Context())
	if err != nil || len(packs) != pagedPacks {
		t.Fatalf("adopted: %d packs, %v", len(packs), err)
	}
	if report, err := s.Verify(t.Context()); err != nil || len(report.Differences) > 0 {
		t.Errorf("adopted: %+v, %v", report, err)
	}
}
