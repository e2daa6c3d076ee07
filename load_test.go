package pack_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
)

// loadableDirs of the corpus hold packs that load, with the shape they have.
var loadableDirs = map[string]pack.Shape{
	"attune":              pack.ShapeNative,
	"attune-upstream":     pack.ShapeNative,
	"stackstorm-exchange": pack.ShapeStackStorm,
	"third-party":         pack.ShapeStackStorm,
	"stackstorm-core":     pack.ShapeStackStorm,
}

func TestLoadCorpus(t *testing.T) {
	t.Parallel()
	root := corpusDir(t)
	for _, want := range corpusPacks(t) {
		shape, ok := loadableDirs[filepath.Dir(want.Dir)]
		if !ok {
			continue
		}
		t.Run(want.Dir, func(t *testing.T) {
			t.Parallel()
			p, err := pack.Load(os.DirFS(filepath.Join(root, want.Dir)), &pack.LoadOptions{Shape: shape})
			if err != nil {
				t.Fatal(err)
			}
			if id := p.Manifest.ID().String(); id != want.EffectiveRef+"@"+want.Version {
				t.Errorf("got %s, want %s@%s", id, want.EffectiveRef, want.Version)
			}
			if diff := cmp.Diff(want.Components, p.Count()); diff != "" {
				t.Errorf("components (-want +got):\n%s", diff)
			}
		})
	}
}

const minimal = "ref: demo\nversion: 1.0.0\nlabel: Demo\ndescription: A demo.\n"

func TestLoadMinimal(t *testing.T) {
	t.Parallel()
	p, err := pack.Load(mapFS(map[string]string{"pack.yaml": minimal}), nil)
	if err != nil || len(p.Findings) != 0 || len(p.Components) != 0 {
		t.Errorf("got %v, %v", p, err)
	}
	if got := p.Manifest.ID().String(); got != "demo@1.0.0" {
		t.Errorf("got %s", got)
	}
}

func TestLoadRefusesPacksWithoutIdentity(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, manifest string
		code           pack.Code
		want           string
	}{
		{"no file", "", pack.CodeInvalidManifest, "there is no pack.yaml"},
		{"no mapping", "- ref: demo\n", pack.CodeInvalidManifest, "pack.yaml:1"},
		{"no ref", "version: 1.0.0\n", pack.CodeInvalidManifest, "manifest.no_ref"},
		{"bad ref", "ref: a/b\nversion: 1.0.0\n", pack.CodeInvalidRef, "pack.yaml:1"},
		{"bad version", "ref: demo\nversion: 1.10\n", pack.CodeInvalidVersion, "write 1.10.0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{"README.md": ""}
			if tt.manifest != "" {
				files["pack.yaml"] = tt.manifest
			}
			p, err := pack.Load(mapFS(files), nil)
			if p == nil || pack.CodeOf(err) != tt.code || !errors.Is(err, pack.ErrInvalid) {
				t.Fatalf("got %v, %v, want code %s", p, err, tt.code)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
