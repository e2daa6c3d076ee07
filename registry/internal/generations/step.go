package generations

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/fsx"
)

// do performs one step and names it in the error.
func (d *Disk) do(step string, fn func() error) error {
	err := d.fault(step)
	if err == nil {
		err = fn()
	}
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[pack.Coder](err); ok {
		return fmt.Errorf("%s: %w", step, err)
	}
	return pack.Errorf(pack.CodeIO, "%s: %w", step, err)
}

func (d *Disk) fault(step string) error {
	if d.config.Fault == nil {
		return nil
	}
	return d.config.Fault(step)
}

// sync is a step that makes files and directories durable.
func (d *Disk) sync(step string, paths ...string) error {
	return d.do(step, func() error {
		if d.config.Unsynced {
			return nil
		}
		return fsx.Sync(paths...)
	})
}

// syncDir is a step that makes the names in a directory durable.
func (d *Disk) syncDir(step, dir string) error {
	return d.do(step, func() error {
		if d.config.Unsynced {
			return nil
		}
		return fsx.SyncDir(dir)
	})
}

func removeIfThere(path string) error {
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
