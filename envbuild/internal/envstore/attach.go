package envstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// Attach remembers that envs were built for the content with digest tree.
// Environments of other runtimes that were attached before stay so.
func (s *Store) Attach(ctx context.Context, tree pack.Digest, envs []pack.Environment) error {
	file, err := s.attachedFile(tree)
	if err != nil {
		return err
	}
	release, err := s.lock(ctx, "attached")
	if err != nil {
		return err
	}
	defer release()
	var before []pack.Environment
	_ = readJSON(file, &before) // none yet, or none that can be read: nothing to keep
	all := slices.Clone(envs)
	for i := range all {
		all[i].Distributions = nil // they are in the environment's record
	}
	for _, e := range before {
		if !slices.ContainsFunc(envs, func(n pack.Environment) bool { return n.Runtime == e.Runtime }) {
			all = append(all, e)
		}
	}
	if reflect.DeepEqual(all, before) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return s.writeJSON(file, all)
}

// Attached returns the environments that were built for the content with
// digest tree and still exist, as they were built.
func (s *Store) Attached(tree pack.Digest) ([]pack.Environment, error) {
	file, err := s.attachedFile(tree)
	if err != nil {
		return nil, err
	}
	envs := []pack.Environment{}
	if err := readJSON(file, &envs); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, pack.Errorf(pack.CodeStoreCorrupt, "read which environments belong to %s: %w", tree, err)
	}
	return slices.DeleteFunc(envs, func(e pack.Environment) bool { return !s.isUsable(e) }), nil
}

func (s *Store) attachedFile(tree pack.Digest) (string, error) {
	d, err := pack.ParseDigest(tree.String())
	if err != nil {
		return "", fmt.Errorf("tree digest: %w", err)
	}
	return filepath.Join(s.Dir, "attached", strings.TrimPrefix(d.String(), "sha256:")+".json"), nil
}
