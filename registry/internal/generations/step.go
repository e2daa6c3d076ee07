package generations

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/fsx"
)

// A Fault is called before a step that changes the root or its records in files; its
// error replaces the step.
type Fault func(step string) error

type faultKey struct{}

// WithFault returns a context whose fault is the one of a root, or of records in files,
// that is opened with it. For tests, also those of other modules.
func WithFault(ctx context.Context, fault Fault) context.Context {
	return context.WithValue(ctx, faultKey{}, fault)
}

// FaultIn returns the fault of a context, nil for none.
func FaultIn(ctx context.Context) Fault {
	fault, _ := ctx.Value(faultKey{}).(Fault)
	return fault
}

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

// writeNew writes a file that is then renamed over another one. After a loss of power that
// interrupted an earlier renaming, both names may be links to one file, which must not be
// written to, and which renaming would leave with both names.
func writeNew(file string, data []byte) error {
	if err := removeIfThere(file); err != nil {
		return err
	}
	return fsx.WriteFile(file, data)
}

func removeIfThere(path string) error {
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
