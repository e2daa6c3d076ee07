package sourcetest

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"sync"
	"testing"

	"github.com/packtrain/pack"
)

// testContent checks that every alternative delivers exactly the expected content.
func testContent(t testing.TB, h Harness) {
	for _, pin := range h.resolve(t) {
		got, err := h.fetch(t.Context(), t, pin)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		for _, d := range differences(h.Want, os.DirFS(got.Dir)) {
			t.Errorf("%s %q: %s", pin.Scheme, pin.Location, d)
		}
		if got.TreeDigest != wantDigest(t, h) {
			t.Errorf("%s %q: the content has another digest", pin.Scheme, pin.Location)
		}
	}
}

func wantDigest(t testing.TB, h Harness) pack.Digest {
	t.Helper()
	want, err := pack.TreeDigest(h.Want)
	if err != nil {
		t.Fatal(err)
	}
	return want
}

func testDeterministic(t testing.TB, h Harness) {
	pin := h.resolve(t)[0]
	want := wantDigest(t, h)
	for range 3 {
		if got, err := h.fetch(t.Context(), t, pin); err != nil || got.TreeDigest != want {
			t.Errorf("fetched again: got %s, %v, want %s", got.TreeDigest, err, want)
		}
	}
}

// testPinIsStorable: a pin means the same after it was written to a lock file.
func testPinIsStorable(t testing.TB, h Harness) {
	pin := h.resolve(t)[0]
	text, err := json.Marshal(pin)
	if err != nil {
		t.Fatal(err)
	}
	var read pack.Pin
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(pin, read) {
		t.Errorf("the pin is %+v, and after a round trip through JSON %+v", pin, read)
	}
	if got, err := h.fetch(t.Context(), t, read); err != nil || got.TreeDigest != wantDigest(t, h) {
		t.Errorf("after a round trip through JSON: got %s, %v", got.TreeDigest, err)
	}
}

func testConcurrent(t testing.TB, h Harness) {
	const n = 8
	want := wantDigest(t, h)
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = resolveAndFetch(t, h, want) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			t.Errorf("one of %d at once: %v", n, err)
		}
	}
}

func resolveAndFetch(t testing.TB, h Harness, want pack.Digest) error {
	pins, err := h.mux.Resolve(t.Context(), h.Locator)
	if err != nil || len(pins) == 0 {
		return fmt.Errorf("got %d pins: %w", len(pins), err)
	}
	got, err := h.fetch(t.Context(), t, pins[0])
	if err == nil && got.TreeDigest != want {
		return fmt.Errorf("the content is %s, want %s", got.TreeDigest, want)
	}
	return err
}
