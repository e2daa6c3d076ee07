package gitsource

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/packtrain/pack/internal/os/roots"
)

// RefNames returns the full names in a list of branches and tags.
func RefNames(r io.Reader) ([]string, error) {
	list, err := readRefs(r)
	if err != nil {
		return nil, err
	}
	return slices.Collect(maps.Keys(list.names)), nil
}

// LocalRefNames returns the full names that a repository in dir has, which is
// made of the files packed-refs and HEAD.
func LocalRefNames(ctx context.Context, dir, packed, head string) ([]string, error) {
	for name, text := range map[string]string{"packed-refs": packed, "HEAD": head} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "objects"), 0o700), os.Mkdir(filepath.Join(dir, "refs"), 0o700)); err != nil {
		return nil, err
	}
	l, err := openLocal(roots.Allowed{Dirs: []string{dir}}, dir, Limits{}.withDefaults())
	if err != nil {
		return nil, err
	}
	list, err := l.list(ctx)
	if err = errors.Join(err, l.close()); err != nil {
		return nil, err
	}
	return slices.Collect(maps.Keys(list.names)), nil
}
