package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/packtrain/pack/examples/packd/api"
)

// refsOf returns the refs of a list, in its order.
func refsOf(t *testing.T, a answer) (refs []string) {
	t.Helper()
	wantStatus(t, a, 200)
	for _, p := range decode(t, a)["data"].(list) { //nolint:forcetypeassert // a test
		refs = append(refs, p.(m)["pack_ref"].(string)) //nolint:forcetypeassert // a test
	}
	return refs
}

// next returns the URL of the next part of a list, "" for none.
func next(a answer, path string) string {
	query, _, ok := strings.Cut(strings.TrimPrefix(a.header.Get("Link"), "<"), `>; rel="next"`)
	if !ok {
		return ""
	}
	return path + query
}

// TestLists reads lists in parts, chooses from them, and asks again with the tag.
func TestLists(t *testing.T) {
	t.Parallel()
	f := start(t)
	paths := list{}
	for _, ref := range []string{"a_one", "b_two", "c_one", "d_two", "e_one"} {
		paths = append(paths, writePack(t, f.allowed, ref, "1.0.0"))
	}
	needy := writePack(t, f.allowed, "needy", "1.0.0")
	appendTo(t, needy+"/pack.yaml", "dependencies: [absent]\n")
	wantStatus(t, f.post("register-batch", m{"pack_paths": append(paths, needy), "skip_validation": true}), 200)

	for _, path := range []string{"/api/v1/packs", "/api/v1/summaries"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			f := f.on(t)
			var parts []string
			for at := path + "?limit=2&q=_"; at != ""; {
				a := f.call("GET", at, request{token: tokenRead})
				parts = append(parts, strings.Join(refsOf(t, a), " "))
				if got := a.header.Get("Total-Count"); got != "5" {
					t.Errorf("%s: total %q, want 5", at, got)
				}
				at = next(a, path)
			}
			if want := []string{"a_one b_two", "c_one d_two", "e_one"}; !slices.Equal(parts, want) {
				t.Errorf("got %q, want %q", parts, want)
			}
			for query, want := range map[string]string{"?q=two": "b_two d_two", "?broken=true": "needy", "?after=d_two&limit=1": "e_one", "?q=none": ""} {
				if got := strings.Join(refsOf(t, f.call("GET", path+query, request{})), " "); got != want {
					t.Errorf("%s: got %q, want %q", query, got, want)
				}
			}
			wantStatus(t, f.call("GET", path+"?limit=1001", request{}), 422)
		})
	}
}

// withTag sends a request with the tag of an answer.
func (f *fixture) withTag(path, tag string) answer {
	f.t.Helper()
	req := f.request(http.MethodGet, path, request{})
	req.Header.Set("If-None-Match", tag)
	a := f.do(req)
	f.api.check(req, nil, a)
	return a
}

// TestTags asks again for what has not changed, and for what has.
func TestTags(t *testing.T) {
	t.Parallel()
	f := start(t)
	wantStatus(t, f.post("register-batch", m{"pack_paths": list{writePack(t, f.allowed, "demo", "1.0.0")}}), 200)
	tags := map[string]string{}
	for _, path := range []string{
		"/api/v1/packs", "/api/v1/summaries", "/api/v1/packs/demo", "/api/v1/packs/demo/generations", "/api/v1/packs/demo/tests",
		"/api/v1/operations", "/api/v1/changes", "/api/v1/indices",
	} {
		a := f.call("GET", path, request{})
		wantStatus(t, a, 200)
		tag := a.header.Get("ETag")
		for _, header := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
			if again := f.withTag(path, header); again.status != 304 || len(again.body) != 0 || again.header.Get("ETag") != tag {
				t.Errorf("%s with %s: got %d, %s, %s", path, header, again.status, again.header.Get("ETag"), again.body)
			}
		}
		wantStatus(t, f.withTag(path, `"other"`), 200)
		tags[path] = tag
	}
	wantStatus(t, f.post("register-batch", m{"pack_paths": list{writePack(t, f.allowed, "demo", "1.1.0")}, "replace": "upgrade"}), 200)
	for _, path := range []string{"/api/v1/packs", "/api/v1/summaries", "/api/v1/packs/demo", "/api/v1/packs/demo/generations", "/api/v1/changes"} {
		wantStatus(t, f.withTag(path, tags[path]), 200)
	}
}

// TestListedOperations reads operations in parts, and those of one token.
func TestListedOperations(t *testing.T) {
	t.Parallel()
	f := start(t)
	for range 3 {
		a := f.call("POST", "/api/v1/packs/dependencies", request{prefer: "respond-async", body: asJSON(t, m{"pack_paths": list{f.allowed}})})
		wantStatus(t, a, 202)
	}
	const path = "/api/v1/operations"
	var ids []string
	parts := 0
	for at := path + "?limit=2&kind=dependencies"; at != ""; parts++ {
		a := f.call("GET", at, request{})
		wantStatus(t, a, 200)
		for _, o := range decode(t, a)["data"].(list) { //nolint:forcetypeassert // a test
			ids = append(ids, fmt.Sprint(o.(m)["id"])) //nolint:forcetypeassert // a test
		}
		at = next(a, path)
	}
	if len(slices.Compact(ids)) != 3 || parts != 2 {
		t.Errorf("got %d operations in %d parts: %q", len(ids), parts, ids)
	}
	count := func(query, token string) int {
		a := f.call("GET", path+query, request{token: token})
		wantStatus(t, a, 200)
		return len(decode(t, a)["data"].(list)) //nolint:forcetypeassert // a test
	}
	actor := api.Token{Secret: tokenAll}.DisplayName()
	if got := count("?actor="+actor, tokenRead); got != 3 { // an administrator
		t.Errorf("%d operations of %s, want 3", got, actor)
	}
	if got := count("?actor=other", tokenRead); got != 0 {
		t.Errorf("%d operations of another token, want none", got)
	}
}

// TestChosenChanges reads the changes of one pack, and those of one token.
func TestChosenChanges(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, ref := range []string{"one", "two"} {
		wantStatus(t, f.post("register-batch", m{"pack_paths": list{writePack(t, f.allowed, ref, "1.0.0")}}), 200)
	}
	all := decode(t, f.call("GET", "/api/v1/changes", request{}))["data"].(m) //nolint:forcetypeassert // a test
	for query, want := range map[string]int{"": 2, "?pack=one": 1, "?pack=three": 0, "?actor=" + api.Token{Secret: tokenAll}.DisplayName(): 2, "?actor=other": 0} {
		a := f.call("GET", "/api/v1/changes"+query, request{})
		wantStatus(t, a, 200)
		got := decode(t, a)["data"].(m)                                               //nolint:forcetypeassert // a test
		if n := len(got["changes"].(list)); n != want || got["next"] != all["next"] { //nolint:forcetypeassert // a test
			t.Errorf("%q: %d changes, next %v; want %d, %v", query, n, got["next"], want, all["next"])
		}
	}
}
