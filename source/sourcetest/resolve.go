package sourcetest

import (
	"errors"
	"net/url"
	"slices"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

func testSchemes(t testing.TB, h Harness) {
	first := slices.Clone(h.Source.Schemes())
	if len(first) == 0 {
		t.Fatal("serves no scheme")
	}
	if _, err := source.NewMux(h.Source); err != nil {
		t.Error(err)
	}
	clear(h.Source.Schemes())
	if again := h.Source.Schemes(); !slices.Equal(first, again) {
		t.Errorf("the schemes were %q, and are now %q", first, again)
	}
}

func testResolve(t testing.TB, h Harness) {
	for _, pin := range h.resolve(t) {
		if pin.Scheme == "" || pin.Location == "" {
			t.Errorf("the pin %+v has no scheme or location", pin)
		}
		if u, err := url.Parse(pin.Location); err == nil && u.User != nil {
			t.Error("the location of a pin has credentials in it")
		}
	}
}

func testMissing(t testing.TB, h Harness) {
	if h.Missing.Scheme == "" {
		t.Log("not checked: the harness has no Missing")
		return
	}
	pins, err := h.Source.Resolve(t.Context(), h.Missing)
	if !errors.Is(err, pack.ErrNotFound) || len(pins) > 0 {
		t.Errorf("resolve %v: got %d pins and %v, want pack.ErrNotFound", h.Missing, len(pins), err)
	}
}

func testVersions(t testing.TB, h Harness) {
	lister, ok := source.As[source.Lister](h.Source)
	if !ok {
		t.Log("not checked: the source is no source.Lister")
		return
	}
	pins, err := lister.Versions(t.Context(), h.Locator)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Log("not checked: the source has no versions to list")
		return
	}
	if err != nil || len(pins) == 0 {
		t.Errorf("versions of %v: got %d pins and %v", h.Locator, len(pins), err)
	}
	higherFirst := func(p, q pack.Pin) int { return q.Version.Compare(p.Version) }
	if !slices.IsSortedFunc(pins, higherFirst) {
		t.Errorf("versions of %v: not the highest first", h.Locator)
	}
	if h.Missing.Scheme == "" {
		return
	}
	if pins, err := lister.Versions(t.Context(), h.Missing); !errors.Is(err, pack.ErrNotFound) || len(pins) > 0 {
		t.Errorf("versions of %v: got %d pins and %v, want pack.ErrNotFound", h.Missing, len(pins), err)
	}
}

// testForeign: what a source does not serve is an error.
func testForeign(t testing.TB, h Harness) {
	loc := h.Locator
	for _, loc.Scheme = range []string{"", "sourcetest-foreign"} {
		if pins, err := h.Source.Resolve(t.Context(), loc); err == nil {
			t.Errorf("resolve %v: got %d pins for a foreign scheme", loc, len(pins))
		}
	}
	pin := h.resolve(t)[0]
	for _, pin.Scheme = range []string{"", "sourcetest-foreign"} {
		if err := h.Source.Fetch(t.Context(), pin, &stopSink{}); err == nil {
			t.Errorf("fetch: no error for the scheme %q", pin.Scheme)
		}
	}
}
