package api_test

import (
	"strings"
	"testing"
)

// FuzzRequests sends bodies to every stage: for any body, the response is one that is
// described.
func FuzzRequests(f *testing.F) {
	kinds := append(kinds(), "install")
	for i := range kinds {
		for _, body := range []string{`{"pack_paths":["/x"],"packs":["/x"],"destination_dir":"/x"}`, `{"pack_paths":[""],"timeout":60.5}`, `{"packs":null}`, "[]"} {
			f.Add(i, "application/json", body)
			f.Add(i, "text/x-dotenv", "packs='"+body+"'\n")
		}
	}
	s := start(f)
	f.Fuzz(func(t *testing.T, kind int, contentType, body string) {
		if kind < 0 || strings.ContainsFunc(contentType, func(r rune) bool { return r < ' ' || r > '~' }) {
			return
		}
		s.on(t).call("POST", "/api/v1/packs/"+kinds[kind%len(kinds)], request{kind: contentType, body: body})
	})
}
