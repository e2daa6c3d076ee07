package sourcetest

import (
	"errors"
	"net/url"
	"slices"
	"testing"

	"github.com/packtrain/pack"
)

func testSchemes(t testing.TB, h Harness) {
	first := slices.Clone(h.Source.Schemes())
	if len(first) == 0 {
		t.Fatal("serves no scheme")
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
	pins, err := h.mux.Resolve(t.Context(), h.Missing)
	if !errors.Is(err, pack.ErrNotFound) || len(pins) > 0 {
		t.Errorf("resolve %v: got %d pins and %v, want pack.ErrNotFound", h.Missing, len(pins), err)
	}
}
