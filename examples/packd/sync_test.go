package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// writePack writes a pack into the allowed directory.
func (p place) writePack(t *testing.T, ref, version string) {
	t.Helper()
	dir := filepath.Join(p.allowed, ref)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	manifest := fmt.Sprintf("ref: %s\nversion: %s\nlabel: L\ndescription: D\n", ref, version)
	if err := os.WriteFile(filepath.Join(dir, "pack.yaml"), []byte(manifest), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestSync: packs are as the file says at the start and after it changes; others stay,
// unless they are pruned, and then none can be installed.
func TestSync(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	for _, ref := range []string{"one", "two", "other"} {
		p.writePack(t, ref, "1.0.0")
	}
	file := filepath.Join(p.allowed, "packs.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	installed := func(refs ...string) func() bool {
		return func() bool {
			entries, _ := os.ReadDir(filepath.Join(p.root, "current"))
			var names []string
			for _, e := range entries {
				names = append(names, e.Name())
			}
			return strings.Join(names, " ") == strings.Join(refs, " ")
		}
	}
	write("packs:\n  one: {from: ./one}\n")
	r := begin(t, p.args("--sync", file, "--sync-interval", "50ms")...)
	poll(t, "one was installed", installed("one"))
	install := fmt.Sprintf(`{"packs": [%q]}`, filepath.Join(p.allowed, "other"))
	if status, body := r.send(http.MethodPost, "/api/v1/packs/install", install); status != http.StatusAccepted {
		t.Fatalf("install: %d %s", status, body)
	}
	poll(t, "the other was installed", installed("one", "other"))
	write("packs:\n  one: {from: ./one}\n  two: {from: ./two}\n")
	poll(t, "two was installed, and the other stays", installed("one", "other", "two"))
	r.end()
	write("packs:\n  two: {from: ./two}\n")
	r = begin(t, p.args("--sync", file, "--sync-prune", "--sync-interval", "50ms")...)
	poll(t, "the others were removed", installed("two"))
	for _, change := range [][2]string{{http.MethodPost, "/api/v1/packs/install"}, {http.MethodDelete, "/api/v1/packs/two"}, {http.MethodPost, "/api/v1/packs/two/rollback"}} {
		body := ""
		if change[1] == "/api/v1/packs/install" {
			body = install
		}
		if status, answer := r.send(change[0], change[1], body); !strings.Contains(answer, "are those of its packs.yaml") {
			t.Errorf("%s %s: %d %s", change[0], change[1], status, answer)
		}
	}
	_, answer := r.send(http.MethodPost, "/api/v1/packs/plan", `{"remove": ["two"]}`)
	var plan struct{ Data json.RawMessage }
	if err := json.Unmarshal([]byte(answer), &plan); err != nil {
		t.Errorf("plan: %v\n%s", err, answer)
	}
	if status, answer := r.send(http.MethodPost, "/api/v1/packs/apply", fmt.Sprintf(`{"plan": %s}`, plan.Data)); !strings.Contains(answer, "are those of its packs.yaml") {
		t.Errorf("apply: %d %s", status, answer)
	}
	r.end()
}
