package envstore

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A File is a file of an environment, or a symbolic link in it.
type File struct {
	Path   string `json:"path"` // relative to the environment, separated by "/"
	Size   int64  `json:"size,omitempty"`
	Exec   bool   `json:"exec,omitempty"`
	Digest string `json:"sha256,omitempty"` // in hexadecimal
	Link   string `json:"link,omitempty"`   // where a symbolic link leads
}

// Scan reads all files below dir, ordered by path. Links are not followed; anything that
// is neither a file, a directory nor a link is an error.
func Scan(dir string) ([]File, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }() // it was only read
	var files []File
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := scanFile(root, name, d)
		files = append(files, f)
		return err
	})
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return files, err
}

func scanFile(root *os.Root, name string, d fs.DirEntry) (File, error) {
	f := File{Path: name}
	if d.Type() == fs.ModeSymlink {
		var err error
		f.Link, err = root.Readlink(name)
		return f, err
	}
	if !d.Type().IsRegular() {
		return f, fmt.Errorf("%q is neither a file nor a directory", name)
	}
	file, err := root.Open(name)
	if err != nil {
		return f, err
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()
	if err != nil {
		return f, err
	}
	sum := sha256.New()
	f.Exec = info.Mode()&0o111 != 0
	f.Size, err = io.Copy(sum, file)
	f.Digest = hex.EncodeToString(sum.Sum(nil))
	return f, err
}

// Fingerprint returns a digest of what Scan returned.
func Fingerprint(files []File) string {
	sum := sha256.New()
	for _, f := range files {
		fmt.Fprintf(sum, "%q %t %d %s %q\n", f.Path, f.Exec, f.Size, f.Digest, f.Link)
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil))
}

// Differences lists how got differs from want, a line for each file.
func Differences(want, got []File) []string {
	var lines []string
	for len(want) > 0 || len(got) > 0 {
		switch {
		case len(got) == 0 || len(want) > 0 && want[0].Path < got[0].Path:
			lines, want = append(lines, want[0].Path+" is missing"), want[1:]
		case len(want) == 0 || got[0].Path < want[0].Path:
			lines, got = append(lines, got[0].Path+" was added"), got[1:]
		default:
			if want[0] != got[0] {
				lines = append(lines, got[0].Path+" was changed")
			}
			want, got = want[1:], got[1:]
		}
	}
	return lines
}

// Stamps returns a digest of the sizes and times of all files below dir, without reading
// them: it changes with every change of a file, and when dir is copied.
func Stamps(dir string) (string, error) {
	sum := sha256.New()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			fmt.Fprintf(sum, "%q %d %s\n", path[len(dir):], info.Size(), stamp(info))
		}
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)[:16]), err
}

// Seal takes the right to write away from all files below dir.
func Seal(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }() // nothing is written
	return fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err != nil || info.Mode().Perm()&0o222 == 0 {
			return err
		}
		return root.Chmod(name, info.Mode().Perm()&^0o222)
	})
}

// removeBytecode removes compiled modules that were added. Interpreters add them unless
// they are told not to, and they are made again when they are needed.
func removeBytecode(dir string, want, got []File) (kept []File, err error) {
	known := map[string]bool{}
	for _, f := range want {
		known[f.Path] = true
	}
	for _, f := range got {
		if known[f.Path] || filepath.Base(filepath.Dir(f.Path)) != "__pycache__" {
			kept = append(kept, f)
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		if err := os.Remove(path); err != nil {
			return nil, err
		}
		_ = os.Remove(filepath.Dir(path)) // once it is empty
	}
	return kept, nil
}

// escape returns path as a pattern that matches it alone.
func escape(path string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}
