package crashtest

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A fileSystem is one that roots lie on.
type fileSystem struct {
	name    string
	size    int64
	make    []string // the program that makes it in a file
	options string   // of mounting
	// scanning is held while the kernel looks for the devices of btrfs, or forgets them.
	scanning *sync.Mutex
}

func fileSystems() []fileSystem {
	return []fileSystem{
		{"ext4", 8 << 20, []string{"mkfs.ext4", "-q", "-F"}, "nodiscard", &sync.Mutex{}},
		{"btrfs", 128 << 20, []string{"mkfs.btrfs", "-q", "-f"}, "nodiscard", &sync.Mutex{}},
		{"xfs", 300 << 20, []string{"mkfs.xfs", "-q", "-f"}, "nodiscard,nouuid", &sync.Mutex{}},
	}
}

// unavailable skips a test that cannot run here.
func unavailable(t *testing.T, format string, args ...any) {
	t.Helper()
	t.Skipf("power cuts need the right to mount: "+format, args...)
}

// requireTools fails in CI when programs are missing, and skips elsewhere.
func requireTools(t *testing.T) {
	t.Helper()
	for _, tool := range []string{"mkfs.ext4", "mkfs.btrfs", "mkfs.xfs", "btrfs", "losetup", "mount", "umount"} {
		_, err := exec.LookPath(tool)
		switch {
		case err == nil:
		case os.Getenv("CI") != "":
			t.Fatalf("%s is missing: install e2fsprogs, btrfs-progs, xfsprogs and mount", tool)
		default:
			t.Skipf("%s is missing: install e2fsprogs, btrfs-progs, xfsprogs and mount", tool)
		}
	}
	if os.Geteuid() != 0 {
		unavailable(t, "run it as root")
	}
}

func command(t *testing.T, name string, args ...string) (string, error) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		err = errors.Join(err, errors.New(name+" "+strings.Join(args, " ")+": "+string(out)))
	}
	return strings.TrimSpace(string(out)), err
}

// create makes the file system in a new file.
func (f fileSystem) create(t *testing.T, file string) {
	t.Helper()
	err := os.WriteFile(file, nil, 0o600)
	if err == nil {
		err = os.Truncate(file, f.size)
	}
	if err == nil {
		_, err = command(t, f.make[0], append(f.make[1:], file)...)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// blockSize is the size of what a disk writes wholly or not at all.
const blockSize = 4096

// blocks are the contents of a device, without those that are zero from the beginning.
type blocks map[int64][]byte

func readBlocks(file string) (blocks, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // read only
	found, zero := blocks{}, make([]byte, blockSize)
	for n := int64(0); ; n++ {
		block := make([]byte, blockSize)
		_, err := io.ReadFull(f, block)
		switch {
		case errors.Is(err, io.EOF):
			return found, nil
		case err != nil:
			return nil, err
		case !bytes.Equal(block, zero):
			found[n] = block
		}
	}
}

// write applies a write, in new blocks.
func (b blocks) write(e event) {
	for data, at := e.data, e.offset; len(data) > 0; {
		block, n := make([]byte, blockSize), at/blockSize
		copy(block, b[n])
		written := copy(block[at%blockSize:], data)
		b[n] = block
		data, at = data[written:], at+int64(written)
	}
}

// save writes the blocks to a new file.
func (b blocks) save(file string, size int64) (err error) {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := f.Truncate(size); err != nil {
		return err
	}
	for _, n := range slices.Sorted(maps.Keys(b)) {
		if _, err := f.WriteAt(b[n], n*blockSize); err != nil {
			return err
		}
	}
	return nil
}

// cut returns the blocks after a loss of power: they are durable, pending are the writes
// since the last flush. Any of these may have happened, in any order, one in part.
func (b blocks) cut(pending []event, random *rand.Rand) blocks {
	left := maps.Clone(b)
	likely := random.Float64() * 1.2
	for _, e := range pending {
		if random.Float64() > likely {
			continue
		}
		if n := len(e.data) / blockSize; n > 1 && random.IntN(8) == 0 {
			e.data = e.data[:blockSize*(1+random.IntN(n-1))]
		}
		left.write(e)
	}
	return left
}

// mount mounts an image or a device at dir until unmount is called.
func (f fileSystem) mount(t *testing.T, image, dir, options string) (unmount func() error, err error) {
	t.Helper()
	f.scanning.Lock()
	defer f.scanning.Unlock()
	if _, err := command(t, "mount", "-t", f.name, "-o", f.options+options, image, dir); err != nil {
		return nil, err
	}
	return func() error { return f.unmount(t, dir) }, nil
}

// unmount tries again while a process that another test is starting has not closed yet
// what it inherited.
func (f fileSystem) unmount(t *testing.T, dir string) (err error) {
	t.Helper()
	f.scanning.Lock()
	defer f.scanning.Unlock()
	for range 200 {
		if _, err = command(t, "umount", dir); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if f.name == "btrfs" && err == nil { // it would take an older image of the same for stale
		_, err = command(t, "btrfs", "device", "scan", "--forget")
	}
	return err
}

// loopDevice makes a block device of a file.
func loopDevice(t *testing.T, file string) string {
	t.Helper()
	device, err := command(t, "losetup", "--find", "--show", filepath.Clean(file))
	if err != nil {
		unavailable(t, "%v", err)
	}
	t.Cleanup(func() { _ = exec.Command("losetup", "--detach", device).Run() })
	return device
}
