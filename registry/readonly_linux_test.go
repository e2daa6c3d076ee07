package registry_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/packtrain/pack/registry"
)

const readerEnv = "PACKTRAIN_TEST_READER"

// The user and the group of the reader in another process.
const readerID = 65534

// TestReadOnlyAsAnother reads a root as another user, with and without access for the
// group, and on a file system that is mounted read-only.
func TestReadOnlyAsAnother(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("changing the user needs root")
	}
	for name, tt := range map[string]struct {
		how   string
		group bool
		want  string
	}{
		"user of the group": {"user", true, "demo 1.0.0, 0 differences"},
		"other user":        {"user", false, "permission denied"},
		"read-only mount":   {"mount", false, "demo 1.0.0, 0 differences"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newFilesRoot(t, false)
			if err := os.Chown(r.dir, -1, readerID); err != nil {
				t.Fatal(err)
			}
			c := r.config()
			c.GroupAccess = tt.group
			s := r.openWith(t, c)
			if err := second(s.SetConfig(t.Context(), "demo", map[string]any{"a": 1}, nil)); err != nil {
				t.Fatal(err)
			}
			for dir := filepath.Dir(r.dir); dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
				if err := os.Chmod(dir, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			got := readElsewhere(t, tt.how, r.dir)
			if !strings.Contains(got, tt.want) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// TestBakedRoot moves a root, as into an image, mounts it read-only, and runs an action of
// it as another user.
func TestBakedRoot(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("changing the user needs root")
	}
	r := newRootWithEnvironment(t)
	image := filepath.Join(t.TempDir(), "image")
	if err := os.Rename(r.dir, image); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{image, filepath.Join(image, "records", "log")} {
		if err := os.Chown(name, -1, readerID); err != nil {
			t.Fatal(err)
		}
	}
	for dir := filepath.Dir(image); dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	got := readElsewhere(t, "baked", image)
	for _, want := range []string{"demo 1.1.0, 0 differences", "ran " + filepath.Join(image, "packs", "demo")} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestGroupAccessOfRecords checks mode and group of records: new, of a root whose group
// changed, and compacted.
func TestGroupAccessOfRecords(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("changing the group needs root")
	}
	r := newFilesRoot(t, true)
	log := filepath.Join(r.dir, "records", "log")
	want := func(when string, gid uint32) {
		t.Helper()
		info, err := os.Stat(log)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Sys().(*syscall.Stat_t).Gid; info.Mode().Perm() != 0o640 || got != gid { //nolint:forcetypeassert // it is one
			t.Errorf("%s: got %v, group %d, want group %d", when, info.Mode(), got, gid)
		}
	}
	want("new", uint32(os.Getegid()))
	if err := os.Chown(r.dir, -1, readerID); err != nil {
		t.Fatal(err)
	}
	files := openFiles(t, filepath.Join(r.dir, "records"))
	files.CompactAt(-1)
	c := r.config()
	c.Records, c.GroupAccess = files, true
	s := r.openWith(t, c)
	want("opened again", readerID)
	if err := second(s.SetConfig(t.Context(), "demo", map[string]any{"a": 1}, nil)); err != nil {
		t.Fatal(err)
	}
	want("compacted", readerID)
}

// readElsewhere reads the root in another process, and returns what that prints.
func readElsewhere(t *testing.T, how, dir string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestReaderProcess$", "-test.v")
	cmd.Env = append(os.Environ(), readerEnv+"="+how+" "+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) || strings.Contains(string(out), "cannot mount") {
		t.Skipf("mounts are not permitted here: %v %s", err, out)
	}
	return string(out)
}

// TestReaderProcess is the process of readElsewhere.
func TestReaderProcess(t *testing.T) { //nolint:paralleltest // it changes its process
	how, dir, ok := strings.Cut(os.Getenv(readerEnv), " ")
	if !ok {
		t.Skip("it is run by another test")
	}
	become := map[string]func(dir string) error{
		"split": mountOverPacks,
		"user":  becomeUser, "mount": mountReadOnly, "baked": func(dir string) error { return errors.Join(mountReadOnly(dir), becomeUser(dir)) },
	}[how]
	if err := become(dir); err != nil {
		t.Fatalf("cannot mount or change the user: %v", err)
	}
	if how == "split" {
		_, err := registry.Open(t.Context(), registry.Config{Root: dir, Records: openFiles(t, filepath.Join(dir, "records"))})
		t.Logf("opened: %v", err)
		return
	}
	if err := os.WriteFile(filepath.Join(dir, "written"), nil, 0o600); err == nil {
		t.Fatal("the root can be written")
	}
	s, err := openReadOnly(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	readAll(t, s)
	if how == "baked" {
		t.Log(runThere(t, s))
	}
}

func readAll(t *testing.T, s *registry.Store) {
	t.Helper()
	details, err := s.Show(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadFile(filepath.Join(details.StoragePath, "actions", "run.sh")); err != nil {
		t.Fatal(err)
	}
	report, err := s.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s %s, %d differences, marked %v", details.Ref, details.Active.Version, len(report.Differences), marked(t, s))
}

// TestHostileM11 mounts another file system over a directory of a root, which opening the
// root reports.
func TestHostileM11(t *testing.T) {
	t.Parallel()
	r := newFilesRoot(t, false)
	got := readElsewhere(t, "split", r.dir)
	if want := "/packs\" is on another file system than the root"; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

func mountOverPacks(dir string) error {
	return errors.Join(
		syscall.Mount("none", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""),
		syscall.Mount("tmpfs", filepath.Join(dir, "packs"), "tmpfs", 0, "mode=755"),
	)
}

func becomeUser(string) error {
	return errors.Join(syscall.Setgroups([]int{readerID}), syscall.Setgid(readerID), syscall.Setuid(readerID))
}

// mountReadOnly makes dir read-only in the mounts of this process.
func mountReadOnly(dir string) error {
	return errors.Join(
		syscall.Mount("none", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""),
		syscall.Mount(dir, dir, "", syscall.MS_BIND, ""),
		syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, ""),
	)
}
