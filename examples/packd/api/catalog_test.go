package api_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestLifeOfAPack registers, lists, configures, upgrades, rolls back and removes.
func TestLifeOfAPack(t *testing.T) {
	t.Parallel()
	f := start(t)
	get := func(path string, status int) m {
		t.Helper()
		a := f.call("GET", path, request{})
		wantStatus(t, a, status)
		return decode(t, a)
	}
	if packs := get("/api/v1/packs", 200)["data"].(list); len(packs) != 0 { //nolint:forcetypeassert // a test
		t.Errorf("got %v", packs)
	}
	wantStatus(t, f.post("register-batch", m{"pack_paths": list{writePack(t, f.allowed, "demo", "1.0.0")}}), 200)
	wantStatus(t, f.post("register-batch", m{"pack_paths": list{writePack(t, f.allowed, "demo", "1.1.0")}, "replace": "upgrade"}), 200)

	a := f.call("PUT", "/api/v1/packs/demo/config", request{body: `{"channel":"ops","retries":9007199254740993}`})
	wantStatus(t, a, 200)
	for _, shown := range []answer{a, f.call("GET", "/api/v1/packs/demo/config", request{})} { // not through a float64
		if !strings.Contains(string(shown.body), `{"channel":"ops","retries":9007199254740993}`) {
			t.Errorf("got %s", shown.body)
		}
	}
	for _, path := range []string{"/api/v1/packs", "/api/v1/packs/demo"} {
		if got := f.call("GET", path, request{}); strings.Contains(string(got.body), "9007199254740993") || !strings.Contains(string(got.body), `"storage_path"`) {
			t.Errorf("%s: want no configuration, got %s", path, got.body)
		}
	}
	if show := get("/api/v1/packs/demo", 200)["data"].(m); active(show) != "1.1.0" { //nolint:forcetypeassert // a test
		t.Errorf("got %v", show)
	}
	if n := len(get("/api/v1/packs/demo/generations", 200)["data"].(list)); n != 2 { //nolint:forcetypeassert // a test
		t.Errorf("%d generations, want 2", n)
	}
	verified := f.call("GET", "/api/v1/packs/demo/verify", request{})
	if got, want := strings.TrimSpace(string(verified.body)), `{"data":{"verified":["demo"],"differences":[]},"message":null}`; got != want {
		t.Errorf("verified: got %s, want %s", got, want)
	}

	if err := os.Remove(filepath.Join(f.root, "current", "demo")); err != nil {
		t.Fatal(err)
	}
	a = f.call("POST", "/api/v1/packs/demo/repair", request{})
	if wantStatus(t, a, 200); !strings.Contains(string(a.body), `"kind":"pointer"`) {
		t.Errorf("repaired: got %s", a.body)
	}
	a = f.call("POST", "/api/v1/repair", request{})
	if got, want := strings.TrimSpace(string(a.body)), `{"data":{"checked":["demo"],"repaired":[],"left":[]},"message":null}`; got != want {
		t.Errorf("repaired all: got %s, want %s", got, want)
	}
	wantStatus(t, f.call("POST", "/api/v1/packs/none/repair", request{}), 404)

	a = f.call("POST", "/api/v1/packs/demo/rollback", request{})
	wantStatus(t, a, 200)
	if got := active(decode(t, a)["data"].(m)); got != "1.0.0" { //nolint:forcetypeassert // a test
		t.Errorf("version %s is active, want 1.0.0", got)
	}
	wantStatus(t, f.call("POST", "/api/v1/packs/demo/rollback", request{}), 404)
	a = f.call("DELETE", "/api/v1/packs/demo", request{})
	wantStatus(t, a, 200)
	if got := strings.TrimSpace(string(a.body)); got != `{"data":{},"message":null}` {
		t.Errorf("got %s", got)
	}
	get("/api/v1/packs/demo", 404)
	wantStatus(t, f.call("DELETE", "/api/v1/packs/demo", request{}), 404)
	wantStatus(t, f.call("PUT", "/api/v1/packs/demo/config", request{body: "{}"}), 404)
}

func active(record any) string {
	version, _ := record.(m)["active"].(m)["pack_version"].(string) //nolint:forcetypeassert // a test
	return version
}

func TestPacksThatOthersNeedStay(t *testing.T) {
	t.Parallel()
	f := start(t)
	base := writePack(t, f.allowed, "base", "1.0.0")
	top := writePack(t, f.allowed, "top", "1.0.0")
	appendTo(t, top+"/pack.yaml", "dependencies: [base]\n")
	wantStatus(t, f.post("register-batch", m{"pack_paths": list{top, base}}), 200)
	a := f.call("DELETE", "/api/v1/packs/base", request{})
	f.wantError("remove", a, refusal{status: 409, code: "dependency_conflict", reason: "dependents"})
	f.wantError("another one", f.call("DELETE", "/api/v1/packs/base?allow_break=other", request{}), refusal{status: 409, code: "dependency_conflict", reason: "dependents"})
	f.wantError("not a ref", f.call("DELETE", "/api/v1/packs/base?allow_break=B", request{}), refusal{status: 422, code: "invalid_ref"})
	wantStatus(t, f.call("DELETE", "/api/v1/packs/base?allow_break=*", request{}), 200)
}

func TestInvalidRefs(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, ref := range []string{"De mo", "a%2fb", "a.b", "%00"} {
		path := "/api/v1/packs/" + strings.ReplaceAll(ref, " ", "%20")
		f.wantError("GET "+ref, f.call("GET", path, request{}), refusal{status: 422, code: "invalid_ref"})
		f.wantError("DELETE "+ref, f.call("DELETE", path, request{}), refusal{status: 422, code: "invalid_ref"})
	}
}

// TestRemovedFilesAreDeleted looks at the trash while packd runs.
func TestRemovedFilesAreDeleted(t *testing.T) {
	t.Parallel()
	f := start(t)
	wantStatus(t, f.post("register-batch", m{"pack_paths": list{writePack(t, f.allowed, "demo", "1.0.0")}}), 200)
	wantStatus(t, f.call("DELETE", "/api/v1/packs/demo", request{}), 200)
	trash := filepath.Join(f.root, "trash")
	if !strings.Contains(listing(t, trash), "pack.yaml") {
		t.Fatal("the files are not in the trash")
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.server.Maintain(ctx, time.Millisecond)
	}()
	poll(t, "empty trash", func() bool {
		entries, err := os.ReadDir(trash)
		return err == nil && len(entries) == 0
	})
	cancel()
	<-done
}
