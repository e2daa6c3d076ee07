package pgtest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/sqlregistry"
)

// A host is a store whose records are in a database, with two versions of packs that need
// each other.
type host struct {
	root, sources string
	store         *registry.Store
	db            *sql.DB
	oneByOne      bool // whether the packs were removed one by one
}

func hostRefs() []pack.Ref { return []pack.Ref{"left", "right"} }

func openHost(ctx context.Context, dir, dsn string, wait time.Duration) (*host, error) {
	h := &host{root: filepath.Join(dir, "root"), sources: filepath.Join(dir, "sources")}
	var err error
	if h.db, err = sql.Open("pgx", dsn); err != nil {
		return nil, err
	}
	records, err := sqlregistry.Open(ctx, h.db, sqlregistry.PostgreSQL(), &sqlregistry.Options{Wait: wait})
	if err == nil {
		h.store, err = registry.Open(ctx, registry.Config{Root: h.root, Records: records})
	}
	if err != nil {
		return nil, errors.Join(err, h.db.Close())
	}
	return h, nil
}

// newHost opens a host until the test ends.
func newHost(t *testing.T, dir, dsn string, wait time.Duration) *host {
	t.Helper()
	h, err := openHost(t.Context(), dir, dsn, wait)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.close() })
	h.writeSources(t)
	return h
}

// writeSources writes all versions of the packs.
func (h *host) writeSources(t *testing.T) {
	t.Helper()
	for _, ref := range hostRefs() {
		for version := 1; version <= 3; version++ {
			other := map[pack.Ref]string{"left": "right", "right": "left"}[ref]
			manifest := fmt.Sprintf("ref: %s\nversion: %d.0.0\nlabel: L\ndescription: D\ndependencies: [%s@%[2]d.0.0]\n", ref, version, other)
			file := filepath.Join(h.source(ref, version), "pack.yaml")
			if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(manifest), 0o600)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func (h *host) close() error { return errors.Join(h.store.Close(), h.db.Close()) }

func (h *host) source(ref pack.Ref, version int) string {
	return filepath.Join(h.sources, fmt.Sprint(ref, version))
}

// register makes a version the active one of both packs, in one operation.
func (h *host) register(ctx context.Context, version int) error {
	req := registry.Request{Replace: registry.ReplaceAny}
	for _, ref := range hostRefs() {
		req.Paths = append(req.Paths, h.source(ref, version))
	}
	_, err := h.store.Register(ctx, req)
	return err
}

// check checks that readers get what the records say, of both packs the same version,
// which it returns.
func (h *host) check(t *testing.T, direct registry.Records) (version string) {
	t.Helper()
	records, err := direct.Packs(t.Context())
	if err != nil || len(records) != 2 && len(records) != 0 && !h.oneByOne {
		t.Errorf("got %v, %v", records, err)
	}
	for i := range records {
		rec := &records[i]
		if version == "" {
			version = rec.Active.Version.String()
		}
		if got := rec.Active.Version.String(); got != version {
			t.Errorf("the packs are at versions %s and %s", version, got)
		}
		target, err := os.Readlink(filepath.Join(h.root, "current", rec.Ref.String()))
		if want := fmt.Sprintf("../packs/%s/%s/pack", rec.Ref, rec.Active.Name); err != nil || target != want {
			t.Errorf("the pointer is %q, %v, want %q", target, err, want)
		}
	}
	if pointers, err := os.ReadDir(filepath.Join(h.root, "current")); err != nil || len(pointers) != len(records) {
		t.Errorf("%d pointers, %d packs, %v", len(pointers), len(records), err)
	}
	return version
}

func (h *host) wantNoIntents(t *testing.T) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(h.root, "journal"))
	if err != nil || len(entries) > 0 {
		t.Errorf("left in the journal: %v, %v", entries, err)
	}
}
