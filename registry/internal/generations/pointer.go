package generations

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack"
)

// Pointer returns the generation of ref that readers get, "" for none. A
// pointer that leads elsewhere is an error that matches [pack.ErrStore].
func (d *Disk) Pointer(ref pack.Ref) (string, error) {
	target, err := os.Readlink(d.Current(ref))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", pack.Errorf(pack.CodeStoreCorrupt, "%q is not a symlink created by Packtrain: %w; move it away", d.Current(ref), err)
	}
	name, ok := strings.CutPrefix(target, pointerPrefix(ref))
	name, ok2 := strings.CutSuffix(name, "/"+ContentName)
	if ok && ok2 && name == nowhere {
		return "", nil
	}
	if !ok || !ok2 || !isName(name) {
		return "", pack.Errorf(pack.CodeStoreCorrupt, "%q points to %q, which is not a generation of pack %s; move it away", d.Current(ref), target, ref)
	}
	return name, nil
}

// nowhere is what the pointer of a removed pack names instead of a generation, if the
// pointer could not be removed. It is not the name of one.
const nowhere = "none"

func pointerPrefix(ref pack.Ref) string { return "../" + packsDir + "/" + ref.String() + "/" }

// movePointer makes generation, or nothing when that is "", what readers get, in one step.
//
// A holder that has lost its locks must not move the pointer. Its links are dropped before
// the next holder makes its own, and after it has made a link, it checks whether it still
// holds them: a link made before is gone when it is renamed, one made afterwards is not
// renamed. Removing a file has no such condition, so a link that leads nowhere takes the
// place of the pointer if locks can be lost.
func (d *Disk) movePointer(ctx context.Context, lock Lock, ref pack.Ref, generation string) error {
	fence := lock.Fence()
	if generation == "" && fence == 0 {
		return d.do("remove pointer", func() error { return removeIfThere(d.Current(ref)) })
	}
	link, target := d.linkFile(ref, fence), pointerPrefix(ref)+cmp.Or(generation, nowhere)+"/"+ContentName
	err := d.do("create pointer", func() error {
		if err := d.dropLinks(ref, fence); err != nil {
			return err
		}
		return os.Symlink(target, link)
	})
	if err != nil {
		return err
	}
	if err := lock.Check(ctx); err != nil {
		return errors.Join(err, removeIfThere(link))
	}
	return d.do("move pointer", func() error { return os.Rename(link, d.Current(ref)) })
}

// dropLinks removes the links of ref that did not become pointers, made under the fence
// or an earlier one.
func (d *Disk) dropLinks(ref pack.Ref, fence int64) error {
	if fence == 0 {
		return removeIfThere(d.linkFile(ref, 0))
	}
	names, err := readNames(d.dir(journalDir))
	if err != nil {
		return err
	}
	for _, name := range names {
		of, isLink := strings.CutSuffix(name, pointerSuffix)
		of, made, _ := strings.Cut(of, ".")
		if !isLink || of != ref.String() || parseFence(made) > fence {
			continue
		}
		if err := removeIfThere(filepath.Join(d.dir(journalDir), name)); err != nil {
			return err
		}
	}
	return nil
}
