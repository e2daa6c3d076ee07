package envbuild

import (
	"bytes"
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack/envbuild/internal/envstore"
	"github.com/packtrain/pack/internal/text/npm"
)

// checkNode compares the files that npm installed in dir with the packages that it lists.
func checkNode(dir string, packages []npm.Package, files []envstore.File) error {
	tops := map[string]bool{".bin": true, ".package-lock.json": true}
	for _, p := range packages {
		name := p.Name + " " + p.Version
		switch version, err := packageVersion(dir, p.Place); {
		case err != nil:
			return &checkError{ReasonInvalidPackage, name, "its package.json cannot be read: " + err.Error()}
		case version != p.Version && p.Version != "":
			return &checkError{ReasonInvalidPackage, name, "its package.json states the version " + plain(version)}
		}
		tops[top(p.Place)] = true
	}
	for _, f := range files {
		inside, ok := strings.CutPrefix(f.Path, "node_modules/")
		switch {
		case !ok:
		case !tops[top(f.Path)]:
			return &checkError{ReasonInvalidPackage, "", "node_modules/" + inside + " belongs to no package"}
		case f.Link != "" && !linksInside(f):
			return &checkError{ReasonInvalidPackage, "", f.Path + " is a symbolic link to another place"}
		}
	}
	return nil
}

// top returns the entry of node_modules that a path is in: a package, perhaps in a scope.
func top(name string) string {
	rest := strings.TrimPrefix(name, "node_modules/")
	first, rest, _ := strings.Cut(rest, "/")
	if !strings.HasPrefix(first, "@") {
		return first
	}
	second, _, _ := strings.Cut(rest, "/")
	return first + "/" + second
}

// linksInside reports whether a link is one of a command, to a file of a package.
func linksInside(f envstore.File) bool {
	target := path.Join(path.Dir(f.Path), f.Link)
	return path.Base(path.Dir(f.Path)) == ".bin" && !path.IsAbs(f.Link) && strings.HasPrefix(target, "node_modules/")
}

func packageVersion(dir, place string) (string, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", err
	}
	defer func() { _ = root.Close() }() // it was only read
	data, err := root.ReadFile(filepath.FromSlash(path.Join(place, npm.ManifestFile)))
	if err != nil {
		return "", err
	}
	var manifest struct {
		Version string `json:"version"`
	}
	err = json.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &manifest)
	return manifest.Version, err
}
