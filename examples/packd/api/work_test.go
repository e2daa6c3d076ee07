package api_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/api"
	"github.com/packtrain/pack/examples/packd/wire"
)

const async = "respond-async"

// accept sends work for the background and returns its operation.
func (f *fixture) accept(kind string, r request) m {
	f.t.Helper()
	a := f.call("POST", "/api/v1/packs/"+kind, r)
	wantStatus(f.t, a, 202)
	op, _ := decode(f.t, a)["data"].(m)
	if got := a.header.Get("Location"); got != "/api/v1/operations/"+op["id"].(string) { //nolint:forcetypeassert // a test
		f.t.Errorf("Location: %s", got)
	}
	if got := a.header.Get("Preference-Applied"); got != r.prefer {
		f.t.Errorf("Preference-Applied: %q, want %q", got, r.prefer)
	}
	return op
}

// await waits until a pack is installed.
func (f *fixture) await(ref string) {
	f.t.Helper()
	poll(f.t, ref, func() bool { return f.plain("GET", "/api/v1/packs/"+ref, request{}).status == 200 })
}

func TestInstallInTheBackground(t *testing.T) {
	t.Parallel()
	f := start(t)
	demo := writePack(t, f.allowed, "demo", "1.0.0")
	op := f.accept("install", request{body: asJSON(t, m{"packs": list{demo}})})
	if op["kind"] != "install" || op["id"] == "" {
		t.Errorf("got %v", op)
	}
	f.await("demo")
}

// TestInstallationForTheReport waits for an installation whose request asks for the bare
// report, unless it prefers the background.
func TestInstallationForTheReport(t *testing.T) {
	t.Parallel()
	f := start(t)
	demo := writePack(t, f.allowed, "demo", "1.0.0")
	r := request{body: "packs='[\"" + demo + "\"]'\n", kind: "text/x-dotenv", accept: "application/vnd.packtrain.report+json"}
	a := f.call("POST", "/api/v1/packs/install", r)
	wantStatus(t, a, 200)
	if got := decode(t, a); a.header.Get("Content-Type") != r.accept || got["summary"].(m)["installed"] != 1.0 { //nolint:forcetypeassert // a test
		t.Errorf("got %s of type %s", a.body, a.header.Get("Content-Type"))
	}
	r.prefer = async
	if op := f.accept("install", r); op["kind"] != "install" {
		t.Errorf("got %v", op)
	}
}

func TestStagesInTheBackground(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, kind := range kinds() {
		r := request{body: asJSON(t, f.valid(kind)), prefer: async, accept: "application/vnd.packtrain.report+json"}
		if op := f.accept(kind, r); op["kind"] != kind {
			t.Errorf("%s: got %v", kind, op)
		}
	}
	a := f.call("POST", "/api/v1/packs/register-batch", request{body: f.with("register-batch", "packs_base_dir", f.outside), prefer: async})
	f.wantError("outside", a, refusal{status: 403, code: "policy_denied"})
}

// TestHeadersOfSeveralLines sends lists as several lines of a header.
func TestHeadersOfSeveralLines(t *testing.T) {
	t.Parallel()
	f := start(t)
	var ids []string
	for _, keys := range [][]string{{"a", "b"}, {"a, b"}, {"a"}} {
		req := f.request("POST", "/api/v1/packs/dependencies", request{body: asJSON(t, f.valid("dependencies"))})
		req.Header["Prefer"] = []string{"wait=10", "handling=lenient, respond-async"}
		req.Header["Idempotency-Key"] = keys
		a := f.do(req)
		wantStatus(t, a, 202)
		ids = append(ids, a.header.Get("Location"))
	}
	if ids[0] != ids[1] || ids[0] == ids[2] {
		t.Errorf("operations %q", ids)
	}
}

// TestCompressedBodies checks that compressed bodies are refused by their header.
func TestCompressedBodies(t *testing.T) {
	t.Parallel()
	f := start(t)
	for coding, status := range map[string]int{"gzip": 415, "Identity": 200} {
		req := f.request("POST", "/api/v1/packs/dependencies", request{body: asJSON(t, f.valid("dependencies"))})
		req.Header.Set("Content-Encoding", coding)
		a := f.do(req)
		wantStatus(t, a, status)
		if status != 200 {
			f.wantError(coding, a, refusal{status: 415, code: "invalid_request", detail: "compressed"})
		}
	}
}

func TestIdempotencyKeys(t *testing.T) {
	t.Parallel()
	f := start(t)
	body, other := asJSON(t, f.valid("install")), f.with("install", "force", true)
	first := f.accept("install", request{body: body, key: "k"})
	if again := f.accept("install", request{body: body, key: "k"}); again["id"] != first["id"] {
		t.Errorf("the same key gives %v, before it was %v", again["id"], first["id"])
	}
	a := f.call("POST", "/api/v1/packs/install", request{body: other, key: "k"})
	text := f.wantError("other work", a, refusal{status: 409, code: "conflict"})
	if text != "the idempotency key was used for other work" { // without how it is stored
		t.Errorf("got %q", text)
	}
	// Another client may use the same key.
	if op := f.accept("install", request{body: other, key: "k", token: tokenInstall}); op["id"] == first["id"] {
		t.Error("the key of one client is that of another")
	}
}

// slowPack is a pack whose test waits until a file exists.
func slowPack(t *testing.T, dir, ref string) (pack, release string) {
	t.Helper()
	pack, release = writePack(t, dir, ref, "1.0.0"), filepath.Join(dir, ref+".go")
	appendTo(t, pack+"/pack.yaml", "testing:\n  enabled: true\n  runners:\n    unit: {type: script, entry_point: actions/wait.sh}\n")
	script := "#!/bin/sh\ntouch " + release + ".begun\nwhile ! test -e " + release + "; do sleep 0.05; done\necho 'Total Tests: 1'; echo 'Passed: 1'\n"
	appendTo(t, pack+"/actions/wait.sh", script)
	return pack, release
}

// TestTooMuchWork fills the places and the line.
func TestTooMuchWork(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *api.Config) { c.MaxJobs, c.MaxQueue = 1, 1 })
	slow, release := slowPack(t, f.allowed, "slow")
	f.accept("register-batch", request{body: asJSON(t, m{"pack_paths": list{slow}}), prefer: async})
	f.accept("build-envs", request{body: asJSON(t, f.valid("build-envs")), prefer: async})
	for _, r := range []request{{}, {prefer: async}} {
		r.body = asJSON(t, f.valid("build-envs"))
		a := f.call("POST", "/api/v1/packs/build-envs", r)
		f.wantError("too much", a, refusal{status: 429, code: "busy"})
		if a.header.Get("Retry-After") == "" {
			t.Error("there is no Retry-After")
		}
	}
	metrics := string(f.call("GET", "/metrics", request{}).body)
	if !strings.Contains(metrics, "packd_jobs_running 1\n") || !strings.Contains(metrics, "packd_jobs_queued 1\n") {
		t.Errorf("metrics:\n%s", metrics)
	}
	touch(t, release)
	f.await("slow")
}

// TestDotenv sends the same request in both formats.
func TestDotenv(t *testing.T) {
	t.Parallel()
	f := start(t)
	into := filepath.Join(f.allowed, "it's 'here'\n$(date)")
	pack := writePack(t, f.allowed, "demo", "1.0.0")
	text := "# parameters\npacks='" + asJSON(t, list{pack}) + "'\ndestination_dir='" + strings.ReplaceAll(into, "'", `'\''`) +
		"'\ntimeout='60'\nverify_ssl='true'\nref_spec=''\nunknown='x'\n"
	a := f.call("POST", "/api/v1/packs/download", request{kind: "text/x-dotenv; charset=utf-8", body: text, accept: "application/vnd.packtrain.report+json"})
	wantStatus(t, a, 200)
	downloaded, _ := decode(t, a)["downloaded_packs"].(list)
	if len(downloaded) != 1 || downloaded[0].(m)["pack_path"] != filepath.Join(into, "demo") { //nolint:forcetypeassert // a test
		t.Errorf("got %s", a.body)
	}
	if !strings.Contains(string(a.body), `"message":"there is no parameter \"unknown\": it was ignored"`) {
		t.Errorf("no warning in %s", a.body)
	}
	a = f.call("POST", "/api/v1/packs/download", request{kind: "text/x-dotenv", body: strings.Replace(text, "'60'", "'soon'", 1)})
	f.wantError("timeout", a, refusal{status: 422, code: "invalid_request", detail: "timeout"})
	wantStatus(t, f.call("POST", "/api/v1/packs/install", request{kind: "text/x-dotenv", body: text}), 202)
	f.await("demo")
	a = f.call("PUT", "/api/v1/packs/demo/config", request{kind: "text/x-dotenv", body: "a='b'"})
	f.wantError("configuration", a, refusal{status: 415, code: "invalid_request"})
}

// TestSecretsInSpecsEndWithTheirOperations installs from signed URLs, one that
// delivers and some that do not, and looks for the signature in all that is left.
func TestSecretsInSpecsEndWithTheirOperations(t *testing.T) {
	t.Parallel()
	w := serveSamples(t)
	f := start(t, withWorld(t, w))
	const query = "?signature=canary-signature"
	requests := map[string]m{
		"install": {"packs": list{w.Archive() + query, "git+" + w.Git() + query, strings.Replace(w.Archive(), "slugs", "lost", 1) + query}},
		"download": {
			"packs": list{w.Archive() + query, "hello"}, "destination_dir": filepath.Join(f.allowed, "new"),
			"registry_url": w.Index() + query,
		},
	}
	for kind, body := range requests {
		r := request{body: asJSON(t, body)}
		if kind == "download" {
			r.prefer = async
		}
		id, _ := f.accept(kind, r)["id"].(string)
		events := f.events(id)
		if last := events[len(events)-1]; last.Kind != wire.EventCompleted {
			t.Errorf("%s ended with %+v", kind, last)
		}
		if report := string(f.operation(id).Report); !strings.Contains(report, "slugs") {
			t.Errorf("%s: nothing was installed: %s", kind, report)
		}
	}
	if err := f.server.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"log": f.log.String(), "root": contentOf(t, f.root)} {
		if i := strings.Index(text, "canary-"); i >= 0 {
			t.Errorf("%s: ...%s...", name, text[max(i-300, 0):min(i+100, len(text))])
		}
	}
}

// TestFailuresHaveCodesInEvents asks the four stages for packs that are not there:
// their reports say why in words, the events of an operation by a code, too.
func TestFailuresHaveCodesInEvents(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, kind := range kinds() {
		r := request{body: asJSON(t, f.valid(kind)), prefer: async}
		id, _ := f.accept(kind, r)["id"].(string)
		var codes []pack.Code
		for _, e := range f.events(id) {
			if e.Kind == pack.EventFailed {
				codes = append(codes, e.Code)
			}
		}
		if len(codes) != 1 || codes[0] != pack.CodeNotFound {
			t.Errorf("%s: codes %q", kind, codes)
		}
	}
}
