package registry

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
)

// publish moves the directory staged to its place as a generation of ref.
// Nothing points to it yet.
func (d *disk) publish(staged string, ref pack.Ref, generation string) error {
	isNew := false
	err := d.do("create directory of pack", func() error {
		err := mkdir(d.pack(ref))
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
	if err := d.do("publish generation", func() error { return os.Rename(staged, d.generation(ref, generation)) }); err != nil {
		return err
	}
	return d.syncDir("sync generations", d.pack(ref))
}

// movePointer makes readers get generation, or nothing when that is "", from
// one moment to the next. The new link is made in scratch.
func (d *disk) movePointer(scratch string, ref pack.Ref, generation string) error {
	if generation == "" {
		if err := d.do("remove pointer", func() error { return removeIfThere(d.current(ref)) }); err != nil {
			return err
		}
		return d.syncPointers()
	}
	link := filepath.Join(scratch, "pointer-"+newID())
	if err := d.do("create pointer", func() error { return os.Symlink(pointerTarget(ref, generation), link) }); err != nil {
		return err
	}
	if err := d.do("move pointer", func() error { return os.Rename(link, d.current(ref)) }); err != nil {
		return err
	}
	return d.syncPointers()
}

func (d *disk) syncPointers() error {
	return d.syncDir("sync pointers", d.dir(currentDir))
}

func removeIfThere(path string) error {
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// writeMetadata describes the generation that is staged in dir.
func (d *disk) writeMetadata(dir string, a *Activation) error {
	data, err := json.Marshal(a)
	if err != nil {
		return pack.Errorf(pack.CodeInvalidManifest, "encode metadata of pack %s: %w", a.Ref, err)
	}
	return d.do("write metadata", func() error { return os.WriteFile(filepath.Join(dir, metadataName), data, 0o644) })
}

// readMetadata returns what [disk.writeMetadata] wrote of a generation.
func (d *disk) readMetadata(ref pack.Ref, generation string) (*Activation, error) {
	data, err := os.ReadFile(filepath.Join(d.generation(ref, generation), metadataName))
	if err != nil {
		return nil, pack.Errorf(pack.CodeStoreCorrupt, "read generation %s of pack %s: %w", generation, ref, err)
	}
	a, err := decode[Activation](data)
	if err != nil || a.Ref != ref || a.Generation.Name != generation {
		return nil, pack.Errorf(pack.CodeStoreCorrupt, "metadata of generation %s of pack %s is damaged; register the pack again", generation, ref)
	}
	return &a, nil
}
