package installer

import (
	"os"

	"github.com/packtrain/pack"
)

// known returns the known pack that one of the pins identifies.
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

// isIntact reports whether the files of k are unchanged since they were received,
// because they are used in place of the pin's content. The tree digest covers more
// than the checksum: which files are executable.
func isIntact(k pack.InstalledPack) bool {
	root, err := os.OpenRoot(k.Path)
	if err != nil {
		return false
	}
	defer func() { _ = root.Close() }() // it was only read
	if k.TreeDigest == "" {
		return pack.VerifyDirectory(root.FS(), k.DirectoryChecksum) == nil
	}
	tree, err := pack.TreeDigest(root.FS())
	return err == nil && tree == k.TreeDigest
}

func (it *item) useKnown(k pack.InstalledPack, pin pack.Pin) {
	completed := pin
	completed.TreeDigest, completed.Size = k.Pin.TreeDigest, k.Pin.Size
	if completed == k.Pin { // other pins of the content could deliver other executable bits
		pin = completed
	}
	it.ID, it.directoryChecksum, it.unchanged = k.ID, k.DirectoryChecksum, true
	it.content = &pack.Content{Dir: k.Path, ID: k.ID, Pin: pin, TreeDigest: k.TreeDigest, DirectoryChecksum: k.DirectoryChecksum, Followed: pack.Followed(k.Dependencies)}
}
