package sourcetest

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/packtrain/pack/source"
)

// testHostile: the source or the tree refuses hostile content; none of it is
// left out or renamed.
func testHostile(t testing.TB, h Harness) {
	if len(h.Hostile) == 0 {
		t.Log("not checked: the harness has nothing Hostile")
		return
	}
	for _, loc := range h.Hostile {
		pins, err := h.mux.Resolve(t.Context(), loc)
		if err != nil {
			continue
		}
		for _, pin := range pins {
			if got, err := h.fetch(t.Context(), t, pin); err == nil {
				t.Errorf("%v: took hostile content, of which %d files arrived", loc, got.Files)
			}
		}
	}
}

// testNothingOutside: a source writes to the sink alone.
func testNothingOutside(t testing.TB, h Harness) {
	dirs := append([]string{"."}, h.Dirs...)
	before := snapshots(t, dirs)
	sink := &stopSink{}
	if err := h.mux.Fetch(t.Context(), h.resolve(t)[0], sink); err != nil {
		t.Fatal(err)
	}
	failing := &stopSink{after: func(int) error { return errSink }}
	if err := h.mux.Fetch(t.Context(), h.resolve(t)[0], failing); err == nil {
		t.Error("the sink failed, and nothing was said")
	}
	for i, after := range snapshots(t, dirs) {
		if after != before[i] {
			t.Errorf("the directory %q has changed", dirs[i])
		}
	}
}

func snapshots(t testing.TB, dirs []string) []string {
	t.Helper()
	list := make([]string, len(dirs))
	for i, dir := range dirs {
		var err error
		if list[i], err = snapshot(os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// snapshot describes the files of a directory, without reading them.
func snapshot(fsys fs.FS) (string, error) {
	var b strings.Builder
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(&b, "%q %v %d %v\n", name, info.Mode(), info.Size(), info.ModTime())
		return err
	})
	return b.String(), err
}

// testSecrets checks all pins and errors of a source.
func testSecrets(t testing.TB, h Harness) {
	if len(h.Secrets) == 0 {
		t.Log("not checked: the harness has no Secrets")
		return
	}
	for _, said := range h.sayings(t) {
		for _, secret := range h.Secrets {
			if strings.Contains(said, secret) {
				t.Errorf("credentials turn up in %q", strings.ReplaceAll(said, secret, "<secret>"))
			}
		}
	}
}

// sayings collects pins and errors.
func (h Harness) sayings(t testing.TB) []string {
	t.Helper()
	pins := h.resolve(t)
	text, err := json.Marshal(pins)
	if err != nil {
		t.Fatal(err)
	}
	said := []string{string(text), fmt.Sprintf("%+v", pins)}
	note := func(err error) { said = append(said, fmt.Sprintf("%v %+v", err, err)) }

	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, pin := range pins {
		note(h.mux.Fetch(cancelled, pin, &stopSink{}))
		note(h.mux.Fetch(t.Context(), pin, &stopSink{after: func(int) error { return errSink }}))
	}
	for _, loc := range append([]source.Locator{h.Missing}, h.Hostile...) {
		_, err := h.mux.Resolve(t.Context(), loc)
		note(err)
	}
	return said
}
