package gitsource_test

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/gittest"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/gitsource"
	"github.com/packtrain/pack/source/web"
)

// files is a sink that keeps all entries, of any type.
type files map[string]source.Entry

func (f files) Put(_ context.Context, e source.Entry, content io.Reader) error {
	if content != nil {
		data, err := io.ReadAll(content)
		if err != nil {
			return err
		}
		e.Link = string(data)
	}
	f[e.Name] = e
	return nil
}

// names lists the entries that are not directories.
func (f files) names() []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if !f[name].Mode.IsDir() {
			names = append(names, name)
		}
	}
	return names
}

func (f files) content(name string) string { return f[name].Link }

// samplePack is the content of most repositories here.
func samplePack() fstest.MapFS {
	return fstest.MapFS{
		"pack.yaml":          {Data: []byte("ref: sample\nversion: 1.0.0\n")},
		"actions/hello.yaml": {Data: []byte("name: hello\n")},
		"actions/hello.sh":   {Data: []byte("#!/bin/sh\necho hello\n"), Mode: 0o755},
		"docs/a/b.md":        {Data: []byte("text\r\n")},
	}
}

// serve serves one repository and returns its URL and the server.
func serve(t testing.TB, repo *gittest.Repo, faults ...gittest.Fault) (string, *gittest.Server) {
	t.Helper()
	srv := gittest.NewServer(t, map[string]*gittest.Repo{"sample.git": repo}, faults...)
	return srv.URL + "/sample.git", srv
}

func newSource(t testing.TB) *gitsource.Source {
	t.Helper()
	return must(gitsource.New(local(), &gitsource.Options{Scratch: t.TempDir()}))
}

// local is a client of the servers of package gittest.
func local() *web.Client { return clientFor(pack.Network{Policy: gittest.Policy()}) }

// clientFor is a client that may do what network says.
func clientFor(network pack.Network) *web.Client { return must(web.New(network, nil)) }

func resolve(t testing.TB, s source.Source, url, rev string) (pack.Pin, error) {
	t.Helper()
	pins, err := s.Resolve(t.Context(), source.Locator{Scheme: source.SchemeGit, Location: url, Rev: rev})
	if err != nil {
		return pack.Pin{}, err
	}
	if len(pins) != 1 {
		t.Fatalf("got %d pins, want 1", len(pins))
	}
	return pins[0], nil
}

// fetch fetches a commit, or "" for the default branch.
func fetch(t testing.TB, s source.Source, url, commit string) (files, error) {
	t.Helper()
	got := files{}
	err := s.Fetch(t.Context(), pack.Pin{Scheme: source.SchemeGit, Location: url, Commit: commit}, got)
	return got, err
}

func wantCode(t testing.TB, err error, want pack.Code) {
	t.Helper()
	if got := pack.CodeOf(err); got != want {
		t.Errorf("got code %q (error %v), want %q", got, err, want)
	}
	if err == nil {
		return
	}
	text := err.Error()
	if len(text) > 2000 {
		t.Errorf("error of %d bytes: %.300q...", len(text), text)
	}
	if strings.ContainsFunc(text, unicode.IsControl) {
		t.Errorf("error has control characters: %q", text)
	}
}

// failing is a sink that fails at one entry, or calls a function there.
type failing struct {
	after, calls int
	err          error
	then         func()
}

func (f *failing) Put(context.Context, source.Entry, io.Reader) error {
	if f.calls++; f.calls != f.after {
		return nil
	}
	if f.then != nil {
		f.then()
	}
	return f.err
}

// must returns v of a constructor that cannot fail here.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
