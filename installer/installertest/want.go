package installertest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/go-cmp/cmp"
)

func equal[T comparable](what string, got, want T) error {
	if got != want {
		return fmt.Errorf("%s: got %v, want %v", what, got, want)
	}
	return nil
}

var errNone = errors.New("none")

func orNone(err error) error {
	if err == nil {
		return errNone
	}
	return err
}

// checkContent checks that the pack with the given ref has the content of the
// sample.
func (b *bench) checkContent(ref, sample string) error {
	want, got := map[string]string{}, map[string]string{}
	for name, f := range b.packs[sample] {
		want[name] = string(f.Data)
	}
	dir := filepath.Join(b.dest, ref)
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		got[name] = string(data)
		return err
	})
	if d := cmp.Diff(want, got); d != "" || err != nil {
		return fmt.Errorf("content of %s (-want +got)\n%s(%w)", ref, d, orNone(err))
	}
	return nil
}
