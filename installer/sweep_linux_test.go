package installer_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/internal/worldtest"
)

const sweepDest = "PACK_TEST_SWEEP_DEST"

// TestKilledDownload is the process that is killed in the middle of a download; it is
// started by the tests below.
func TestKilledDownload(t *testing.T) {
	t.Parallel()
	dest := os.Getenv(sweepDest)
	if dest == "" {
		return
	}
	w := worldtest.New()
	w.Add("web", worldtest.Files("web@1.0.0", "data", "x"))
	w.Broken["web"] = pack.Errorf(pack.CodeIO, "never")
	w.OnFetch = func(context.Context, pack.Pin) error {
		os.Stdout.WriteString("fetching\n")
		select {}
	}
	_, _ = newDownloader(t, w).Download(t.Context(), installer.DownloadRequest{Specs: []string{"test:web"}, Dest: dest})
}

// startDownload starts a download that does not end by itself, and waits until it
// fetches.
func startDownload(t *testing.T, dest string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledDownload$")
	cmd.Env = append(os.Environ(), sweepDest+"="+dest)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if lines.Text() == "fetching" {
			return cmd
		}
	}
	t.Fatal("the download did not begin")
	return nil
}

func stagingDirs(t *testing.T, dest string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dest, ".staging-*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestHostileOnLinux holds the rows that need processes to kill.
func TestHostileOnLinux(t *testing.T) {
	t.Parallel()
	t.Run("N18 what killed downloads leave", remains)
}

// remains is N18: what killed downloads leave is removed by the next one, which leaves
// alone what belongs to a living one, and what only looks like it.
func remains(t *testing.T) {
	t.Parallel()
	dest := t.TempDir()
	dead := startDownload(t, dest)
	alive := startDownload(t, dest)
	if err := dead.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = dead.Wait()
	if n := len(stagingDirs(t, dest)); n != 2 {
		t.Fatalf("%d staging directories, want two", n)
	}
	outside := filepath.Join(t.TempDir(), "outside")
	canary := filepath.Join(outside, "canary")
	mine := filepath.Join(dest, ".staging-area")
	link := filepath.Join(dest, ".staging-"+strings.Repeat("A", 26))
	for _, dir := range []string{outside, mine} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(canary, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, link); err != nil {
		t.Fatal(err)
	}
	fetchOne(t, dest)
	if got := stagingDirs(t, dest); len(got) != 3 {
		t.Errorf("left are %q, want those of the living one, the link and the directory of another name", got)
	}
	if _, err := os.Stat(canary); err != nil {
		t.Error(err)
	}
	if err := alive.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = alive.Wait()
	fetchOne(t, dest)
	if got := stagingDirs(t, dest); len(got) != 2 {
		t.Errorf("left are %q", got)
	}
}

func fetchOne(t *testing.T, dest string) {
	t.Helper()
	w := worldtest.New()
	w.Add("log", worldtest.Files("log@1.0.0"))
	if _, err := newDownloader(t, w).Download(t.Context(), installer.DownloadRequest{Specs: []string{"test:log"}, Dest: dest}); err != nil {
		t.Error(err)
	}
}

// Downloads to one destination do not take each other for dead.
func TestManyDownloadsSweepAtOnce(t *testing.T) {
	t.Parallel()
	dest := t.TempDir()
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 20 {
				fetchOne(t, dest)
			}
		})
	}
	wg.Wait()
	worldtest.CheckClean(t, dest)
}
