package registry

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/packtrain/pack"
)

// movableRecords store the paths of environments in the root relative to it, so that the
// root may be moved. Their users get absolute paths.
type movableRecords struct {
	Records

	root string
}

// Apply implements [Writer].
func (m movableRecords) Apply(ctx context.Context, op Operation) ([]Record, error) {
	op.Activate = slices.Clone(op.Activate)
	for i := range op.Activate {
		op.Activate[i].Generation.Environments = toRoot(m.root, op.Activate[i].Generation.Environments)
	}
	records, err := m.Records.Apply(ctx, op)
	m.place(records)
	return records, err
}

// Pack implements [PackReader].
func (m movableRecords) Pack(ctx context.Context, ref pack.Ref) (Record, error) {
	rec, err := m.Records.Pack(ctx, ref)
	rec.Active.Environments = fromRoot(m.root, rec.Active.Environments)
	return rec, err
}

// Packs implements [PackReader].
func (m movableRecords) Packs(ctx context.Context) ([]Record, error) {
	records, err := m.Records.Packs(ctx)
	m.place(records)
	return records, err
}

// Generations implements [ContentReader].
func (m movableRecords) Generations(ctx context.Context, ref pack.Ref) ([]Generation, error) {
	all, err := m.Records.Generations(ctx, ref)
	for i := range all {
		all[i].Environments = fromRoot(m.root, all[i].Environments)
	}
	return all, err
}

func (m movableRecords) place(records []Record) {
	for i := range records {
		records[i].Active.Environments = fromRoot(m.root, records[i].Active.Environments)
	}
}

// toRoot returns environments with paths relative to root where they lie in it.
func toRoot(root string, envs []pack.Environment) []pack.Environment {
	return withPaths(envs, func(path string) string {
		if rel, err := filepath.Rel(root, path); filepath.IsAbs(path) && err == nil && filepath.IsLocal(rel) {
			return filepath.ToSlash(rel)
		}
		return path
	})
}

// fromRoot reverses toRoot.
func fromRoot(root string, envs []pack.Environment) []pack.Environment {
	return withPaths(envs, func(path string) string {
		if path == "" || filepath.IsAbs(path) {
			return path
		}
		return filepath.Join(root, filepath.FromSlash(path))
	})
}

func withPaths(envs []pack.Environment, change func(string) string) []pack.Environment {
	envs = slices.Clone(envs)
	for i := range envs {
		envs[i].Path, envs[i].Interpreter = change(envs[i].Path), change(envs[i].Interpreter)
	}
	return envs
}
