package generations

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/fsx"
)

// publish renames the directory staged to its place as a generation of ref.
// Nothing points to it yet.
func (d *Disk) publish(staged string, ref pack.Ref, generation string) error {
	isNew := false
	err := d.do("create directory of pack", func() error {
		err := fsx.Mkdir(d.pack(ref))
		if errors.Is(err, fs.ErrExist) {
			return checkDir(d.pack(ref))
		}
		isNew = true
		return err
	})
	if err == nil && isNew {
		err = d.syncDir("sync packs", d.dir(packsDir))
	}
	if err != nil {
		return err
	}
	if err := d.do("publish generation", func() error { return os.Rename(staged, d.Generation(ref, generation)) }); err != nil {
		return err
	}
	return d.syncDir("sync generations", d.pack(ref))
}

// writeMetadata describes the generation that is staged in dir, and adds the file that
// its readers lock.
func (d *Disk) writeMetadata(dir string, metadata []byte) error {
	if err := d.do("write metadata", func() error { return writeReadable(filepath.Join(dir, metadataName), metadata) }); err != nil {
		return err
	}
	return d.do("write lease", func() error { return writeReadable(filepath.Join(dir, leaseName), nil) })
}

// writeReadable writes a file that others may read, regardless of the umask.
func writeReadable(file string, data []byte) error {
	if err := os.WriteFile(file, data, 0o644); err != nil {
		return err
	}
	return os.Chmod(file, 0o644)
}

// Metadata returns the metadata written when the generation was published. Unreadable
// metadata are an error that matches [pack.ErrStore].
func (d *Disk) Metadata(ref pack.Ref, generation string) ([]byte, error) {
	data, err := os.ReadFile(d.metadataFile(ref, generation))
	if err != nil {
		return nil, pack.Errorf(pack.CodeStoreCorrupt, "read generation %s of pack %s: %w", generation, ref, err)
	}
	return data, nil
}
