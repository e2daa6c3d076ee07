package generations

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/filelock"
	"github.com/packtrain/pack/internal/os/fsx"
)

// unlockedAge is how long the files of a removed generation are kept if locks cannot
// say whether a reader uses them.
const unlockedAge = 24 * time.Hour

// A Lease keeps the files of a generation as long as it is held. The system ends it
// when its process dies. The zero value holds nothing.
type Lease struct {
	file  *os.File
	local bool // whether only this host respects it
}

// Held reports whether l keeps the files. If it does not, because several hosts share the
// root, the file system has no locks or the generation has no file for them, they are kept
// for a day after their removal.
func (l Lease) Held() bool { return l.file != nil && !l.local }

// Release ends the lease.
func (l Lease) Release() {
	if l.file != nil {
		_ = l.file.Close() // it was only read
	}
}

// Lease takes a lease of a generation. It needs no permission to write. The caller has
// to check afterwards that the generation is still recorded: only then the lease keeps
// it. ok is false while the files are being discarded. Missing files are an error that
// matches [fs.ErrNotExist].
func (d *Disk) Lease(ref pack.Ref, name string) (l Lease, ok bool, err error) {
	file, err := os.Open(filepath.Join(d.Generation(ref, name), leaseName))
	if errors.Is(err, fs.ErrNotExist) {
		_, err = os.Stat(d.Content(ref, name))
		return Lease{}, err == nil, err
	}
	if err != nil {
		return Lease{}, false, err
	}
	ok, err = filelock.TryOpenShared(file)
	if ok && err == nil {
		return Lease{file, d.config.Locks != nil}, true, nil
	}
	_ = file.Close()
	if errors.Is(err, errors.ErrUnsupported) {
		return Lease{}, true, nil
	}
	return Lease{}, false, err
}

// vacate discards the generations of a removed pack. Those that readers use remain,
// marked as removed, for [Disk.Collect]. lock holds the lock of ref; generations that were
// made after it was lost are left.
func (d *Disk) vacate(ctx context.Context, lock Lock, ref pack.Ref) error {
	names, err := readNames(d.pack(ref))
	if err != nil {
		return err
	}
	for _, name := range names {
		if fenceOf(name) > lock.Fence() {
			continue
		}
		if err := d.vacateOne(ctx, d.Generation(ref, name)); err != nil {
			return err
		}
	}
	return d.dropEmpty(ref)
}

// Vacate discards generations of ref that are not active and not recorded any more. Those
// that readers use remain, marked as removed, for [Disk.Collect]. lock holds the lock of
// ref; generations that were made after it was lost are left.
func (d *Disk) Vacate(ctx context.Context, lock Lock, ref pack.Ref, names []string) error {
	for _, name := range names {
		if fenceOf(name) > lock.Fence() {
			continue
		}
		if err := d.vacateOne(ctx, d.Generation(ref, name)); err != nil {
			return err
		}
	}
	return nil
}

func (d *Disk) vacateOne(ctx context.Context, dir string) error {
	if isMarked(dir) {
		return nil
	}
	gone, err := d.discardUnused(dir, false)
	if err != nil || gone {
		return err
	}
	// The mark stays true: the name of the generation is not used again.
	now, err := d.locks.Now(ctx)
	if err != nil {
		return err
	}
	mark := filepath.Join(dir, removedName)
	if err := d.do("mark removed generation", func() error { return fsx.WriteFile(mark, formatMark(now)) }); err != nil {
		return err
	}
	if err := d.sync("sync mark", mark); err != nil {
		return err
	}
	return d.syncDir("sync removed generation", dir)
}

// discardUnused discards a generation unless a reader uses it. If locks cannot say that,
// expired decides.
func (d *Disk) discardUnused(dir string, expired bool) (gone bool, err error) {
	file, err := os.OpenFile(filepath.Join(dir, leaseName), os.O_RDWR, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if !isDir(filepath.Join(dir, ContentName)) { // not a generation
			expired = true
		}
	case err != nil:
		return false, pack.Errorf(pack.CodeIO, "open lease: %w", err)
	default:
		defer func() { _ = file.Close() }() // which unlocks it
		ok, err := filelock.TryOpen(file)
		if !errors.Is(err, errors.ErrUnsupported) {
			if err != nil || !ok {
				return false, err
			}
			expired = expired || d.config.Locks == nil // else a reader may be on another host
		}
	}
	switch {
	case expired:
		return true, d.discard(dir)
	case d.config.Locks == nil:
		d.config.Logger.Warn("file locks cannot say whether a reader uses a removed generation; it is kept for a day", "directory", dir)
	}
	return false, nil
}

// Collect discards the files of removed generations that no reader uses any more. It
// does not wait: packs that are being changed, and generations in use, are left for a
// later call. It asks stop before each pack. It continues after errors and returns them.
func (d *Disk) Collect(ctx context.Context, now time.Time, stop func() bool) error {
	shared, err := d.locks.Now(ctx)
	if err != nil {
		return err
	}
	if !shared.IsZero() {
		now = shared
	}
	packs, err := readNames(d.dir(packsDir))
	if err != nil {
		return err
	}
	var failed []error
	for _, name := range packs {
		if stop() {
			break
		}
		if ref, err := pack.ParseRef(name); err == nil {
			failed = append(failed, d.collect(ctx, ref, now))
		}
	}
	return errors.Join(failed...)
}

func (d *Disk) collect(ctx context.Context, ref pack.Ref, now time.Time) error {
	names, err := readNames(d.pack(ref))
	if err != nil {
		return err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !isMarked(d.Generation(ref, name)) })
	if len(names) == 0 {
		return nil
	}
	lock, ok, err := d.locks.Try(ctx, ref.String())
	if err != nil || !ok {
		return err
	}
	defer lock.Release()
	for _, name := range names {
		dir := d.Generation(ref, name)
		removed, err := readMark(filepath.Join(dir, removedName))
		if err != nil {
			continue // another process was faster
		}
		if _, err := d.discardUnused(dir, now.Sub(removed) >= unlockedAge); err != nil {
			return err
		}
	}
	return d.dropEmpty(ref)
}

// dropEmpty removes the directory of ref if it has no generations. The caller holds the
// lock of ref.
func (d *Disk) dropEmpty(ref pack.Ref) error {
	names, err := readNames(d.pack(ref))
	if err != nil || len(names) > 0 {
		return err
	}
	return d.do("remove directory of pack", func() error { return removeIfThere(d.pack(ref)) })
}

// readNames returns the names in dir, none if it does not exist.
func readNames(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, pack.Errorf(pack.CodeIO, "list generations: %w", err)
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, nil
}

// formatMark returns the content of the mark of a generation that was removed at that time
// by the clock of all hosts. The zero time is left to the file system.
func formatMark(now time.Time) []byte {
	if now.IsZero() {
		return nil
	}
	return []byte(now.UTC().Format(time.RFC3339))
}

// readMark returns the time at which a generation was removed.
func readMark(mark string) (time.Time, error) {
	info, err := os.Lstat(mark)
	if err != nil {
		return time.Time{}, err
	}
	data, err := os.ReadFile(mark)
	if err != nil {
		return time.Time{}, err
	}
	if t, err := time.Parse(time.RFC3339, string(data)); err == nil {
		return t, nil
	}
	return info.ModTime(), nil
}

// isMarked reports whether the generation in dir was removed.
func isMarked(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, removedName))
	return err == nil
}

func isDir(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir()
}
