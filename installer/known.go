package installer

import (
	"os"

	"github.com/packtrain/pack"
)

// known returns the pack on hand that one of the pins stands for.
func (j *job) known(pins []pack.Pin) (pack.InstalledPack, pack.Pin, bool) {
	for _, pin := range pins {
		for _, k := range j.req.Known {
			if k.Pin.SameContent(pin) && isIntact(k) {
				return k, pin, true
			}
		}
	}
	return pack.InstalledPack{}, pack.Pin{}, false
}

// isIntact reports whether the files of k are what they were when it came: they
// are handed on in the name of the pin. The tree digest tells more than the
// checksum: which files are executable.
func isIntact(k pack.InstalledPack) bool {
	root, err := os.OpenRoot(k.Path)
	if err != nil {
		return false
	}
	defer func() { _ = root.Close() }() // it was only read
	if k.Tree == "" {
		return pack.VerifyDirectory(root.FS(), k.Directory) == nil
	}
	tree, err := pack.TreeDigest(root.FS())
	return err == nil && tree == k.Tree
}

func (it *item) useKnown(k pack.InstalledPack, pin pack.Pin) {
	it.got.Path, it.got.Checksum, it.got.Unchanged = k.Path, k.Directory, true
	it.got.Ref, it.got.Version, it.got.Tree = k.Ref, k.Version, k.Tree
	it.setPin(pin)
}
