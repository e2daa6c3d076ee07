package generations

import (
	"errors"
	"io/fs"
	"os"
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
	if !ok || !ok2 || !isName(name) {
		return "", pack.Errorf(pack.CodeStoreCorrupt, "%q points to %q, which is not a generation of pack %s; move it away", d.Current(ref), target, ref)
	}
	return name, nil
}

func pointerPrefix(ref pack.Ref) string { return "../" + packsDir + "/" + ref.String() + "/" }

// movePointer makes generation, or nothing when that is "", what readers get,
// in one step. The name of the new link is the same when it is repeated, so that
// a dead process leaves none that is not used again.
func (d *Disk) movePointer(ref pack.Ref, generation string) error {
	if generation == "" {
		return d.do("remove pointer", func() error { return removeIfThere(d.Current(ref)) })
	}
	link := d.linkFile(ref)
	target := pointerPrefix(ref) + generation + "/" + ContentName
	err := d.do("create pointer", func() error {
		if err := removeIfThere(link); err != nil {
			return err
		}
		return os.Symlink(target, link)
	})
	if err != nil {
		return err
	}
	return d.do("move pointer", func() error { return os.Rename(link, d.Current(ref)) })
}
