package registrysource_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/web"
)

// relativeEntry has an archive and a repository with the given URLs.
func relativeEntry(archive, repository string) m {
	a, g := archiveSource(), gitSource()
	a["url"], g["url"] = archive, repository
	return demo("1.0.0", m{"install_sources": list{a, g}})
}

// places returns the scheme and the location of each pin.
func places(t *testing.T, s *registrysource.Source) []string {
	t.Helper()
	pins, err := s.Resolve(t.Context(), locator(t, "demo"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range pins {
		got = append(got, p.Scheme+" "+p.Location)
	}
	return got
}

// URLs in an index on a server are relative to that of the index, and those in an
// index file to its directory.
func TestRelativeURLs(t *testing.T) {
	t.Parallel()
	for urls, want := range map[[2]string][2]string{
		{"demo.tar.gz", "demo.git"}:                   {"/mirror/demo.tar.gz", "/mirror/demo.git"},
		{"../a/demo.tar.gz", "./git/demo"}:            {"/a/demo.tar.gz", "/mirror/git/demo"},
		{"--x.tar.gz", "a%20b.git"}:                   {"/mirror/--x.tar.gz", "/mirror/a%20b.git"},
		{"https://other.example/x.zip", "../../../x"}: {"", "/x"},
	} {
		data := indexOf(t, relativeEntry(urls[0], urls[1]))
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Write(data) })
		got := places(t, newSource(t, registrysource.Config{Indices: one(srv.URL + "/mirror/index.json?token=secret"), Client: local()}))
		wantRemote := []string{"http " + srv.URL + want[0], "git " + srv.URL + want[1]}
		if want[0] == "" {
			wantRemote[0] = "https " + urls[0]
		}
		if diff := cmp.Diff(wantRemote, got); diff != "" {
			t.Errorf("%q (-want +got)\n%s", urls, diff)
		}
	}
	data := indexOf(t, relativeEntry("sub/a%20b.tar.gz", "a%20b/demo.git"))
	index := filepath.Join(t.TempDir(), "mirror", "index.json")
	if err := os.MkdirAll(filepath.Dir(index), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, index, data)
	dir := filepath.Dir(index)
	want := []string{"local " + filepath.Join(dir, "sub", "a b.tar.gz"), "git file://" + filepath.ToSlash(dir) + "/a%20b/demo.git"}
	if diff := cmp.Diff(want, places(t, newSource(t, registrysource.Config{Indices: one(index)}))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A relative URL cannot lead where the policy does not.
func TestRelativeURLsObeyThePolicy(t *testing.T) {
	t.Parallel()
	data := indexOf(t, relativeEntry("https://other.example/x.tar.gz", "demo.git"))
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Write(data) })
	var notes []string
	ctx := pack.WithNotes(t.Context(), func(_ context.Context, text string) { notes = append(notes, text) })
	policy := loopback()
	policy.Hosts = []string{"127.0.0.1"}
	client := must(web.New(pack.Network{Policy: policy}, nil))
	pins, err := newSource(t, registrysource.Config{Indices: one(srv.URL + "/index.json"), Client: client}).Resolve(ctx, locator(t, "demo"))
	if err != nil || len(pins) != 1 || pins[0].Scheme != "git" {
		t.Errorf("got %+v, %v", pins, err)
	}
	if len(notes) != 1 || !strings.Contains(notes[0], "demo@1.0.0: passed over: install source 1: ") {
		t.Errorf("got the notes %q", notes)
	}
}

// A URL without a scheme that names a host is neither whole nor relative (F09).
func TestURLsWithoutASchemeAreRefused(t *testing.T) {
	t.Parallel()
	var srv *httptest.Server
	srv = serve(t, func(w http.ResponseWriter, _ *http.Request) {
		host := strings.TrimPrefix(srv.URL, "http:")
		w.Write(indexOf(t, relativeEntry(host+"/x.tar.gz", host+"/x.git")))
	})
	_, err := newSource(t, registrysource.Config{Indices: one(srv.URL + "/index.json"), Client: local()}).Resolve(t.Context(), locator(t, "demo"))
	if pack.CodeOf(err) != pack.CodePolicyDenied || !strings.Contains(err.Error(), "without a scheme") {
		t.Errorf("got %v", err)
	}
}

// What is skipped is told to whatever asked.
func TestSkippedEntriesAreTold(t *testing.T) {
	t.Parallel()
	bad := demo("3.0.0", m{"install_sources": list{}})
	entries := list{demo("1.0.0", nil), demo("2.x", nil), bad}
	for range 12 {
		entries = append(entries, demo("x", nil))
	}
	s := fileSource(t, indexOf(t, entries...), registrysource.Config{})
	loc := locator(t, "demo")
	for name, ask := range map[string]func(ctx context.Context) error{
		"Resolve":  func(ctx context.Context) error { _, err := s.Resolve(ctx, loc); return err },
		"Versions": func(ctx context.Context) error { _, err := s.Versions(ctx, loc); return err },
	} {
		var notes []string
		ctx := pack.WithNotes(t.Context(), func(_ context.Context, text string) { notes = append(notes, text) })
		if err := ask(ctx); err != nil {
			t.Fatal(err)
		}
		all := strings.Join(notes, "\n")
		if len(notes) != 11 || !strings.Contains(all, `"2.x"`) || !strings.Contains(all, "demo@3.0.0: it has no install source") || !strings.Contains(all, "4 more entries of demo were skipped") {
			t.Errorf("%s: got the notes %q", name, notes)
		}
	}
	var unusable []string
	found, err := s.Candidates(t.Context(), pack.Want{Ref: "demo"})
	for _, c := range found {
		if c.Unusable != nil && (!c.Version.IsZero() || len(unusable) == 0) {
			unusable = append(unusable, fmt.Sprintf("%v: %v", c.Version, c.Unusable))
		}
	}
	all := strings.Join(unusable, "\n")
	if err != nil || len(found) != 15 || len(unusable) != 2 || !strings.Contains(all, `"2.x"`) || !strings.Contains(all, "demo@3.0.0: it has no install source") {
		t.Errorf("Candidates: got %d, %q, %v", len(found), unusable, err)
	}
}
