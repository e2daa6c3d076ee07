package sqlitetest_test

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// fullDatabase limits the number of pages of the database, as a full disk does, to one more
// each time. A pack is upgraded or stays as it was, and the error says why.
func fullDatabase(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "root")
	s, done := openOwn(t, dir, false)
	installDemo(t, s, "1.0.0")
	done()
	source := pagedPack(t, "demo", "2.0.0", 20_000)
	for pages, n := pageCount(t, dir), 0; ; n++ {
		db, err := sql.Open("sqlite", "file:"+recordsIn(dir)+pragmas+fmt.Sprintf("&_pragma=max_page_count(%d)", pages+n))
		if err != nil {
			t.Fatal(err)
		}
		s, err := openIn(t.Context(), dir, db, false)
		if err == nil {
			_, err = s.Register(t.Context(), registry.Request{Paths: []string{source}, Replace: registry.ReplaceUpgrade})
			err = errors.Join(err, s.Close())
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if err == nil {
			wantDemo(t, dir, "2.0.0")
			if n == 0 {
				t.Error("the database was never full")
			}
			return
		}
		wantFull(t, err)
		wantDemo(t, dir, "1.0.0")
	}
}

func pageCount(t *testing.T, dir string) (n int) {
	t.Helper()
	if err := openDB(t, recordsIn(dir)).QueryRowContext(t.Context(), `PRAGMA page_count`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func wantFull(t *testing.T, err error) {
	t.Helper()
	if pack.CodeOf(err) != pack.CodeIO || !strings.Contains(err.Error(), "full") {
		t.Errorf("got %v (%s)", err, pack.CodeOf(err))
	}
}

// wantDemo opens the root and expects a version of the pack demo, whole.
func wantDemo(t *testing.T, dir, version string) {
	t.Helper()
	s, done := openOwn(t, dir, false)
	defer done()
	wantVersion(t, s, version)
	if report, err := s.Verify(t.Context()); err != nil || len(report.Differences) > 0 {
		t.Errorf("%+v, %v", report, err)
	}
}
