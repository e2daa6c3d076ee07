package pack

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// ManifestFile is the name of the file that makes a directory a pack.
const ManifestFile = "pack.yaml"

// Root returns the directory of fsys that holds the pack: "." when pack.yaml
// lies at the root, "pack" when it lies there. Neither or both is an error with
// [CodeInvalidManifest] that lists what was found instead.
func Root(fsys fs.FS) (dir string, err error) {
	var roots []string
	for _, dir := range []string{".", "pack"} {
		names, err := fileNames(fsys, dir)
		if err != nil {
			return "", fmt.Errorf("look for %s: %w", ManifestFile, err)
		}
		for _, name := range names {
			if name == ManifestFile {
				roots = append(roots, dir)
			}
		}
	}
	switch len(roots) {
	case 1:
		return roots[0], nil
	case 0:
		return "", Errorf(CodeInvalidManifest, "no %s at the root or in pack/%s", ManifestFile, nearMisses(fsys))
	}
	return "", Errorf(CodeInvalidManifest, "%s is ambiguous: there are %[1]s and pack/%[1]s; keep one", ManifestFile)
}

// fileNames returns the names in dir, none when it is not there or no
// directory.
func fileNames(fsys fs.FS, dir string) ([]string, error) {
	if info, err := fs.Lstat(fsys, dir); errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return nil, nil
	}
	entries, err := fs.ReadDir(fsys, dir)
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

// maxNearMisses bounds the search for and the list of near misses.
const maxNearMisses = 10

// nearMisses describes files that look as if they should have been the
// pack.yaml: in another spelling, or up to two directories deeper.
func nearMisses(fsys fs.FS) string {
	var found []string
	visited := 0
	_ = fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		visited++
		switch {
		case err != nil || strings.Count(p, "/") > 2:
			return fs.SkipDir
		case len(found) == maxNearMisses || visited > 100*maxNearMisses:
			return fs.SkipAll
		case !d.IsDir() && looksLikeManifest(d.Name()):
			found = append(found, fmt.Sprintf("%q", p))
		}
		return nil
	})
	if len(found) == 0 {
		return ""
	}
	return "; found " + strings.Join(found, ", ")
}

func looksLikeManifest(name string) bool {
	return strings.EqualFold(name, ManifestFile) || strings.EqualFold(name, "pack.yml")
}
