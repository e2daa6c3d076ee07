package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/confschema"
	"github.com/packtrain/pack/examples/packd/api"
)

// canarySecrets are the secret values of a configuration: one for each way to mark
// them.
const canarySecrets = `{"token":"CANARY-flat","db":{"user":"u","password":"CANARY-nested"},"keys":["CANARY-item"],"creds":{"id":"CANARY-object"},"port":80}`

// secretPack writes a pack whose conf_schema marks secrets, or no longer does.
func secretPack(t *testing.T, dir, version string, marked bool) string {
	t.Helper()
	path := writePack(t, dir, "demo", version)
	schema := "conf_schema: {type: object, properties: {token: {type: string, secret: true}, port: {type: integer, minimum: 1}, keys: {type: array, items: {format: password}}," +
		" db: {type: object, properties: {password: {writeOnly: true}}}, creds: {type: object, secret: true}}}\n"
	if !marked {
		schema = "conf_schema: {type: object, properties: {token: {type: integer}, keys: {items: {pattern: '^x'}}, creds: {const: x}, db: {enum: [a]}}}\n"
	}
	file := filepath.Join(path, "pack.yaml")
	data, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, append(data, schema...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// A leakCheck keeps all that packd says, and looks for secret values in it.
type leakCheck struct {
	*fixture
	said map[string]string
}

func (c *leakCheck) note(what string, a answer) {
	var header bytes.Buffer
	_ = a.header.Write(&header)
	c.said[fmt.Sprintf("%s: %d", what, a.status)] += header.String() + string(a.body)
}

// try sends a request with each token.
func (c *leakCheck) try(method, path, body string) {
	for _, token := range []string{tokenRead, tokenInstall, tokenConfig, tokenAll, "-"} {
		if method != http.MethodGet && (token == tokenAll || token == tokenConfig) && (method == http.MethodDelete || !strings.Contains(path, "/config")) {
			continue // it would change what other requests look at
		}
		ctx, cancel := context.WithTimeout(c.t.Context(), 300*time.Millisecond)
		req := c.request(method, path, request{token: token, body: body}).WithContext(ctx)
		resp, err := new(http.Client).Do(req)
		if err == nil {
			data, _ := io.ReadAll(resp.Body) // a stream has no end
			_ = resp.Body.Close()
			c.note(method+" "+path+" "+token, answer{resp.StatusCode, resp.Header, data})
		}
		cancel()
	}
}

// everyRoute sends requests to all routes of the description.
func (c *leakCheck) everyRoute(operation string) {
	var document struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(c.plain("GET", "/openapi.json", request{}).body, &document); err != nil {
		c.t.Fatal(err)
	}
	if len(document.Paths) < 15 {
		c.t.Fatalf("the description has %d paths", len(document.Paths))
	}
	for _, path := range []string{"/metrics", "/api/v1/changes/events?since=0", "/api/v1/operations/" + operation + "/events", "/docs", "/api/v1/changes?since=0", "/api/v1/operations?limit=100"} {
		c.try(http.MethodGet, path, "")
	}
	for _, path := range slices.Sorted(maps.Keys(document.Paths)) {
		filled := strings.NewReplacer("{ref}", "demo", "{id}", operation, "{generation}", "000001", "{version}", "x", "{file}", "main.js").Replace(path)
		if strings.Contains(filled, "{") {
			c.t.Errorf("%s: a parameter is not known", path)
		}
		for method := range document.Paths[path] {
			body := ""
			if method == "post" || method == "put" {
				body = `{"packs":["x"],"pack_paths":["/x"],"token":"CANARY-flat","db":"CANARY-nested"}`
			}
			c.try(strings.ToUpper(method), filled, body)
		}
	}
}

// wantNoSecrets looks for secret values in what was said, in the log, and in all files
// but those of the records.
func (c *leakCheck) wantNoSecrets() {
	c.said["log"] = c.log.String()
	for what, text := range c.said {
		if i := strings.Index(text, "CANARY"); i >= 0 {
			c.t.Errorf("%s: has a secret: ...%s", what, text[max(0, i-100):min(len(text), i+50)])
		}
	}
	err := filepath.WalkDir(c.root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.Contains(path, "/records/") {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte("CANARY")) {
			c.t.Errorf("%s has a secret", path)
		}
		return err
	})
	if err != nil {
		c.t.Error(err)
	}
}

// hostileSecrets plants secrets in configurations, and looks for them in the answers and
// events of all routes with each scope, in metrics, in the log at its finest level, and in all
// files, the journal among them.
func hostileSecrets(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *api.Config) { c.Host.Load = &pack.LoadOptions{Schemas: confschema.Compiler{}} })
	c := &leakCheck{f, map[string]string{}}
	v1, v2 := secretPack(t, f.allowed, "1.0.0", true), secretPack(t, f.allowed, "2.0.0", false)
	wantStatus(t, f.post("register-batch", m{"pack_paths": list{v1}}), 200)
	const config = "/api/v1/packs/demo/config"
	set := f.call("PUT", config, request{body: canarySecrets})
	wantStatus(t, set, 200)
	c.note("set", set)
	// Values that are refused, of which some are secret.
	for body, status := range map[string]int{
		`{"token":["CANARY-flat"]}`: 422, `{"port":"CANARY-flat"}`: 422, `{"port":0,"token":"CANARY-flat"}`: 422, `{"creds":"CANARY-object"}`: 422,
		`{"token":"CANARY-flat","CANARY":1e400}`: 422, `{"token":"CANARY-flat"`: 400, `["CANARY-flat"]`: 422, `{"token":"CANARY-flat","token":"CANARY-flat"}`: 0,
		`{"keys":["********","CANARY-item"]}`: 422,
	} {
		a := f.plain("PUT", config, request{body: body})
		if status != 0 && a.status != status {
			t.Errorf("%s: status %d, want %d: %s", body, a.status, status, a.body)
		}
		if a.status == 200 {
			wantStatus(t, f.call("PUT", config, request{body: canarySecrets}), 200)
		}
		if !strings.Contains(body, `"CANARY":`) { // the name of a value may be told
			c.note("refused "+fmt.Sprint(len(c.said)), a)
		}
	}
	c.everyRoute(f.begin(v1))

	// The next version marks nothing, and the values do not fit it.
	upgraded := f.post("register-batch", m{"pack_paths": list{v2}, "replace": "upgrade"})
	if !strings.Contains(string(upgraded.body), "does not fit version 2.0.0") {
		t.Errorf("the upgrade is not reported: %s", upgraded.body)
	}
	c.note("upgrade", upgraded)
	c.everyRoute(f.begin(v2))
	c.note("kept by placeholders", f.call("PUT", config, request{body: `{"token":"********"}`}))
	c.note("rolled back", f.call("POST", "/api/v1/packs/demo/rollback", request{}))
	c.note("shown", f.call("GET", config, request{}))
	for _, token := range []string{tokenRead, tokenInstall, "-"} {
		c.note("asked with "+token, f.plain("GET", config+"?secrets=true", request{token: token}))
	}
	if got := f.call("GET", config+"?secrets=true", request{}); strings.Count(string(got.body), "CANARY") != 4 {
		t.Errorf("a token that may read secrets gets %s", got.body)
	}
	c.note("removed", f.call("DELETE", "/api/v1/packs/demo", request{}))
	c.wantNoSecrets()
	if metrics := f.call("GET", "/metrics", request{}); len(metrics.body) < 100 || !strings.Contains(c.log.String(), `"level":"INFO"`) {
		t.Errorf("there are no metrics, or there is no log: %s", metrics.body)
	}
	if len(c.said) < 100 {
		t.Errorf("only %d answers", len(c.said))
	}
}
