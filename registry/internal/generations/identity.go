package generations

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/packtrain/pack"
)

// format is the version of the layout and of what the files in it hold.
const format = 1

// An identity is what the file "format" of a root holds.
type identity struct {
	Format int    `json:"format"`
	Root   string `json:"root"`
}

// Identity returns the ID of the root, "" while it has none. A root of a newer
// format is an error that matches [pack.ErrStore].
func (d *Disk) Identity() (id string, err error) { return IdentityAt(d.root) }

// IdentityAt is [Disk.Identity] of the root at a path.
func IdentityAt(root string) (id string, err error) {
	file := filepath.Join(root, formatName)
	data, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", pack.Errorf(pack.CodeIO, "read format of root: %w", err)
	}
	var in identity
	err = json.Unmarshal(data, &in)
	switch {
	case err == nil && in.Format > format:
		return "", pack.Errorf(pack.CodeStoreCorrupt, "root has format %d, this release supports formats up to %d: use a newer release", in.Format, format)
	case err != nil || in.Format < 1 || in.Root == "":
		return "", pack.Errorf(pack.CodeStoreCorrupt, "%q is damaged: restore it from a backup, or remove it", file)
	}
	return in.Root, nil
}

// SetIdentity gives the root its ID. The caller holds the lock of
// [Disk.LockIdentity].
func (d *Disk) SetIdentity(id string) error {
	data, err := json.Marshal(identity{Format: format, Root: id})
	if err != nil {
		return err
	}
	file := filepath.Join(d.dir(locksDir), formatName)
	if err := d.do("write format", func() error { return writeNew(file, append(data, '\n')) }); err != nil {
		return err
	}
	if err := d.sync("sync format", file); err != nil {
		return err
	}
	if err := d.do("publish format", func() error { return os.Rename(file, d.dir(formatName)) }); err != nil {
		return err
	}
	return d.syncDir("sync root", d.root)
}

// LockIdentity excludes others that give the root its ID. The name of the lock
// is not a valid ref.
func (d *Disk) LockIdentity(ctx context.Context) (release func(), err error) {
	waiting, cancel := context.WithTimeout(ctx, d.config.LockTimeout)
	defer cancel()
	lock, err := d.locks.Acquire(waiting, []string{"." + formatName}, nil)
	if err != nil {
		return nil, fmt.Errorf("wait for root: %w", errors.Join(ctx.Err(), err))
	}
	return lock.Release, nil
}

// Pointers returns the packs that readers get, ordered by ref.
func (d *Disk) Pointers() ([]pack.Ref, error) {
	entries, err := os.ReadDir(d.dir(currentDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, pack.Errorf(pack.CodeIO, "list packs: %w", err)
	}
	var refs []pack.Ref
	for _, e := range entries {
		if ref, err := pack.ParseRef(e.Name()); err == nil {
			refs = append(refs, ref)
		}
	}
	return refs, nil
}

// Published returns the packs that readers get, except those that are being
// changed.
func (d *Disk) Published() ([]pack.Ref, error) {
	refs, err := d.Pointers()
	if err != nil {
		return nil, err
	}
	moves, err := d.moves() // after the pointers: a change that ended in between is recorded by now
	return slices.DeleteFunc(refs, func(ref pack.Ref) bool {
		return slices.ContainsFunc(moves, func(m intentMove) bool { return m.Ref == ref })
	}), err
}

// Generations returns the names of the generations of ref on disk, the oldest
// first, without those that operations in progress have published, and those that were
// removed.
func (d *Disk) Generations(ref pack.Ref) ([]string, error) {
	entries, err := os.ReadDir(d.pack(ref))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, pack.Errorf(pack.CodeIO, "list generations: %w", err)
	}
	moves, err := d.moves()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		published := func(m intentMove) bool { return m.New && m.Ref == ref && m.To == e.Name() }
		if isName(e.Name()) && !isMarked(d.Generation(ref, e.Name())) && !slices.ContainsFunc(moves, published) {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, func(a, b string) int { return number(a) - number(b) })
	return names, nil
}

// moves returns the changes in the journal. Entries that cannot be understood
// are left out.
func (d *Disk) moves() ([]intentMove, error) {
	ids, err := d.intents()
	if err != nil {
		return nil, err
	}
	var moves []intentMove
	for _, id := range ids {
		if in, err := d.readIntent(id); err == nil && in != nil {
			moves = append(moves, in.Moves...)
		}
	}
	return moves, nil
}
