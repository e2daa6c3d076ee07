package generations_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/generations"
)

func TestNextName(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		onDisk []string
		known  []string
		want   string
	}{
		{"first", nil, nil, "000001-0123456789ab"},
		{"after those on disk", []string{"000007-abc", "000002-abc"}, []string{"000003-abc"}, "000008-0123456789ab"},
		{"after those known", []string{"000007-abc"}, []string{"000012-abc"}, "000013-0123456789ab"},
		{"other names", []string{"x", "000009", "-5-a"}, []string{"", "y-000009"}, "000001-0123456789ab"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			d := s.mustOpen(t)
			for _, name := range tt.onDisk {
				if err := os.MkdirAll(d.Generation("demo", name), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := d.NextName(noLock{}, "demo", digest, tt.known...); got != tt.want || err != nil {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	links := newScene(t).mustOpen(t).LinksTo([]pack.Environment{
		{Runtime: pack.RuntimePython, Path: "/envs/python/k"}, {Runtime: pack.RuntimeNode}, {Runtime: "cobol", Path: "/x"},
	})
	if diff := cmp.Diff(generations.Links{"venv": "/envs/python/k"}, links); diff != "" {
		t.Fatalf("(-want +got)\n%s", diff)
	}
	tests := []struct {
		name   string
		change func(dir string) error
		want   string
	}{
		{"as it was", func(string) error { return nil }, ""},
		{"removed", func(dir string) error { return os.Remove(filepath.Join(dir, "venv")) }, "venv"},
		{"replaced", func(dir string) error { return replaceLink(filepath.Join(dir, "venv"), "/elsewhere") }, "venv"},
		{"added", func(dir string) error { return os.Mkdir(filepath.Join(dir, "node_modules"), 0o755) }, "node_modules"},
		{"hidden", func(dir string) error { return os.Mkdir(filepath.Join(dir, ".x"), 0o755) }, ".x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.Mkdir(filepath.Join(dir, generations.ContentName), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := newScene(t).mustOpen(t).Link(dir, links); err != nil {
				t.Fatal(err)
			}
			if err := tt.change(dir); err != nil {
				t.Fatal(err)
			}
			if got, err := links.Changed(dir); got != tt.want || err != nil {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

func replaceLink(name, target string) error {
	if err := os.Remove(name); err != nil {
		return err
	}
	return os.Symlink(target, name)
}
