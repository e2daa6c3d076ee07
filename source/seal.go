package source

import (
	"errors"
	"io/fs"
	"os"
	"unicode/utf8"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/digest"
)

// Seal reads all files below dir, an absolute path, and returns them as [TreeResult.FS]
// does: from then on, reading a file whose content has changed is an error with
// [pack.CodeContentChanged]. So is a tree digest of the files other than want.
func Seal(dir string, want pack.Digest) (fs.FS, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, pack.Errorf(pack.CodeIO, "open content: %w", err)
	}
	defer func() { _ = root.Close() }() // it was only read
	fsys, reader := root.FS(), digest.NewReader()
	var files []digest.File
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || d.IsDir():
			return err
		case !d.Type().IsRegular() || !utf8.ValidString(name):
			return pack.Errorf(pack.CodeForbiddenEntry, "%q cannot be part of a pack", name)
		}
		f, err := reader.Read(fsys, name)
		files = append(files, f)
		return err
	})
	if err == nil && pack.Digest(digest.Tree(files)) != want {
		err = errors.New("it has another digest")
	}
	if err != nil {
		return nil, pack.Errorf(pack.CodeContentChanged, "the content was changed since it was received: %w", err)
	}
	return (&TreeResult{files: files}).FS(dir), nil
}
