package api_test

import "testing"

// TestUnknownFields: what is said and has no meaning, such as a misspelt option, is
// refused before any work, and the nearest known word is named. Package json takes a
// name in another case for the same, which it is not here.
func TestUnknownFields(t *testing.T) {
	t.Parallel()
	f := start(t)
	wantStatus(t, f.post("register-batch", m{"pack_paths": list{writePack(t, f.allowed, "demo", "1.0.0")}}), 200)
	for _, tt := range []struct{ method, path, body, detail string }{
		{"POST", "/download", f.with("download", "TIMEOUT", -1), `"meant":"timeout"`},
		{"POST", "/download", f.with("download", "Destination_Dir", f.outside), `"meant":"destination_dir"`},
		{"POST", "/install", f.with("install", "dry_run", true), `"field":"dry_run"`},
		{"POST", "/install", f.with("install", "skip_test", true), `"meant":"skip_tests"`},
		{"POST", "/register-batch", f.with("register-batch", "checksum", m{}), `"meant":"checksums"`},
		{"DELETE", "/demo?forse=true", "", `"parameter":"forse"`},
		{"GET", "?limits=1", "", `"parameter":"limits"`},
		{"POST", "/install?async=1", f.with("install", "timeout", 60), `"parameter":"async"`},
	} {
		a := f.call(tt.method, "/api/v1/packs"+tt.path, request{body: tt.body})
		f.wantError(tt.path, a, refusal{status: 422, code: "invalid_request", detail: tt.detail})
	}
	if got := listing(t, f.outside); got != f.outside {
		t.Errorf("outside there is:\n%s", got)
	}
	if got := f.call("GET", "/api/v1/packs/demo", request{}); got.status != 200 {
		t.Errorf("demo is gone: %s", got.body)
	}
}
