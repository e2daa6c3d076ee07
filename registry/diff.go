package registry

import (
	"context"
	"io/fs"
	"maps"
	"slices"

	"github.com/packtrain/pack"
)

// A Diff says how two generations of a pack differ.
type Diff struct {
	Ref        pack.Ref         `json:"pack_ref"`
	From       GenerationID     `json:"from"`
	To         GenerationID     `json:"to"`
	Files      FileChanges      `json:"files"`
	Components ComponentChanges `json:"components"`
	// Environments are those that differ, ordered by runtime.
	Environments []EnvironmentChange `json:"environments"`
}

// FileChanges are paths relative to the pack, separated by "/" and ordered.
type FileChanges struct {
	Added   []string `json:"added"`
	Removed []string `json:"removed"`
	// Changed have other content, or became executable or lost that.
	Changed []string `json:"changed"`
}

// An EnvironmentChange is an environment of one runtime that differs.
type EnvironmentChange struct {
	Runtime pack.RuntimeName `json:"runtime"`
	// From and To are zero if the generation has none.
	From EnvironmentID `json:"from"`
	To   EnvironmentID `json:"to"`
}

// An EnvironmentID names an environment; see [pack.Environment].
type EnvironmentID struct {
	Key      string `json:"key"`
	Instance string `json:"instance"`
	Version  string `json:"version"`
}

// Diff implements [Historian].
func (s *Store) Diff(ctx context.Context, ref pack.Ref, from, to string) (*Diff, error) {
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	d, err := s.diff(ctx, ref, from, to)
	return d, s.explain(ctx, "compare generations of pack "+ref.String(), err)
}

func (s *Store) diff(ctx context.Context, ref pack.Ref, from, to string) (*Diff, error) {
	rec, err := s.config.Records.Pack(ctx, ref)
	if err != nil {
		return nil, err
	}
	before, after, err := s.ends(ctx, &rec, from, to)
	if err != nil {
		return nil, err
	}
	release, err := s.hold(ctx, ref, before.Name, after.Name)
	if err != nil {
		return nil, err
	}
	defer release()
	a, err := s.side(ref, before.Name)
	if err != nil {
		return nil, err
	}
	b, err := s.side(ref, after.Name)
	if err != nil {
		return nil, err
	}
	d := &Diff{
		Ref: ref, From: GenerationID{before.Name, before.Version}, To: GenerationID{after.Name, after.Version},
		Components: compareComponents(a, b), Environments: compareEnvironments(before.Environments, after.Environments),
	}
	if d.Files, err = compareFiles(a.files, b.files); err != nil {
		return nil, pack.Errorf(pack.CodeIO, "read files: %w", err)
	}
	return d, nil
}

// ends returns the generations to compare.
func (s *Store) ends(ctx context.Context, rec *Record, from, to string) (before, after *Generation, err error) {
	after = &rec.Active
	if to != "" {
		if after, err = s.kept(ctx, rec, to); err != nil {
			return nil, nil, err
		}
	}
	if from != "" {
		before, err = s.kept(ctx, rec, from)
		return before, after, err
	}
	before, err = s.earlier(ctx, rec)
	return before, after, err
}

// hold keeps the files of generations until they are released.
func (s *Store) hold(ctx context.Context, ref pack.Ref, names ...string) (release func(), err error) {
	var held []*Snapshot
	release = func() {
		for _, snapshot := range held {
			snapshot.Release()
		}
	}
	for _, name := range names {
		snapshot, err := s.SnapshotKept(ctx, ref, name)
		if err != nil {
			release()
			return nil, err
		}
		held = append(held, snapshot)
	}
	return release, nil
}

// compareFiles returns the files that differ between two trees.
func compareFiles(before, after fs.FS) (FileChanges, error) {
	c := FileChanges{Added: []string{}, Removed: []string{}, Changed: []string{}}
	old, err := executables(before)
	if err != nil {
		return c, err
	}
	next, err := executables(after)
	if err != nil {
		return c, err
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		executable, ok := next[name]
		switch {
		case !ok:
			c.Removed = append(c.Removed, name)
		case executable != old[name] || !sameFile(before, name, after, name):
			c.Changed = append(c.Changed, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(next)) {
		if _, ok := old[name]; !ok {
			c.Added = append(c.Added, name)
		}
	}
	return c, nil
}

// executables returns for each file of a tree whether it is executable.
func executables(tree fs.FS) (map[string]bool, error) {
	found := map[string]bool{}
	return found, fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		found[name] = info.Mode()&0o111 != 0
		return nil
	})
}

// compareEnvironments returns the environments that differ.
func compareEnvironments(before, after []pack.Environment) []EnvironmentChange {
	changes := map[pack.RuntimeName]EnvironmentChange{}
	id := func(e *pack.Environment) EnvironmentID { return EnvironmentID{e.Key, e.Instance, e.Version} }
	for i := range before {
		changes[before[i].Runtime] = EnvironmentChange{Runtime: before[i].Runtime, From: id(&before[i])}
	}
	for i := range after {
		c := changes[after[i].Runtime]
		c.Runtime, c.To = after[i].Runtime, id(&after[i])
		changes[c.Runtime] = c
	}
	differing := []EnvironmentChange{}
	for _, runtime := range slices.Sorted(maps.Keys(changes)) {
		if c := changes[runtime]; c.From != c.To {
			differing = append(differing, c)
		}
	}
	return differing
}
