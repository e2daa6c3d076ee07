package registry

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/fsx"
)

// The directories of a root.
const (
	packsDir   = "packs"
	currentDir = "current"
	stagingDir = "staging"
	journalDir = "journal"
	locksDir   = "locks"
	trashDir   = "trash"
)

// What lies in the directory of a generation.
const (
	contentName  = "pack"
	metadataName = "metadata.json"
	pythonLink   = "venv"
	nodeLink     = "node_modules"
)

// A disk is the root directory of a Store. Whatever changes it is one step of
// [disk.do], and a process may die before each.
type disk struct {
	root string
	// fault, when not nil, is asked before each step; an error takes the
	// step's place.
	fault func(step string) error
	// unsynced leaves it to the system when changes become durable: for tests
	// that cut no power.
	unsynced bool
}

func (d *disk) dir(name string) string                   { return filepath.Join(d.root, name) }
func (d *disk) pack(ref pack.Ref) string                 { return filepath.Join(d.root, packsDir, ref.String()) }
func (d *disk) generation(ref pack.Ref, g string) string { return filepath.Join(d.pack(ref), g) }
func (d *disk) content(ref pack.Ref, g string) string {
	return filepath.Join(d.generation(ref, g), contentName)
}

func (d *disk) current(ref pack.Ref) string {
	return filepath.Join(d.root, currentDir, ref.String())
}

func (d *disk) lockFile(ref pack.Ref) string {
	return filepath.Join(d.root, locksDir, ref.String()+".lock")
}

// do performs one step and says in its error which one it was.
func (d *disk) do(step string, fn func() error) error {
	err := d.fail(step)
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

func (d *disk) fail(step string) error {
	if d.fault == nil {
		return nil
	}
	return d.fault(step)
}

// sync is a step that makes files and directories durable.
func (d *disk) sync(step string, paths ...string) error {
	return d.do(step, func() error {
		if d.unsynced {
			return nil
		}
		return fsx.Sync(paths...)
	})
}

// syncDir is a step that makes the names in a directory durable.
func (d *disk) syncDir(step, dir string) error {
	return d.do(step, func() error {
		if d.unsynced {
			return nil
		}
		return fsx.SyncDir(dir)
	})
}

// prepare makes the directories that are missing and refuses those that are
// not what they should be: what others could write to, or a link into
// somewhere else.
func (d *disk) prepare() error {
	if err := os.MkdirAll(d.root, 0o755); err != nil {
		return pack.Errorf(pack.CodeIO, "create root: %w", err)
	}
	if err := checkDir(d.root); err != nil {
		return err
	}
	for _, name := range []string{packsDir, currentDir, stagingDir, journalDir, locksDir, trashDir} {
		if err := mkdir(d.dir(name)); err != nil && !errors.Is(err, fs.ErrExist) {
			return pack.Errorf(pack.CodeIO, "create directory in root: %w", err)
		}
		if err := checkDir(d.dir(name)); err != nil {
			return err
		}
	}
	return nil
}

// mkdir creates a directory that others may read, whatever the umask.
func mkdir(dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	return os.Chmod(dir, 0o755)
}

func checkDir(dir string) error {
	info, err := os.Lstat(dir)
	switch {
	case err != nil:
		return pack.Errorf(pack.CodeIO, "check root: %w", err)
	case info.Mode()&fs.ModeSymlink != 0:
		return pack.Errorf(pack.CodeStoreCorrupt, "%q is a symbolic link; give the directory itself", dir)
	case !info.IsDir():
		return pack.Errorf(pack.CodeStoreCorrupt, "%q is no directory; move it away", dir)
	case info.Mode().Perm()&0o002 != 0:
		return pack.Errorf(pack.CodeStoreCorrupt, "%q can be written by everybody; take that right away", dir)
	}
	return nil
}

// pointer returns the generation that readers get, "" for none.
func (d *disk) pointer(ref pack.Ref) (string, error) {
	target, err := os.Readlink(d.current(ref))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", pack.Errorf(pack.CodeStoreCorrupt, "%q is no link of ours: %w; move it away", d.current(ref), err)
	}
	name, ok := strings.CutPrefix(target, pointerTarget(ref, ""))
	name, ok2 := strings.CutSuffix(name, "/"+contentName)
	if !ok || !ok2 || !isGenerationName(name) {
		return "", pack.Errorf(pack.CodeStoreCorrupt, "%q points to %q, which is no generation of pack %s; move it away", d.current(ref), target, ref)
	}
	return name, nil
}

// pointerTarget is what current/<ref> points to, up to the name of the
// generation when that is "".
func pointerTarget(ref pack.Ref, generation string) string {
	prefix := "../" + packsDir + "/" + ref.String() + "/"
	if generation == "" {
		return prefix
	}
	return prefix + generation + "/" + contentName
}

// A generation's name tells its number, and the beginning of its tree digest.
func generationName(number int, tree pack.Digest) string {
	_, hex, _ := strings.Cut(tree.String(), ":")
	return fmt.Sprintf("%06d-%s", number, hex[:12])
}

// generationNumber returns the number in a generation's name, 0 for a name that
// is none.
func generationNumber(name string) int {
	var number int
	var digest string
	if n, err := fmt.Sscanf(name, "%d-%s", &number, &digest); n != 2 || err != nil {
		return 0
	}
	return number
}

func isGenerationName(name string) bool {
	return generationNumber(name) > 0 && !strings.ContainsAny(name, `/\`)
}

// lastNumber returns the highest number among the generations of ref that are
// on disk.
func (d *disk) lastNumber(ref pack.Ref) (int, error) {
	entries, err := os.ReadDir(d.pack(ref))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, pack.Errorf(pack.CodeIO, "list generations: %w", err)
	}
	last := 0
	for _, e := range entries {
		last = max(last, generationNumber(e.Name()))
	}
	return last, nil
}
