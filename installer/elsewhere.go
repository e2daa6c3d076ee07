package installer

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// elsewhere adds to the error of content without a pack.yaml where there is one, and
// the spec that names that directory.
func elsewhere(loc source.Locator, content fs.FS, err error) error {
	if pack.CodeOf(err) != pack.CodeInvalidManifest {
		return err
	}
	if _, rootErr := pack.Root(content); rootErr == nil {
		return err // it is there, and has a fault
	}
	dir := nearestPack(content)
	spec := loc.Below(dir)
	if dir == "" || spec == "" {
		return err
	}
	return fmt.Errorf("%w; a pack was found in %s: write %s", err, dir, spec)
}

const (
	// maxLook is how many files and directories are looked at for a pack.yaml, and
	// maxLookDepth how deep.
	maxLook      = 10_000
	maxLookDepth = 4
)

// nearestPack returns the directory with a pack.yaml that is the least deep, the
// first of several by name; "" for none.
func nearestPack(content fs.FS) string {
	nearest, looked := "", 0
	_ = fs.WalkDir(content, ".", func(name string, d fs.DirEntry, err error) error {
		looked++
		switch dir, depth := path.Dir(name), strings.Count(name, "/"); {
		case err != nil || depth > maxLookDepth:
			return fs.SkipDir
		case looked > maxLook:
			return fs.SkipAll
		case d.IsDir() || d.Name() != pack.ManifestFile || dir == "pack":
		case nearest == "" || depth < strings.Count(nearest, "/")+1:
			nearest = dir
		}
		return nil
	})
	return nearest
}
