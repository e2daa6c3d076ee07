package pack_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/packtrain/pack"
)

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

func TestLoadManifestOnly(t *testing.T) {
	t.Parallel()
	fsys := mapFS(map[string]string{"pack.yaml": minimal + "unknown: 1\n", "actions/a.yaml": "ref: ["})
	p, err := pack.Load(fsys, &pack.LoadOptions{ManifestOnly: true})
	if err != nil || len(p.Components) != 0 || len(p.Findings.Errors()) != 0 {
		t.Errorf("got %v, %v", p, err)
	}
	if p.Manifest.Ref != "demo" || len(p.Findings) != 1 {
		t.Errorf("got manifest %+v with findings %v", p.Manifest, p.Findings)
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
