package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack/registry/sqlregistry/pgtest"
)

// TestPostgreSQL starts packd twice on records in a database.
func TestPostgreSQL(t *testing.T) {
	t.Parallel()
	p, dsn := newPlace(t), pgtest.Start(t).Database(t)
	pack := filepath.Join(p.allowed, "demo")
	if err := os.Mkdir(pack, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(pack, "pack.yaml"), []byte("ref: demo\nversion: 1.0.0\nlabel: L\ndescription: D\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := begin(t, p.args("--db", dsn)...)
	if status, body := r.send("POST", register, fmt.Sprintf(`{"pack_paths":[%q]}`, pack)); status != http.StatusOK || !strings.Contains(body, `"success_count":1`) {
		t.Errorf("status %d: %s", status, body)
	}
	r.end()
	r = begin(t, p.args("--db", dsn)...)
	if status, body := r.send("GET", "/api/v1/packs/demo", ""); status != http.StatusOK || !strings.Contains(body, `"1.0.0"`) {
		t.Errorf("status %d: %s", status, body)
	}
	r.end()
	if strings.Contains(r.stderr.String(), "s3cret") {
		t.Errorf("the log contains the password of the database:\n%s", r.stderr)
	}
}
