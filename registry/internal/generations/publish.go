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

// describe adds the files that describe the generation which m stages, and the file that
// its readers lock.
func (d *Disk) describe(m *Move) error {
	if m.Components != "" {
		err := d.do("move components", func() error { return os.Rename(m.Components, filepath.Join(m.Staged, componentsName)) })
		if err != nil {
			return err
		}
	}
	if err := d.do("write metadata", func() error { return fsx.WriteFile(filepath.Join(m.Staged, metadataName), m.Metadata) }); err != nil {
		return err
	}
	return d.do("write lease", func() error { return fsx.WriteFile(filepath.Join(m.Staged, leaseName), nil) })
}

// WriteComponents keeps the encoded components of the generation that is staged in a
// directory of s, in a file beside that directory: its tests cannot be expected to leave
// what is inside alone.
func (s *Staging) WriteComponents(staged string, data []byte) (file string, err error) {
	file = staged + componentsSuffix
	return file, s.disk.do("write components", func() error { return fsx.WriteFile(file, data) })
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

// Components returns what was written by [Staging.WriteComponents] for a generation, nil
// if nothing was. A file that cannot be read is an error that matches [pack.ErrStore].
func (d *Disk) Components(ref pack.Ref, generation string) ([]byte, error) {
	data, err := os.ReadFile(d.componentsFile(ref, generation))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, pack.Errorf(pack.CodeStoreCorrupt, "read components of generation %s of pack %s: %w", generation, ref, err)
	}
	return data, nil
}
