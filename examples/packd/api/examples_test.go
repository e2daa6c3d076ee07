package api_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack/examples/packd/wire"
)

// TestExamplesOfTheDescriptionWork sends the examples of the description, in the order of a
// pack's way through the stages.
func TestExamplesOfTheDescriptionWork(t *testing.T) {
	t.Parallel()
	f := start(t)
	dir := filepath.Join(f.allowed, "packs", "demo")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	const manifest = "ref: demo\nversion: 1.0.0\nlabel: L\ndescription: D\nconf_schema: {greeting: {type: string}}\n"
	if err := os.WriteFile(filepath.Join(dir, "pack.yaml"), []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	places := strings.NewReplacer("/srv/", f.allowed+"/")
	sent := map[string]bool{}
	for _, step := range []struct{ path, method, ref string }{
		{"/api/v1/packs/download", "post", ""},
		{"/api/v1/packs/dependencies", "post", ""},
		{"/api/v1/packs/build-envs", "post", ""},
		{"/api/v1/packs/plan", "post", ""},
		{"/api/v1/packs/install", "post", ""},
		{"/api/v1/packs/register-batch", "post", ""},
		{"/api/v1/packs/{ref}/config", "put", "demo"},
	} {
		example, err := json.Marshal(f.api.at("paths", step.path, step.method, "requestBody", "content", "application/json", "example"))
		if err != nil || string(example) == "null" {
			t.Errorf("%s has no example: %v", step.path, err)
		}
		sent[step.path+step.method] = true
		path := strings.ReplaceAll(step.path, "{ref}", step.ref)
		r := request{body: places.Replace(string(example))}
		if strings.HasSuffix(path, "/install") {
			r.accept = wire.TypeReport // waits for it
		}
		a := f.call(strings.ToUpper(step.method), path, r)
		if a.status != 200 {
			t.Errorf("%s: %d %s", step.path, a.status, a.body)
		}
		if strings.Contains(string(a.body), `"failure_count":1`) || strings.Contains(string(a.body), `"failed":1`) {
			t.Errorf("%s: %s", step.path, a.body)
		}
	}
	for path, item := range f.api.at("paths").(map[string]any) { //nolint:forcetypeassert // a test
		for method := range item.(map[string]any) { //nolint:forcetypeassert // a test
			place := []string{"paths", path, method}
			if text, _ := f.api.at(append(place, "description")...).(string); text == "" {
				t.Errorf("%s %s is not described", method, path)
			}
			if f.api.at(append(place, "requestBody")...) != nil && !sent[path+method] && path != "/api/v1/packs/apply" {
				t.Errorf("%s %s has a body that is not tried here", method, path)
			}
		}
	}
}
