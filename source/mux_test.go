package source_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

func newMux(t *testing.T, sources ...source.Source) *source.Mux {
	t.Helper()
	m, err := source.NewMux(sources...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMuxAsksTheSourceOfTheScheme(t *testing.T) {
	t.Parallel()
	m := newMux(t, fakeSource{"one", []string{"https", "http"}}, fakeSource{"two", []string{"git"}})
	if diff := cmp.Diff([]string{"git", "http", "https"}, m.Schemes()); diff != "" {
		t.Errorf("schemes: -want +got\n%s", diff)
	}
	for scheme, want := range map[string]string{"https": "one", "http": "one", "git": "two"} {
		pins, err := m.Resolve(t.Context(), source.Locator{Scheme: scheme, Location: "x"})
		if err != nil || len(pins) != 1 || pins[0].Location != want+" resolves x" {
			t.Errorf("%s: got %v, %v", scheme, pins, err)
		}
		var got string
		sink := sinkFunc(func(e source.Entry) error { got = e.Name; return nil })
		err = m.Fetch(t.Context(), pack.Pin{Scheme: scheme, Location: "x"}, sink)
		if err != nil || got != want+" fetches x" {
			t.Errorf("%s: got %q, %v", scheme, got, err)
		}
	}
}

func TestMuxSaysWhichSchemesThereAre(t *testing.T) {
	t.Parallel()
	m := newMux(t, fakeSource{"one", []string{"local", "git"}})
	_, resolving := m.Resolve(t.Context(), source.Locator{Scheme: "s4"})
	_, listing := m.Versions(t.Context(), source.Locator{Scheme: "s4"})
	for _, err := range []error{resolving, listing, m.Fetch(t.Context(), pack.Pin{Scheme: "s4"}, nil)} {
		unknown, ok := errors.AsType[*source.UnknownSchemeError](err)
		if !ok || unknown.Scheme != "s4" || err.Error() != `unknown scheme "s4": have git, local` || pack.CodeOf(err) != pack.CodeInvalidRequest {
			t.Errorf("got %v", err)
		}
	}
	_, err := newMux(t).Resolve(t.Context(), source.Locator{Scheme: "git"})
	if err == nil || !strings.Contains(err.Error(), "there is no source") {
		t.Errorf("got %v", err)
	}
}

func TestMuxWithoutIndexSaysWhatANameNeeds(t *testing.T) {
	t.Parallel()
	loc, err := source.Parse("slack@^2")
	if err != nil {
		t.Fatal(err)
	}
	_, err = newMux(t, fakeSource{"one", []string{"git"}}).Resolve(t.Context(), loc)
	if err == nil || !strings.Contains(err.Error(), "registry index") || strings.Contains(err.Error(), "scheme") || pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("got %v", err)
	}
}

func TestMuxListsVersionsWhereItCan(t *testing.T) {
	t.Parallel()
	m := newMux(t,
		decorated{listingSource{fakeSource{"one", []string{"registry"}}}},
		fakeSource{"two", []string{"git"}})
	lister, ok := source.As[source.Lister](m)
	if !ok {
		t.Fatal("a Mux is no Lister")
	}
	pins, err := lister.Versions(t.Context(), source.Locator{Scheme: "registry", Location: "x"})
	if err != nil || len(pins) != 1 || pins[0].Location != "one lists x" {
		t.Errorf("got %v, %v", pins, err)
	}
	_, err = lister.Versions(t.Context(), source.Locator{Scheme: "git", Location: "x"})
	if !errors.Is(err, errors.ErrUnsupported) || pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("got %v", err)
	}
}

func TestNewMuxRefuses(t *testing.T) {
	t.Parallel()
	git := fakeSource{"git", []string{"git"}}
	tests := []struct {
		name    string
		sources []source.Source
		want    string
	}{
		{"scheme twice", []source.Source{git, git}, `number 2: scheme "git" is served by another source`},
		{"scheme twice in one", []source.Source{fakeSource{"x", []string{"mem", "mem"}}}, "another source"},
		{"no scheme", []source.Source{git, fakeSource{}}, "number 2: serves no scheme"},
		{"nil", []source.Source{nil}, "number 1 is nil"},
		{"empty scheme", []source.Source{fakeSource{"x", []string{""}}}, `scheme ""`},
		{"upper case", []source.Source{fakeSource{"x", []string{"Git"}}}, `scheme "Git"`},
		{"drive letter", []source.Source{fakeSource{"x", []string{"c"}}}, `scheme "c"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := source.NewMux(tt.sources...)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !errors.Is(err, pack.ErrInvalid) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
