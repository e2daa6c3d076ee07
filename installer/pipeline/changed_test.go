package pipeline_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/installer/internal/worldtest"
	"github.com/packtrain/pack/installer/pipeline"
)

// TestContentChangedAfterVerifying changes a pack, as a program that building an
// environment runs could, between its download and its registration. It
// is not activated, and what was active stays.
func TestContentChangedAfterVerifying(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"after download", "before analysis", "after analysis", "before build", "after build", "before registration"} {
		for name, sub := range map[string]string{"at the root": ".", "in pack": "pack"} {
			t.Run(call+", "+name, func(t *testing.T) {
				t.Parallel()
				testChanged(t, call, sub)
			})
		}
	}
}

func testChanged(t *testing.T, call, sub string) {
	t.Helper()
	h := newRealHouse(t, "web@1.0.0:")
	upgrade := fstest.MapFS{}
	for name, f := range worldtest.Files("web@2.0.0", "data", "verified") {
		upgrade[filepath.ToSlash(filepath.Join(sub, name))] = f
	}
	h.Add("upgrade", upgrade)
	if _, err := h.pipeline.Install(t.Context(), pipeline.Request{Specs: []string{"web"}}); err != nil {
		t.Fatal(err)
	}
	changed := 0
	hooks := hooked{Config: h.config, hook: func(c string) error {
		if c != call {
			return nil
		}
		found, err := filepath.Glob(filepath.Join(h.root, "staging", "*", "web", sub, "data"))
		for _, f := range found {
			changed++
			err = errors.Join(err, os.WriteFile(f, []byte("changed"), 0o600))
		}
		return err
	}}
	rep, err := hooks.compose(t).Install(t.Context(), pipeline.Request{Specs: []string{"test:upgrade"}})
	if changed != 1 {
		t.Fatalf("%d files were changed", changed)
	}
	if diff := cmp.Diff([]string{"test:upgrade failed from 1.0.0 at registration: content_changed"}, outcomes(rep)); diff != "" {
		t.Errorf("outcomes (-want +got)\n%s\n%v", diff, err)
	}
	if diff := cmp.Diff([]string{"web@1.0.0"}, h.state(t)); diff != "" {
		t.Errorf("installed (-want +got)\n%s", diff)
	}
	if _, err := os.Stat(filepath.Join(h.root, "current", "web", "data")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
