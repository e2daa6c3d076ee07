package registrysource_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/registrysource"
)

// index writes an index file that lists packs, "ref@version" each.
func index(t testing.TB, name string, packs ...string) registrysource.Index {
	t.Helper()
	return registrysource.Index{Name: name, URL: dated(t, "2026-01-01T00:00:00Z", packs...)}
}

// dated writes an index file with a date.
func dated(t testing.TB, date string, packs ...string) string {
	t.Helper()
	var entries []any
	for _, text := range packs {
		ref, version, _ := strings.Cut(text, "@")
		entries = append(entries, demo(version, m{"ref": ref}))
	}
	path := filepath.Join(t.TempDir(), "index.json")
	write(t, path, []byte(strings.Replace(string(indexOf(t, entries...)), "2026-01-01T00:00:00Z", date, 1)))
	return path
}

// supplied says which index supplies a pack in which version, or why none does.
func supplied(t testing.TB, s *registrysource.Source, spec, named string) string {
	t.Helper()
	loc := locator(t, spec)
	loc.Index = named
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	pins, err := s.Resolve(ctx, loc)
	candidates, candidatesErr := s.Candidates(ctx, pack.Want{Ref: loc.Ref(), Constraint: loc.Constraint, Index: named})
	if err != nil {
		if candidatesErr == nil {
			t.Errorf("%s: candidates %+v beside %v", spec, candidates, err)
		}
		return string(pack.CodeOf(err)) + ": " + err.Error()
	}
	if candidatesErr != nil || candidates[0].Pins[0].Via != pins[0].Via {
		t.Errorf("%s: candidates %+v, %v, pins %+v", spec, candidates, candidatesErr, pins)
	}
	return pins[0].Via.Index + " " + pins[0].Version.String()
}

// TestOrderOfIndices: the first index that lists a pack supplies it, in all versions.
func TestOrderOfIndices(t *testing.T) {
	t.Parallel()
	s := newSource(t, registrysource.Config{Indices: []registrysource.Index{
		index(t, "corp", "demo@1.0.0", "corp@1.0.0"),
		index(t, "team", "demo@2.0.0", "team@1.0.0"),
		index(t, "public", "demo@3.0.0", "public@1.0.0", "corp@9.0.0"),
	}})
	for _, tc := range []struct{ spec, named, want string }{
		{"demo", "", "corp 1.0.0"},
		{"demo", "team", "team 2.0.0"},
		{"demo@^2", "", "not_found: resolve"},
		{"team", "", "team 1.0.0"},
		{"public", "", "public 1.0.0"},
		{"corp", "", "corp 1.0.0"},
		{"corp", "team", `not_found: index "team": there is no pack "corp"`},
		{"publik", "", `not_found: indices "corp", "team", "public": there is no pack "publik": did you mean "public"?`},
		{"demo", "elsewhere", "policy_denied: "},
	} {
		if got := supplied(t, s, tc.spec, tc.named); !strings.HasPrefix(got, tc.want) {
			t.Errorf("%s from %q: got %s, want %s", tc.spec, tc.named, got, tc.want)
		}
	}
	refs, err := s.Refs(t.Context())
	if diff := cmp.Diff([]pack.Ref{"corp", "demo", "public", "team"}, refs); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

// claimingIndices has a private index behind a public one that lists its names, too.
func claimingIndices(t *testing.T) {
	t.Parallel()
	private := index(t, "private", "infra-db@1.0.0", "demo@1.0.0")
	private.Claims = []string{"infra-*", "secret"}
	s := newSource(t, registrysource.Config{Indices: []registrysource.Index{
		index(t, "public", "infra-db@99.0.0", "infra-new@99.0.0", "secret@1.0.0", "demo@2.0.0", "infra@1.0.0"), private,
	}})
	for _, tc := range []struct{ spec, named, want string }{
		{"infra-db", "", "private 1.0.0"},
		{"infra-db", "private", "private 1.0.0"},
		{"infra-db", "public", `policy_denied: find pack infra-db: index "private" claims it, so index "public" cannot supply it`},
		{"infra-new", "", `not_found: index "private", to which this name belongs: there is no pack "infra-new"`},
		{"secret", "", "not_found: "},
		{"demo", "", "public 2.0.0"},
		{"infra", "", "public 1.0.0"},
	} {
		if got := supplied(t, s, tc.spec, tc.named); !strings.HasPrefix(got, tc.want) {
			t.Errorf("%s from %q: got %s, want %s", tc.spec, tc.named, got, tc.want)
		}
	}
	matches, err := s.Search(t.Context(), "infra")
	if err != nil || len(matches) != 2 || matches[0].ID.Ref != "infra" || matches[1].Index != "private" {
		t.Errorf("got %+v, %v", matches, err)
	}
}

func strictIndices(t *testing.T) {
	t.Parallel()
	claimed := index(t, "b", "x@1.0.0", "both@1.0.0", "mine@1.0.0")
	claimed.Claims = []string{"mine"}
	s := newSource(t, registrysource.Config{Strict: true, Indices: []registrysource.Index{index(t, "a", "both@2.0.0", "mine@2.0.0", "y@1.0.0"), claimed}})
	for _, tc := range []struct{ spec, named, want string }{
		{"both", "", `policy_denied: find pack both: the indices "a" and "b" list it`},
		{"both", "b", "b 1.0.0"},
		{"mine", "", "b 1.0.0"},
		{"x", "", "b 1.0.0"},
		{"y", "", "a 1.0.0"},
	} {
		if got := supplied(t, s, tc.spec, tc.named); !strings.HasPrefix(got, tc.want) {
			t.Errorf("%s from %q: got %s, want %s", tc.spec, tc.named, got, tc.want)
		}
	}
}

// failingIndices: with one of three indices unusable, packs that belong to another one
// or are found before it are supplied, and all others are refused.
func failingIndices(t *testing.T) {
	t.Parallel()
	stale := registrysource.Index{URL: dated(t, "2020-01-01T00:00:00Z", "middle@1.0.0"), MaxAge: time.Hour, RefuseOld: true}
	stopped, stop := context.WithCancel(t.Context())
	defer stop()
	hanging := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-stopped.Done():
		}
	})
	broken := &indexServer{data: []byte("<html>login"), status: 0}
	for name, middle := range map[string]registrysource.Index{
		"missing":   {URL: filepath.Join(t.TempDir(), "missing.json")},
		"a page":    {URL: "https://index.example/i.json", Client: sending(recorded(broken))},
		"error 500": {URL: "https://index.example/i.json", Client: sending(recorded(&indexServer{status: 500}))},
		"error 404": {URL: "https://index.example/i.json", Client: sending(recorded(&indexServer{status: 404}))},
		"stale":     stale,
		"hanging":   {URL: hanging.URL, Client: local()},
	} {
		middle.Name = "middle"
		last := index(t, "last", "last@1.0.0", "pinned@1.0.0")
		last.Claims = []string{"pinned"}
		s := newSource(t, registrysource.Config{Indices: []registrysource.Index{index(t, "first", "first@1.0.0"), middle, last}})
		for spec, want := range map[string]string{"first": "first 1.0.0", "pinned": "last 1.0.0"} {
			if got := supplied(t, s, spec, ""); got != want {
				t.Errorf("%s: %s: got %s, want %s", name, spec, got, want)
			}
		}
		for _, spec := range []string{"middle", "last", "nowhere"} {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			_, err := s.Resolve(ctx, locator(t, spec))
			cancel()
			if err == nil || pack.CodeOf(err) == pack.CodeNotFound || !strings.Contains(err.Error(), `read index "middle": `) || !strings.Contains(err.Error(), "not asked in its place") {
				t.Errorf("%s: %s: got %v", name, spec, err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		status := s.Status(ctx)
		cancel()
		if len(status) != 3 || status[0].Err != nil || status[0].Packs != 1 || status[1].Err == nil || status[2].Err != nil || status[2].Claims[0] != "pinned" {
			t.Errorf("%s: status %+v", name, status)
		}
	}
}

// manyIndices asks each of 100 once.
func manyIndices(t *testing.T) {
	t.Parallel()
	var indices []registrysource.Index
	var servers []*indexServer
	for i := range 100 {
		server := &indexServer{data: indexOf(t, demo("1.0.0", m{"ref": fmt.Sprintf("p%d", i)}))}
		servers = append(servers, server)
		indices = append(indices, registrysource.Index{Name: fmt.Sprintf("i%d", i), URL: fmt.Sprintf("https://index.example/%d", i), Client: sending(recorded(server))})
	}
	s := newSource(t, registrysource.Config{Indices: indices})
	for range 3 {
		if got := supplied(t, s, "p99", ""); got != "i99 1.0.0" {
			t.Errorf("got %s", got)
		}
	}
	for i, server := range servers {
		if n := server.count(); n != 1 {
			t.Errorf("index %d: %d requests", i, n)
		}
	}
}

// TestIndicesAreDistinct: two indices with one name or one place are a mistake.
func TestIndicesAreDistinct(t *testing.T) {
	t.Parallel()
	one, other := index(t, "a", "demo@1.0.0"), index(t, "b")
	for _, indices := range [][]registrysource.Index{
		{one, {Name: "a", URL: other.URL}},
		{one, {Name: "b", URL: one.URL}},
		{one, {URL: ""}},
		{one, {Name: "b", URL: other.URL, Claims: []string{"A*"}}},
		{one, {Name: "b", URL: other.URL, Claims: []string{""}}},
		{one, {Name: "b", URL: other.URL, Claims: []string{"[a"}}},
	} {
		_, err := registrysource.New(registrysource.Config{Indices: indices})
		wantCode(t, err, pack.CodeInvalidRequest)
	}
}
