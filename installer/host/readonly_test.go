package host_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/registry"
)

// TestOpenReadOnly lists the packs of a root, with the settings of the host.
func TestOpenReadOnly(t *testing.T) {
	t.Parallel()
	c := host.Config{Root: filepath.Join(t.TempDir(), "root")}
	if _, err := host.OpenReadOnly(t.Context(), c); !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("missing root: got %v", err)
	}
	writing := openHost(t, c)
	path := write(t, demo("demo").with("pack.yaml", "dependencies: [core]\n"))
	_, err := writing.Registrar.Register(t.Context(), registry.Request{Paths: []string{path}, SkipValidation: true})
	must(t, err)
	for _, provided := range [][]pack.Provided{nil, {{Ref: "core"}}} {
		c.Provided = provided
		h, err := host.OpenReadOnly(t.Context(), c)
		must(t, err)
		listed, err := h.Store.List(t.Context())
		if err != nil || len(listed) != 1 || len(listed[0].Unmet) != 1-len(provided) {
			t.Errorf("provided %v: got %+v, %v", provided, listed, err)
		}
		if err := h.Store.Remove(t.Context(), "demo", nil); !errors.Is(err, pack.ErrInvalid) {
			t.Errorf("remove: got %v", err)
		}
		if h.Runner == nil || len(h.Environ()) == 0 {
			t.Error("actions cannot run")
		}
		must(t, h.Close())
	}
}
