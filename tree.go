package pack

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/packtrain/pack/internal/digest"
)

// TreeDigest returns the canonical digest of all files of fsys. Two trees have
// the same digest exactly when they have the same files: paths, contents, and
// which of them are executable. Other permissions, times, owners and empty
// directories do not count.
//
// It is SHA-256 over the tag "packtrain-tree-v1\n" and then, for each file in
// byte-wise order of the paths: the length of the path, the path (UTF-8,
// separated by "/"), one byte that is 1 for an executable file (one with any
// execute bit set) and 0 otherwise, the size of the content, and the 32
// bytes of the content's SHA-256. Lengths and sizes are 8 bytes, big-endian.
//
// A symbolic link or any other irregular file is an error with
// [CodeForbiddenEntry], a name that is not UTF-8 one with [CodeUnsafePath].
func TreeDigest(fsys fs.FS) (Digest, error) {
	var files []digest.File
	reader := digest.NewReader()
	err := walkFiles(fsys, nil, func(p string) error {
		f, err := reader.Read(fsys, p)
		files = append(files, f)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("compute tree digest: %w", err)
	}
	return Digest(digest.Tree(files)), nil
}

// DirectoryChecksum returns the directory checksum `attune-pack-file-v1` of
// fsys, by which registry indices identify the content of a git source.
//
// It is SHA-256 over, for each regular file in order of the path's components:
// the tag "attune-pack-file-v1", the length of the path, the path (UTF-8,
// separated by "/"), the length of the content, the content. Lengths are 8
// bytes, big-endian. Entries named ".git" are skipped at any depth;
// permissions, times and empty directories do not count.
//
// Errors are those of [TreeDigest]. To compare with an expected checksum use
// [VerifyDirectory].
func DirectoryChecksum(fsys fs.FS) (Digest, error) {
	d := digest.NewDirectory(digest.ByComponent)
	err := walkFiles(fsys, skipGit, func(p string) error { return addFile(d, fsys, p) })
	if err != nil {
		return "", fmt.Errorf("compute directory checksum: %w", err)
	}
	return Digest(d.Sum()), nil
}

// VerifyDirectory checks that want is the directory checksum of fsys. Because
// some publishers sort the paths as whole strings, a checksum in that order is
// accepted too. A mismatch is an error with [CodeChecksumMismatch] with the checksum in the usual
// order; other errors are those of [DirectoryChecksum].
func VerifyDirectory(fsys fs.FS, want Digest) error {
	got, err := DirectoryChecksum(fsys)
	if err != nil {
		return err
	}
	mismatch := want.verify(subjectDirectory, got)
	if mismatch == nil || want == "" {
		return mismatch
	}
	byString, err := checksumByString(fsys)
	if err != nil {
		return fmt.Errorf("compute directory checksum: %w", err)
	}
	if byString == want {
		return nil
	}
	return mismatch
}

// checksumByString returns the checksum over paths sorted as whole strings, ""
// when that order is the usual one.
func checksumByString(fsys fs.FS) (Digest, error) {
	var paths []string
	collect := func(p string) error { paths = append(paths, p); return nil }
	if err := walkFiles(fsys, skipGit, collect); err != nil || slices.IsSorted(paths) {
		return "", err
	}
	slices.Sort(paths)
	d := digest.NewDirectory(digest.ByString)
	for _, p := range paths {
		if err := addFile(d, fsys, p); err != nil {
			return "", err
		}
	}
	return Digest(d.Sum()), nil
}

func skipGit(name string) bool { return name == ".git" }

func addFile(d *digest.Directory, fsys fs.FS, p string) error {
	f, err := fsys.Open(p)
	if err != nil {
		return err
	}
	return errors.Join(d.AddFile(p, f), f.Close())
}

// walkFiles calls visit for every file of fsys in component order, and fails
// where there is anything but regular files and directories.
func walkFiles(fsys fs.FS, skip func(name string) bool, visit func(p string) error) error {
	return fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case skip != nil && skip(d.Name()):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case !utf8.ValidString(p):
			return Errorf(CodeUnsafePath, "name of %q is not UTF-8", p)
		case d.IsDir():
			return nil
		case !d.Type().IsRegular():
			return Errorf(CodeForbiddenEntry, "%q is %s; only regular files and directories can be part of a pack", p, typeName(d.Type()))
		}
		return visit(p)
	})
}

func typeName(t fs.FileMode) string {
	switch {
	case t&fs.ModeSymlink != 0:
		return "a symbolic link"
	case t&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case t&fs.ModeSocket != 0:
		return "a socket"
	case t&fs.ModeDevice != 0:
		return "a device"
	case t.IsDir():
		return "a directory"
	}
	return "an irregular file"
}

// ManifestFile is the name of the file that makes a directory a pack.
const ManifestFile = "pack.yaml"

// Root returns the directory of fsys that holds the pack: "." when pack.yaml is at the
// root, "pack" when it is there. Neither or both is an error with [CodeInvalidManifest]
// that lists the files found instead.
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
	switch {
	case len(found) == 0:
		return ""
	case strings.HasSuffix(found[0], "/"+ManifestFile+`"`):
		return "; found " + strings.Join(found, ", ")
	}
	return "; found " + strings.Join(found, ", ") + ": rename it to " + ManifestFile
}

func looksLikeManifest(name string) bool {
	return strings.EqualFold(name, ManifestFile) || strings.EqualFold(name, "pack.yml")
}
