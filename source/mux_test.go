package source_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

func newMux(t *testing.T, sources ...source.Plugin) *source.Mux {
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
	for _, err := range []error{resolving, m.Fetch(t.Context(), pack.Pin{Scheme: "s4"}, nil)} {
		unknown, ok := errors.AsType[*source.UnknownSchemeError](err)
		if !ok || unknown.Scheme != "s4" || err.Error() != `unknown scheme "s4": have github, gitlab, git+https, git+file` || pack.CodeOf(err) != pack.CodeInvalidRequest {
			t.Errorf("got %v", err)
		}
	}
	_, meant := m.Resolve(t.Context(), source.Locator{Scheme: "githb"})
	if meant == nil || meant.Error() != `unknown scheme "githb": did you mean "github"?` {
		t.Errorf("got %v", meant)
	}
	_, err := newMux(t).Resolve(t.Context(), source.Locator{Scheme: "git"})
	if err == nil || !strings.Contains(err.Error(), "no source is configured") {
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

// TestMuxIsMadeOfHalves: what resolves a scheme and what fetches it may be two.
func TestMuxIsMadeOfHalves(t *testing.T) {
	t.Parallel()
	one, two := fakeSource{"one", []string{"git", "registry"}}, fakeSource{"two", []string{"git", "local"}}
	m := newMux(t, fakeResolver{one}, fakeFetcher{two})
	if diff := cmp.Diff([]string{"git", "local", "registry"}, m.Schemes()); diff != "" {
		t.Errorf("schemes: -want +got\n%s", diff)
	}
	pins, err := m.Resolve(t.Context(), source.Locator{Scheme: "git", Location: "x"})
	if err != nil || pins[0].Location != "one resolves x" {
		t.Errorf("got %v, %v", pins, err)
	}
	var got string
	sink := sinkFunc(func(e source.Entry) error { got = e.Name; return nil })
	if err := m.Fetch(t.Context(), pack.Pin{Scheme: "git", Location: "x"}, sink); err != nil || got != "two fetches x" {
		t.Errorf("got %q, %v", got, err)
	}
	_, resolving := m.Resolve(t.Context(), source.Locator{Scheme: "local"})
	fetching := m.Fetch(t.Context(), pack.Pin{Scheme: "registry"}, sink)
	for err, known := range map[error]string{resolving: "git registry", fetching: "git local"} {
		unknown, ok := errors.AsType[*source.UnknownSchemeError](err)
		if !ok || strings.Join(unknown.Known, " ") != known {
			t.Errorf("got %v, want one that knows %s", err, known)
		}
	}
}

// TestMuxOfMuxes takes a Mux of resolvers and fetchers apart, so that each keeps
// its role.
func TestMuxOfMuxes(t *testing.T) {
	t.Parallel()
	inner := newMux(t, fakeResolver{fakeSource{"index", []string{"registry"}}}, fakeSource{"inner", []string{"git"}})
	outer := newMux(t, inner, fakeFetcher{fakeSource{"cache", []string{"registry"}}})
	if diff := cmp.Diff([]string{"git", "registry"}, outer.Schemes()); diff != "" {
		t.Errorf("schemes: -want +got\n%s", diff)
	}
	if err := outer.Fetch(t.Context(), pack.Pin{Scheme: "registry"}, sinkFunc(func(source.Entry) error { return nil })); err != nil {
		t.Error(err)
	}
	for _, again := range []source.Plugin{fakeResolver{fakeSource{"x", []string{"registry"}}}, fakeFetcher{fakeSource{"x", []string{"git"}}}, inner} {
		if _, err := source.NewMux(inner, again); !errors.Is(err, pack.ErrInvalid) {
			t.Errorf("%T: got %v", again, err)
		}
	}
}

// TestMuxRefusesBeforeAsking counts the calls of what should not be asked.
func TestMuxRefusesBeforeAsking(t *testing.T) {
	t.Parallel()
	calls := 0
	m := newMux(t, countingSource{fakeSource{"one", []string{"git"}}, &calls})
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err1 := m.Resolve(cancelled, source.Locator{Scheme: "git"})
	_, err2 := m.Resolve(t.Context(), source.Locator{})
	err3 := m.Fetch(cancelled, pack.Pin{Scheme: "git"}, nil)
	err4 := m.Fetch(t.Context(), pack.Pin{Scheme: "Git"}, nil)
	if !errors.Is(err1, context.Canceled) || err2 == nil || !errors.Is(err3, context.Canceled) || err4 == nil || calls != 0 {
		t.Errorf("got %v, %v, %v, %v after %d calls", err1, err2, err3, err4, calls)
	}
}

func TestMuxEscapesErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain \"text\" é":         "plain \"text\" é",
		"a\x1b[2J\r\nb":            `a\x1b[2J\r\nb`,
		"\xff\ufffd\u202e":         `\xff\ufffd\u202e`,
		"quoted already: \\x1b \\": `quoted already: \x1b \`,
	} {
		cause := pack.Errorf(pack.CodeNotFound, "%s", text)
		m := newMux(t, failingSource{fakeSource{"one", []string{"git"}}, cause})
		_, err := m.Resolve(t.Context(), source.Locator{Scheme: "git"})
		for _, err := range []error{err, m.Fetch(t.Context(), pack.Pin{Scheme: "git"}, nil)} {
			if err == nil || err.Error() != want || !errors.Is(err, cause) || pack.CodeOf(err) != pack.CodeNotFound {
				t.Errorf("%q: got %v, want %s", text, err, want)
			}
		}
	}
}

func TestNewMuxRefuses(t *testing.T) {
	t.Parallel()
	git := fakeSource{"git", []string{"git"}}
	tests := []struct {
		name    string
		sources []source.Plugin
		want    string
	}{
		{"scheme twice", []source.Plugin{git, git}, `number 2: scheme "git" is already resolved by another source`},
		{"fetched twice", []source.Plugin{git, fakeFetcher{git}}, `number 2: scheme "git" is already fetched by another source`},
		{"neither", []source.Plugin{git, word{}}, "number 2: source_test.word is neither a Resolver nor a Fetcher"},
		{"scheme twice in one", []source.Plugin{fakeSource{"x", []string{"mem", "mem"}}}, "another source"},
		{"no scheme", []source.Plugin{git, fakeSource{}}, "number 2: serves no scheme"},
		{"nil", []source.Plugin{nil}, "number 1: it is nil"},
		{"empty scheme", []source.Plugin{fakeSource{"x", []string{""}}}, `scheme ""`},
		{"upper case", []source.Plugin{fakeSource{"x", []string{"Git"}}}, `scheme "Git"`},
		{"drive letter", []source.Plugin{fakeSource{"x", []string{"c"}}}, `scheme "c"`},
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
