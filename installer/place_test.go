package installer_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/internal/worldtest"
)

func TestWhatIsInPlaceAlready(t *testing.T) {
	t.Parallel()
	w, dest := worldtest.New(), t.TempDir()
	w.Add("old", worldtest.Files("web@1.0.0", "gone", "x"))
	w.Add("new", worldtest.Files("web@2.0.0", "data", "x"))
	must := func(spec string) {
		t.Helper()
		if _, err := download(t, w, installer.DownloadRequest{Specs: []string{spec}, Dest: dest}); err != nil {
			t.Fatal(err)
		}
	}
	stat := func() os.FileInfo {
		t.Helper()
		info, err := os.Stat(filepath.Join(dest, "web"))
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	must("test:old")
	first := stat()
	must("test:old")
	if !os.SameFile(first, stat()) {
		t.Error("the same content was replaced")
	}
	must("test:new")
	if diff := cmp.Diff(worldtest.Contents(w.Content["new"]), worldtest.Read(t, filepath.Join(dest, "web"))); diff != "" {
		t.Errorf("after replacing (-want +got)\n%s", diff)
	}
	if err := os.WriteFile(filepath.Join(dest, "web", "data"), []byte("changed"), 0o644); err != nil {
		t.Fatal(err)
	}
	must("test:new")
	if diff := cmp.Diff(worldtest.Contents(w.Content["new"]), worldtest.Read(t, filepath.Join(dest, "web"))); diff != "" {
		t.Errorf("after a change (-want +got)\n%s", diff)
	}
}

func TestLinkInPlaceIsReplacedNotFollowed(t *testing.T) {
	t.Parallel()
	w, dest, outside := worldtest.New(), t.TempDir(), t.TempDir()
	w.Add("web", worldtest.Files("web@1.0.0"))
	canary := filepath.Join(outside, "canary")
	if err := os.WriteFile(canary, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dest, "web")); err != nil {
		t.Fatal(err)
	}
	if _, err := download(t, w, installer.DownloadRequest{Specs: []string{"test:web"}, Dest: dest}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(filepath.Join(dest, "web")); err != nil || !info.IsDir() {
		t.Errorf("got %v, %v", info, err)
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) != 1 {
		t.Errorf("outside holds %v, %v", entries, err)
	}
}

// TestManyPutOnePackInItsPlace: all begin at once, and find nothing there.
func TestManyPutOnePackInItsPlace(t *testing.T) {
	t.Parallel()
	for range 50 {
		dir := t.TempDir()
		dest := filepath.Join(dir, "web")
		start, errs := make(chan struct{}), make(chan error, 4)
		for i := range cap(errs) {
			staged := filepath.Join(dir, fmt.Sprint(i))
			if err := os.CopyFS(staged, worldtest.Files("web@1.0.0", "data", fmt.Sprint(i))); err != nil {
				t.Fatal(err)
			}
			go func() {
				<-start
				errs <- installer.Put(staged, dest, "sha256:none")
			}()
		}
		close(start)
		for range cap(errs) {
			if err := <-errs; err != nil {
				t.Fatal(err)
			}
		}
		if got := worldtest.Read(t, dest); len(got) != 2 {
			t.Errorf("got %q", got)
		}
	}
}

// TestPutComesToAnEnd: another user removed the staged content.
func TestPutComesToAnEnd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := installer.Put(filepath.Join(dir, "none"), filepath.Join(dir, "web"), "sha256:none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// TestPutWhileItsPlaceComesAndGoes: another user creates and removes the content
// there, as fast as possible.
func TestPutWhileItsPlaceComesAndGoes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	dest, stop, stopped := filepath.Join(dir, "web"), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				_ = os.Symlink("nowhere", dest)
				_ = os.Remove(dest) // not a directory that is full
			}
		}
	}()
	for i := range 200 {
		staged := filepath.Join(dir, fmt.Sprint(i))
		if err := os.CopyFS(staged, worldtest.Files("web@1.0.0", "data", fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
		if err := installer.Put(staged, dest, "sha256:none"); err != nil {
			t.Errorf("got %v", err)
		}
		if err := os.Rename(dest, staged+"-done"); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	<-stopped
}
