//go:build unix

package roots_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/roots"
)

func TestOpenPack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, pipe := filepath.Join(dir, "file"), filepath.Join(dir, "pipe")
	if err := errors.Join(os.WriteFile(file, nil, 0o644), syscall.Mkfifo(pipe, 0o644)); err != nil {
		t.Fatal(err)
	}
	denied := func(string) (*os.Root, error) { return nil, pack.Errorf(pack.CodePolicyDenied, "not here") }
	broken := func(string) (*os.Root, error) { return nil, syscall.EIO }
	for name, c := range map[string]struct {
		open func(string) (*os.Root, error)
		path string
		want pack.Code
	}{
		"directory":            {nil, dir, ""},
		"relative":             {nil, "packs", pack.CodeInvalidRequest},
		"missing":              {nil, filepath.Join(dir, "none"), pack.CodeNotFound},
		"file":                 {nil, file, pack.CodeInvalidManifest},
		"pipe does not wait":   {nil, pipe, pack.CodeInvalidManifest},
		"host refuses":         {denied, dir, pack.CodePolicyDenied},
		"host cannot":          {broken, dir, pack.CodeIO},
		"host opens":           {os.OpenRoot, dir, ""},
		"host is asked second": {denied, "packs", pack.CodeInvalidRequest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root, err := roots.OpenPack(c.open, c.path)
			if got := pack.CodeOf(err); got != c.want || (err == nil) != (c.want == "") {
				t.Fatalf("got %v, want code %q", err, c.want)
			}
			if root != nil {
				_ = root.Close()
			}
		})
	}
}
