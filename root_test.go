package pack_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
)

func TestRoot(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		files []string
		want  string
		err   []string // texts of the error
	}{
		{"at the root", []string{"pack.yaml", "actions/pack.yaml"}, ".", nil},
		{"in pack", []string{"pack/pack.yaml", "README.md"}, "pack", nil},
		{"both", []string{"pack.yaml", "pack/pack.yaml"}, "", []string{"ambiguous", "pack.yaml", "pack/pack.yaml"}},
		{"none", []string{"README.md"}, "", []string{"no pack.yaml at the root or in pack/"}},
		{"pack is a file", []string{"pack"}, "", []string{"no pack.yaml"}},
		{"other case", []string{"PACK.YAML"}, "", []string{`found "PACK.YAML": rename it to pack.yaml`}},
		{"other extension", []string{"pack.yml"}, "", []string{`found "pack.yml": rename it to pack.yaml`}},
		{"other extension, too deep", []string{"a/pack.yml"}, "", []string{`found "a/pack.yml": rename it to pack.yaml`}},
		{"too deep", []string{"a/b/pack.yaml", "c/pack.yaml", "x/y/z/pack.yaml"}, "", []string{`found "a/b/pack.yaml", "c/pack.yaml"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fsys := fstest.MapFS{}
			for _, f := range tt.files {
				fsys[f] = &fstest.MapFile{}
			}
			got, err := pack.Root(fsys)
			if got != tt.want || (err != nil) != (tt.err != nil) {
				t.Fatalf("got %q, %v, want %q", got, err, tt.want)
			}
			for _, text := range tt.err {
				if !strings.Contains(err.Error(), text) || pack.CodeOf(err) != pack.CodeInvalidManifest {
					t.Errorf("got %v, want %q", err, text)
				}
			}
		})
	}
}

func TestRootListsFewNearMisses(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{}
	for c := 'a'; c <= 'z'; c++ {
		fsys[string(c)+"/pack.yaml"] = &fstest.MapFile{}
	}
	_, err := pack.Root(fsys)
	if n := strings.Count(err.Error(), "/pack.yaml\""); n != 10 {
		t.Errorf("%d files listed in %v", n, err)
	}
}

func TestRootTellsAnUnreadableTree(t *testing.T) {
	t.Parallel()
	if dir, err := pack.Root(brokenFS{}); !errors.Is(err, errNoDisk) {
		t.Errorf("got %q, %v, want %v", dir, err, errNoDisk)
	}
}

var errNoDisk = errors.New("no disk")

type brokenFS struct{}

func (brokenFS) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: errNoDisk}
}
