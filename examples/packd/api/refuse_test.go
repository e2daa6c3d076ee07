package api_test

import (
	"encoding/json"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/examples/packd/api"
	"github.com/packtrain/pack/examples/packd/wire"
)

// kinds are the four stages.
func kinds() []string {
	return []string{wire.KindDownload, wire.KindDependencies, wire.KindBuild, wire.KindRegister}
}

// valid returns a request of a kind that is served, although its pack fails.
func (f *fixture) valid(kind string) m {
	switch kind {
	case wire.KindDownload:
		return m{"packs": list{filepath.Join(f.allowed, "none")}, "destination_dir": filepath.Join(f.allowed, "into")}
	case wire.KindInstall:
		return m{"packs": list{filepath.Join(f.allowed, "none")}}
	}
	return m{"pack_paths": list{filepath.Join(f.allowed, "none")}}
}

// with returns a valid request with one field changed; nil removes it.
func (f *fixture) with(kind, field string, v any) string {
	r := f.valid(kind)
	r[field] = v
	if v == nil {
		delete(r, field)
	}
	return asJSON(f.t, r)
}

// first is the field that lists the packs.
func first(kind string) string {
	if kind == wire.KindDownload || kind == wire.KindInstall {
		return "packs"
	}
	return "pack_paths"
}

// refusal is a request for work that is refused.
type refusal struct {
	name   string
	r      request
	status int
	code   string // "" for null
	detail string // what the details name
	reason wire.Reason
}

func (f *fixture) refusals(kind string) []refusal {
	body := asJSON(f.t, f.valid(kind))
	field := first(kind)
	deep := `{"` + field + `":["x"],"x":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + "}"
	return []refusal{
		{"no token", request{token: "-", body: body}, 401, "", "", ""},
		{"unknown token", request{token: "canary-wrong", body: body}, 401, "", "", ""},
		{"other scope", request{token: tokenRead, body: body}, 403, "policy_denied", "install", ""},
		{"no type", request{kind: "-", body: body}, 415, "invalid_request", "", ""},
		{"other type", request{kind: "text/plain", body: body}, 415, "invalid_request", "", ""},
		{"other charset", request{kind: "application/json; charset=latin1", body: body}, 415, "invalid_request", "", ""},
		{"too large", request{body: `{"x":"` + strings.Repeat("x", 1<<20) + `"}`}, 413, "limit_exceeded", "1048576", ""},
		{"no JSON", request{body: "{"}, 400, "malformed_content", "", ""},
		{"two documents", request{body: body + "{}"}, 400, "malformed_content", "", ""},
		{"a key twice", request{body: `{"` + field + `":["a"],"` + field + `":["b"]}`}, 400, "malformed_content", "", ""},
		{"not UTF-8", request{body: `{"` + field + `":["` + "\xff" + `"]}`}, 400, "malformed_content", "", ""},
		{"too deep", request{body: deep}, 400, "malformed_content", "", ""},
		{"too many values", request{body: `{"x":[` + strings.Repeat("{},", 50_000) + `{}]}`}, 400, "malformed_content", "", ""},
		{"broken dotenv", request{kind: "text/x-dotenv", body: "packs=unquoted"}, 400, "malformed_content", "", ""},
		{"list of none", request{body: f.with(kind, field, list{})}, 422, "invalid_request", field, ""},
		{"too long a list", request{body: f.with(kind, field, make([]string, 1001))}, 422, "invalid_request", field, ""},
		{"missing list", request{body: f.with(kind, field, nil)}, 422, "invalid_request", field, ""},
		{"string for a list", request{body: f.with(kind, field, "x")}, 422, "invalid_request", field, ""},
		{"number in the list", request{body: f.with(kind, field, list{"a", 1})}, 422, "invalid_request", field + "[1]", ""},
		{"null for the list", request{body: `{"` + field + `":null}`}, 422, "invalid_request", field, ""},
		{"a number that is too large", request{body: `{"` + field + `":["x",1e400]}`}, 422, "invalid_request", field + "[1]", ""},
		{"list for an object", request{body: "[]"}, 422, "invalid_request", "object", ""},
		{"null for an object", request{body: "null"}, 422, "invalid_request", "object", ""},
		{"a long key", request{body: body, prefer: "respond-async", key: strings.Repeat("x", 201)}, 422, "invalid_request", "Idempotency-Key", ""},
		{"a key of other bytes", request{body: body, prefer: "respond-async", key: "\xff"}, 422, "invalid_request", "Idempotency-Key", ""},
	}
}

// TestRefusals sends invalid requests to every stage, and expects the same refusal as
// an error and as an empty report.
func TestRefusals(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, kind := range append(kinds(), wire.KindInstall) {
		for _, tt := range f.refusals(kind) {
			f.checkRefusal(t, kind, tt)
		}
	}
}

func (f *fixture) checkRefusal(t *testing.T, kind string, tt refusal) {
	t.Helper()
	path := "/api/v1/packs/" + kind
	a := f.call("POST", path, tt.r)
	text := f.wantError(kind+": "+tt.name, a, tt)
	tt.r.accept = "application/vnd.packtrain.report+json"
	a = f.call("POST", path, tt.r)
	if a.status != tt.status || a.header.Get("Content-Type") != tt.r.accept {
		t.Errorf("%s: %s: status %d of type %s", kind, tt.name, a.status, a.header.Get("Content-Type"))
	}
	if diff := cmp.Diff(emptyReport(kind, tt.code, text), decode(t, a)); diff != "" {
		t.Errorf("%s: %s: empty report: -want +got:\n%s", kind, tt.name, diff)
	}
}

// wantError checks the body of an error and returns its text.
func (f *fixture) wantError(name string, a answer, want refusal) string {
	f.t.Helper()
	var body wire.ErrorBody
	if err := json.Unmarshal(a.body, &body); err != nil {
		f.t.Fatalf("%s: %v\n%s", name, err, a.body)
	}
	keys := decode(f.t, a)
	retryable := keys["retryable"]
	delete(keys, "retryable")
	if body.Reason != want.reason {
		f.t.Errorf("%s: got reason %q, want %q", name, body.Reason, want.reason)
	}
	if body.Reason != "" {
		delete(keys, "reason")
		delete(keys, "host")
		delete(keys, "dependents")
	}
	if (retryable == true) != (want.code == "busy" || want.status == http.StatusServiceUnavailable) || retryable == false {
		f.t.Errorf("%s: retryable: %v", name, retryable)
	}
	if len(keys) != 3 || body.Error == "" || a.header.Get("Content-Type") != "application/json" {
		f.t.Errorf("%s: got %s", name, a.body)
	}
	code := ""
	if body.Code != nil {
		code = *body.Code
	}
	if a.status != want.status || code != want.code || !strings.Contains(string(body.Details)+body.Error, want.detail) {
		f.t.Errorf("%s: got %d %s, want %d, code %q, details with %q", name, a.status, a.body, want.status, want.code, want.detail)
	}
	if strings.Contains(string(a.body), "canary-") {
		f.t.Errorf("%s: a token is shown: %s", name, a.body)
	}
	return body.Error
}

// emptyReport is written by hand, from the contract.
func emptyReport(kind, code, reason string) m {
	failed := func(item m) list {
		item["error"] = reason
		if code != "" {
			item["code"] = code
		}
		return list{item}
	}
	switch kind {
	case wire.KindDownload:
		return m{
			"downloaded_packs": list{}, "failed_packs": failed(m{"source": ""}),
			"total_count": 0.0, "success_count": 0.0, "failure_count": 1.0, "warnings": list{},
		}
	case wire.KindDependencies:
		return m{
			"dependencies": list{}, "runtime_requirements": m{}, "missing_dependencies": list{}, "analyzed_packs": list{},
			"errors": failed(m{"pack_path": ""}), "conflicts": list{}, "warnings": list{},
		}
	case wire.KindBuild:
		return m{
			"built_environments":  list{},
			"failed_environments": failed(m{"pack_ref": "", "pack_path": "", "runtime": "unknown"}),
			"summary": m{
				"total_packs": 0.0, "success_count": 0.0, "failure_count": 1.0,
				"python_envs_built": 0.0, "nodejs_envs_built": 0.0, "total_duration_ms": 0.0,
			},
			"warnings": list{},
		}
	}
	if kind == wire.KindInstall {
		return emptyInstallation(failed(m{"stage": "download"})[0])
	}
	return m{
		"registered_packs": list{},
		"failed_packs":     failed(m{"pack_ref": "", "pack_path": "", "error_stage": "load"}),
		"summary": m{
			"total_packs": 0.0, "success_count": 0.0, "failure_count": 1.0, "total_components": 0.0, "duration_ms": 0.0,
		},
		"warnings": list{},
	}
}

func emptyInstallation(failure any) m {
	return m{
		"outcomes": list{m{
			"spec": "", "pack_ref": "", "pack_version": "", "previous_version": nil, "status": "failed", "failure": failure,
			"added": false, "required_by": list{}, "storage_path": "", "generation": "",
			"environments": m{"python": nil, "nodejs": nil}, "test_result": nil,
		}},
		"summary": m{
			"total_packs": 0.0, "installed": 0.0, "upgraded": 0.0, "replaced": 0.0, "unchanged": 0.0, "failed": 1.0, "skipped": 0.0, "duration_ms": 0.0,
		},
		"download": nil, "dependencies": nil, "environments": nil, "registration": nil, "warnings": list{},
	}
}

// TestRefusalsOfOne are those that only one kind of work knows.
func TestRefusalsOfOne(t *testing.T) {
	t.Parallel()
	f := start(t)
	elsewhere := filepath.Join(f.outside, "x")
	for _, tt := range []struct {
		kind, field string
		value       any
		status      int
		code        string
		reason      wire.Reason
	}{
		{"download", "destination_dir", nil, 422, "invalid_request", ""},
		{"download", "destination_dir", "", 422, "invalid_request", ""},
		{"download", "destination_dir", elsewhere, 403, "policy_denied", ""},
		{"download", "destination_dir", f.root, 403, "policy_denied", ""},
		{"download", "destination_dir", f.allowed + "/../outside", 403, "policy_denied", ""},
		{"download", "destination_dir", "relative", 403, "policy_denied", ""},
		{"download", "verify_ssl", false, 403, "policy_denied", ""},
		{"download", "verify_ssl", "no", 422, "invalid_request", ""},
		{"download", "timeout", 9, 422, "invalid_request", ""},
		{"download", "timeout", 3601, 422, "invalid_request", ""},
		{"download", "timeout", 10.5, 422, "invalid_request", ""},
		{"download", "timeout", "60", 422, "invalid_request", ""},
		{"download", "registry_url", "http://index.example/", 403, "policy_denied", "plain_http"},
		{"download", "registry_url", "file:///etc/passwd", 403, "policy_denied", ""},
		{"download", "registry_url", "https://127.0.0.1/", 403, "policy_denied", "private_address"},
		{"download", "registry_url", 1, 422, "invalid_request", ""},
		{"dependencies", "skip_validation", "true", 422, "invalid_request", ""},
		{"build-envs", "timeout", 59, 422, "invalid_request", ""},
		{"build-envs", "python_version", 3.11, 422, "invalid_request", ""},
		{"build-envs", "packs_base_dir", elsewhere, 403, "policy_denied", ""},
		{"register-batch", "packs_base_dir", elsewhere, 403, "policy_denied", ""},
		{"register-batch", "packs_base_dir", f.root + "/packs", 403, "policy_denied", ""},
		{"register-batch", "replace", "sometimes", 422, "invalid_request", ""},
		{"register-batch", "allow_break", list{"app", "All"}, 422, "invalid_ref", ""},
		{"install", "allow_break", list{"*x"}, 422, "invalid_ref", ""},
		{"install", "packs", list{}, 422, "invalid_request", ""},
		{"install", "registry_url", "http://index.example/", 403, "policy_denied", "plain_http"},
		{"install", "timeout", 1, 422, "invalid_request", ""},
	} {
		r := request{body: f.with(tt.kind, tt.field, tt.value)}
		f.wantError(tt.kind+": "+asJSON(t, m{tt.field: tt.value}), f.call("POST", "/api/v1/packs/"+tt.kind, r), refusal{status: tt.status, code: tt.code, reason: tt.reason})
	}
}

// TestNumbersThatAreTooLarge: such numbers are JSON, and no field takes them.
func TestNumbersThatAreTooLarge(t *testing.T) {
	t.Parallel()
	f := start(t)
	a := f.call("POST", "/api/v1/packs/download", request{body: strings.Replace(asJSON(t, f.valid("download")), "{", `{"unknown":-1e400,`, 1)})
	f.wantError("unknown", a, refusal{status: 422, code: "invalid_request", detail: `"field":"unknown"`})
	wantStatus(t, f.post("register-batch", m{"pack_paths": list{writePack(t, f.allowed, "demo", "1.0.0")}}), 200)
	for body, field := range map[string]string{
		`{"b":{"c":[0,-1e400]},"a":1e308}`: `"field":"b.c[1]"`,
		`1e400`:                            `"field":""`,
	} {
		a := f.call("PUT", "/api/v1/packs/demo/config", request{body: body})
		f.wantError(body, a, refusal{status: 422, code: "invalid_request", detail: field})
	}
	wantStatus(t, f.call("PUT", "/api/v1/packs/demo/config", request{body: `{"a":1e308,"b":1e-400,"c":-0}`}), 200)
}

func TestUnknownPathsAndMethods(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, tt := range []struct {
		method, path string
		status       int
		code, allow  string
	}{
		{"GET", "/nothing", 404, "not_found", ""},
		{"DELETE", "/", 405, "invalid_request", "GET"},
		{"GET", "/api/v1/nothing", 404, "not_found", ""},
		{"GET", "/api/v1/packs/", 404, "not_found", ""},
		{"GET", "/api/v1//packs", 404, "not_found", ""},
		{"GET", "/api/v1/x/../packs", 404, "not_found", ""},
		{"DELETE", "/api/v1/packs", 405, "invalid_request", "GET"},
		{"PATCH", "/api/v1/packs/download", 405, "invalid_request", "DELETE, GET, POST"},
		{"CANARY", "/healthz", 405, "invalid_request", "GET"},
	} {
		a := f.call(tt.method, tt.path, request{})
		f.wantError(tt.method+" "+tt.path, a, refusal{status: tt.status, code: tt.code})
		if got := a.header.Get("Allow"); got != tt.allow {
			t.Errorf("%s %s: Allow: %q, want %q", tt.method, tt.path, got, tt.allow)
		}
	}
}

// TestScopes asks for everything with every token.
func TestScopes(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, tt := range []struct {
		method, path         string
		read, install, other int // statuses with these tokens, and with none
	}{
		{"GET", "/api/v1/packs", 200, 403, 401},
		{"GET", "/api/v1/packs/demo", 404, 403, 401},
		{"GET", "/api/v1/packs/demo/generations", 404, 403, 401},
		{"GET", "/api/v1/packs/demo/verify", 404, 403, 401},
		{"GET", "/api/v1/packs/demo/tests", 200, 403, 401},
		{"GET", "/metrics", 200, 403, 401},
		{"PUT", "/api/v1/packs/demo/config", 403, 403, 401},
		{"GET", "/api/v1/packs/demo/config", 403, 403, 401},
		{"DELETE", "/api/v1/packs/demo/config", 403, 403, 401},
		{"GET", "/api/v1/packs/demo/config?secrets=true", 403, 403, 401},
		{"GET", "/api/v1/packs/demo/diff", 404, 403, 401},
		{"PUT", "/api/v1/packs/demo/generations/1/pin", 403, 403, 401},
		{"DELETE", "/api/v1/packs/demo/generations/1/pin", 403, 403, 401},
		{"POST", "/api/v1/packs/demo/enable", 403, 403, 401},
		{"POST", "/api/v1/packs/demo/disable", 403, 403, 401},
		{"POST", "/api/v1/packs/demo/rollback", 403, 403, 401},
		{"POST", "/api/v1/packs/demo/repair", 403, 403, 401},
		{"POST", "/api/v1/repair", 403, 403, 401},
		{"DELETE", "/api/v1/packs/demo", 403, 403, 401},
		{"POST", "/api/v1/packs/download", 403, 415, 401},
		{"POST", "/api/v1/packs/dependencies", 403, 415, 401},
		{"POST", "/api/v1/packs/build-envs", 403, 415, 401},
		{"POST", "/api/v1/packs/register-batch", 403, 415, 401},
		{"POST", "/api/v1/packs/install", 403, 415, 401},
		{"GET", "/healthz", 200, 200, 200},
		{"GET", "/readyz", 200, 200, 200},
		{"GET", "/openapi.json", 200, 200, 200},
		{"GET", "/docs", 200, 200, 200},
	} {
		for token, want := range map[string]int{tokenRead: tt.read, tokenInstall: tt.install, "-": tt.other} {
			a := f.call(tt.method, tt.path, request{token: token})
			if a.status != want {
				t.Errorf("%s %s with %s: status %d, want %d\n%s", tt.method, tt.path, token, a.status, want, a.body)
			}
			if (a.header.Get("WWW-Authenticate") != "") != (a.status == http.StatusUnauthorized) {
				t.Errorf("%s %s: WWW-Authenticate: %q", tt.method, tt.path, a.header.Get("WWW-Authenticate"))
			}
		}
	}
}

// TestIndexWhoseNameLeadsInside names an index by a name that says nothing: where
// it leads is found out when it is asked, so the packs fail that are looked for
// there, and no others.
func TestIndexWhoseNameLeadsInside(t *testing.T) {
	t.Parallel()
	f := start(t)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	packs := list{"hello", writePack(t, f.allowed, "demo", "1.0.0")}
	body := m{"packs": packs, "destination_dir": filepath.Join(f.allowed, "new"), "registry_url": "https://localhost:" + port + "/index.json"}
	a := f.post("download", body)
	wantStatus(t, a, 200)
	report, _ := decode(t, a)["data"].(m)
	failed, _ := report["failed_packs"].(list)
	if len(failed) != 1 || report["success_count"] != 1.0 || !strings.Contains(asJSON(t, failed), "not public") {
		t.Errorf("got %s", a.body)
	}
	ours := dial(t, "http://"+listener.Addr().String())
	first, err := listener.Accept() // in the order of their arrival
	if err != nil {
		t.Fatal(err)
	}
	if first.RemoteAddr().String() != ours.LocalAddr().String() {
		t.Errorf("there is a connection from %s", first.RemoteAddr())
	}
	_ = first.Close()
	_ = listener.Close()
}

// TestVerifySSL: where the service allows it, a request may do without proof.
func TestVerifySSL(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *api.Config) { c.Host.AllowUnverified = true })
	wantStatus(t, f.post("download", m{"packs": list{"./none"}, "destination_dir": f.allowed, "verify_ssl": false}), 200)
}
