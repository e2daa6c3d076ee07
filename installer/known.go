package installer

import (
	"io/fs"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// known returns the known pack that one of the pins identifies, and its files as they are
// verified, nil if they cannot be sealed.
func (j *job) known(pins []pack.Pin) (pack.InstalledPack, pack.Pin, fs.FS, bool) {
	for _, pin := range pins {
		for _, k := range j.req.Known {
			if !k.Pin.SameContent(pin) {
				continue
			}
			if files, ok := intact(k); ok {
				return k, pin, files, true
			}
		}
	}
	return pack.InstalledPack{}, pack.Pin{}, nil, false
}

// intact reports whether the files of k are unchanged since they were received,
// because they are used in place of the pin's content, and returns them for later stages,
// which then need not read them all again. The tree digest covers more than the checksum:
// which files are executable.
func intact(k pack.InstalledPack) (files fs.FS, ok bool) {
	dir, err := filepath.EvalSymlinks(k.Path) // it may lead elsewhere during the request
	if err != nil {
		return nil, false
	}
	if k.TreeDigest != "" {
		files, err = source.Seal(dir, k.TreeDigest)
		return files, err == nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, false
	}
	defer func() { _ = root.Close() }() // it was only read
	return nil, pack.VerifyDirectory(root.FS(), k.DirectoryChecksum) == nil
}

func (it *item) useKnown(k pack.InstalledPack, pin pack.Pin, files fs.FS) {
	completed := pin
	completed.TreeDigest, completed.Size = k.Pin.TreeDigest, k.Pin.Size
	if completed == k.Pin { // other pins of the content could deliver other executable bits
		pin = completed
	}
	it.ID, it.directoryChecksum, it.unchanged = k.ID, k.DirectoryChecksum, true
	it.content = &pack.Content{FS: files, Dir: k.Path, ID: k.ID, Pin: pin, TreeDigest: k.TreeDigest, DirectoryChecksum: k.DirectoryChecksum, Followed: pack.Followed(k.Dependencies)}
}
