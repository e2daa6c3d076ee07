package registry_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// rowEnv names the row that a process is for, and its root.
const rowEnv = "PACKTRAIN_TEST_ROW"

// processRows are rows that need a process of their own, whose settings they change. Those
// that begin with "M08" need a file system of their own, too.
func processRows() map[string]func(t *testing.T, dir string) {
	return map[string]func(t *testing.T, dir string){
		"M08/disks of every size":  disksOfEverySize,
		"M08/disks with few files": disksWithFewFiles,
		"M09/nothing leaks":        nothingLeaks,
		"M11/lower directory":      onOverlay,
		"M11/no execution":         withoutExecution,
		"M25/umask 000":            func(t *testing.T, dir string) { t.Helper(); modesUnder(t, dir, 0) },
		"M25/umask 777":            func(t *testing.T, dir string) { t.Helper(); modesUnder(t, dir, 0o777) },
		"M25/no working directory": noWorkingDirectory,
	}
}

// TestHostileProcesses has the rows of [TestHostile] that need a process of their own.
func TestHostileProcesses(t *testing.T) {
	t.Parallel()
	for name := range processRows() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRowProcess$", "-test.v")
			cmd.Env = append(os.Environ(), rowEnv+"="+name+"|"+t.TempDir())
			cmd.SysProcAttr = &syscall.SysProcAttr{}
			if mounts(name) {
				if os.Geteuid() != 0 {
					t.Skip("mounting needs root")
				}
				cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWNS
			}
			out, err := cmd.CombinedOutput()
			switch {
			case errors.Is(err, syscall.EPERM) || strings.Contains(string(out), "cannot mount"):
				t.Skipf("mounts are not permitted here: %v %s", err, out)
			case err != nil || !strings.Contains(string(out), "--- PASS: TestRowProcess"):
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// TestRowProcess is the process of a row.
func TestRowProcess(t *testing.T) { //nolint:paralleltest // it changes its process
	name, dir, ok := strings.Cut(os.Getenv(rowEnv), "|")
	if !ok {
		t.Skip("it is run by another test")
	}
	if mounts(name) {
		if err := syscall.Mount("none", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
			t.Fatalf("cannot mount: %v", err)
		}
	}
	processRows()[name](t, dir)
}

// onDisk calls fn with a root on a new file system in memory.
func onDisk(t *testing.T, dir, options string, fn func(r *root)) {
	t.Helper()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "mode=755,"+options); err != nil {
		t.Fatalf("cannot mount: %v", err)
	}
	defer func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	}()
	fn(&root{dir: filepath.Join(dir, "root")})
}

func remount(t *testing.T, dir string, flags uintptr, options string) error {
	t.Helper()
	return syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT|flags, "mode=755,"+options)
}

// disksOfEverySize upgrades a pack on a disk that is too small, then on a larger one, and
// so on until it is large enough.
func disksOfEverySize(t *testing.T, dir string) {
	t.Helper()
	onEveryDisk(t, dir, func(n int) string { return fmt.Sprintf("size=%dk", 4*n) })
}

// disksWithFewFiles is the same for the number of files.
func disksWithFewFiles(t *testing.T, dir string) {
	t.Helper()
	onEveryDisk(t, dir, func(n int) string { return fmt.Sprintf("nr_inodes=%d,size=8m", n) })
}

func onEveryDisk(t *testing.T, dir string, options func(n int) string) {
	t.Helper()
	old, updated := write(t, simplePack("demo", "1.0.0")), write(t, simplePack("demo", "2.0.0"))
	failed := 0
	for n, done := 1, false; !done; n++ {
		onDisk(t, dir, options(n), func(r *root) {
			err := install(t, r, old)
			before := "nothing"
			if err == nil {
				before = "1.0.0"
				err = install(t, r, updated)
			}
			if done = err == nil; !done {
				failed++
			}
			if err != nil && (pack.CodeOf(err) != pack.CodeIO || !errors.Is(err, syscall.ENOSPC)) {
				t.Errorf("%s: got %v", options(n), err)
			}
			if err := remount(t, dir, 0, "size=16m,nr_inodes=10000"); err != nil {
				t.Fatal(err)
			}
			wantUsable(t, r, fmt.Sprint(options(n), " ", err), before, err == nil, updated)
		})
		if n > 1000 {
			t.Fatal("no disk is large enough")
		}
	}
	if failed < 10 {
		t.Errorf("only %d disks were too small", failed)
	}
	t.Logf("%d disks were too small", failed)
}

// install opens the root and its records, and registers a pack.
func install(t *testing.T, r *root, path string) error {
	t.Helper()
	records, err := registry.OpenFiles(t.Context(), filepath.Join(r.dir, "records"))
	if err != nil {
		return err
	}
	r.records = records
	s, err := registry.OpenFaulty(t.Context(), r.config(), nil)
	if err != nil {
		return err
	}
	_, err = s.Register(t.Context(), registry.Request{Paths: []string{path}, Replace: registry.ReplaceUpgrade})
	return errors.Join(err, s.Close())
}

// wantUsable checks a root in which upgrading failed or succeeded: the pack is as it was
// before or at 2.0.0, and can be registered.
func wantUsable(t *testing.T, r *root, when, before string, succeeded bool, updated string) {
	t.Helper()
	r.records = openFiles(t, filepath.Join(r.dir, "records"))
	s, err := registry.OpenFaulty(t.Context(), r.config(), nil)
	if err != nil {
		t.Fatalf("%s: %v", when, err)
	}
	if got := state(t, r); got != "2.0.0" && (succeeded || got != before && got != "1.0.0") {
		t.Errorf("%s: active is %s, want %s or 2.0.0", when, got, before)
	}
	register(t, s, registry.ReplaceUpgrade, updated)
	if got := differences(t, s); len(got) > 0 || state(t, r) != "2.0.0" {
		t.Errorf("%s: %v", when, got)
	}
	checkClean(t, r)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// nothingLeaks fails at each step, and counts open files and goroutines.
func nothingLeaks(t *testing.T, _ string) {
	t.Helper()
	sweep := func() {
		t.Run("sweep", func(t *testing.T) { failingDisk(t, false, syscall.EIO, syscall.EMFILE, syscall.ENOMEM) })
	}
	sweep() // what is opened once
	files, goroutines := len(mustReadDir(t, "/proc/self/fd")), runtime.NumGoroutine()
	sweep()
	if got := len(mustReadDir(t, "/proc/self/fd")); got > files {
		t.Errorf("%d files are open, there were %d", got, files)
	}
	if got := runtime.NumGoroutine(); got > goroutines+2 { // those that the runtime starts
		t.Errorf("%d goroutines run, there were %d", got, goroutines)
	}
}

// modesUnder registers a pack under an umask, which decides no mode.
func modesUnder(t *testing.T, dir string, umask int) {
	t.Helper()
	source := write(t, simplePack("demo", "1.0.0"))
	r := &root{dir: filepath.Join(dir, "root")}
	syscall.Umask(umask)
	err := install(t, r, source)
	syscall.Umask(0o022)
	if err != nil {
		t.Fatal(err)
	}
	wantModes(t, r.dir)
}

// wantModes checks that the owner alone enters the root and its records, and that all may
// read what lies below, and none write to content.
func wantModes(t *testing.T, root string) {
	t.Helper()
	want := map[string]fs.FileMode{".": 0o700, "records": 0o755, "records/log": 0o600}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&fs.ModeSymlink != 0 {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, name)
		mode, listed := want[rel]
		if listed && info.Mode().Perm() != mode || info.Mode().Perm()&0o022 != 0 || info.Mode().Perm()&0o400 == 0 {
			t.Errorf("%s has mode %v", rel, info.Mode())
		}
		if strings.HasPrefix(rel, "packs") && info.Mode().Perm()&0o444 != 0o444 {
			t.Errorf("%s has mode %v, so other users cannot read it", rel, info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// noWorkingDirectory registers a pack with tests in a process whose working directory was
// deleted.
func noWorkingDirectory(t *testing.T, dir string) {
	t.Helper()
	source := write(t, simplePack("demo", "1.0.0").tested(scriptRunner).with(files{"tests/run.sh": script("printf 'Total Tests: 1\\nPassed: 1\\n'")}))
	gone := filepath.Join(dir, "gone")
	if err := errors.Join(os.Mkdir(gone, 0o755), os.Chdir(gone), os.Remove(gone)); err != nil { //nolint:usetesting // it cannot be changed back
		t.Fatal(err)
	}
	r := &root{dir: filepath.Join(dir, "root")}
	if err := install(t, r, source); err != nil {
		t.Fatal(err)
	}
	if got := state(t, r); got != "1.0.0" {
		t.Errorf("got %s", got)
	}
}

// mounts reports whether a row needs mounts of its own.
func mounts(name string) bool {
	return strings.HasPrefix(name, "M08") || strings.HasPrefix(name, "M11")
}
