package childproc_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/childproc"
)

func TestProgramThatIsWrittenForAMomentYet(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "script")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("#!/bin/sh\nexit 7\n"); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(20*time.Millisecond, func() { _ = f.Close() })
	res, err := childproc.New(nil).Run(t.Context(), pack.Command{Path: path, Dir: filepath.Dir(path)})
	if err != nil || res.ExitCode != 7 {
		t.Errorf("got status %d, %v", res.ExitCode, err)
	}
}
