package installer

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
)

// Put puts a staged directory in its place.
func Put(staged, dest string, digest pack.Digest) error {
	from, err := os.OpenRoot(filepath.Dir(staged))
	if err != nil {
		return err
	}
	to, err := os.OpenRoot(filepath.Dir(dest))
	if err != nil {
		return errors.Join(err, from.Close())
	}
	s := &stagingDir{dest: to, dir: from}
	return errors.Join(s.put(filepath.Base(staged), filepath.Base(dest), digest), from.Close(), to.Close())
}
