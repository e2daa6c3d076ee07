package source

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/write"
	"github.com/packtrain/pack/internal/digest"
)

func (t *Tree) cleanSubdir() error {
	if t.opts.Subdir == "" {
		return nil
	}
	subdir, err := write.CleanName(t.opts.Subdir, write.Limits(t.opts.Limits))
	if err != nil {
		return fmt.Errorf("subdirectory: %w", err)
	}
	t.opts.Subdir, t.subdir = subdir, write.Loose(subdir)
	return nil
}

func (t *Tree) extractOptions() write.Options {
	opts := write.Options{Limits: write.Limits(t.opts.Limits)}
	if t.opts.DirectoryChecksum {
		t.checksum = newChecksum(t.opts)
		opts.Observer = t.checksum
	}
	return opts
}

// below returns name relative to dir, when it lies below it.
func below(dir, name string) (string, bool) {
	if dir == "" {
		return name, true
	}
	rest, ok := strings.CutPrefix(name, dir)
	if !ok {
		return "", false
	}
	return strings.CutPrefix(rest, "/")
}

// base is the directory that holds the content, relative to the tree's.
func (t *Tree) base() string {
	if t.opts.StripTop {
		return path.Join(t.writer.Top(), t.opts.Subdir)
	}
	return t.opts.Subdir
}

// result ends writing and computes the result from the written files.
func (t *Tree) result() (TreeResult, error) {
	if err := t.writer.Finish(); err != nil {
		return TreeResult{}, err
	}
	base := t.base()
	if err := t.refused[t.opts.StripTop && t.writer.Top() != ""]; err != nil {
		return TreeResult{}, err
	}
	files := contentFiles(t.writer.Files(), base)
	if len(files) == 0 && t.opts.Subdir != "" {
		return TreeResult{}, pack.Errorf(pack.CodeNotFound, "subdirectory %q has no files%s", t.opts.Subdir, t.stripped())
	}
	r := TreeResult{
		Dir:        filepath.Join(t.dir, filepath.FromSlash(base)),
		TreeDigest: pack.Digest(digest.Tree(files)),
		Files:      len(files),
		Beside:     t.beside(base),
		files:      files,
	}
	for _, f := range files {
		r.Bytes += f.Size
	}
	if !t.opts.DirectoryChecksum {
		return r, nil
	}
	sum, err := t.checksum.result(base, files, t.writer.Open)
	if err != nil {
		return TreeResult{}, pack.Errorf(pack.CodeIO, "compute directory checksum: %w", err)
	}
	r.DirectoryChecksum = sum
	return r, nil
}

func contentFiles(written []write.File, base string) []digest.File {
	files := make([]digest.File, 0, len(written))
	for _, f := range written {
		if name, ok := below(base, f.Path); ok {
			f.Path = name
			files = append(files, digest.File(f))
		}
	}
	return files
}

// stripped explains why a subdirectory that names the top has no files.
func (t *Tree) stripped() string {
	top, _, _ := strings.Cut(t.opts.Subdir, "/")
	if !t.opts.StripTop || t.writer.Top() != top {
		return ""
	}
	return fmt.Sprintf(": %q is the one directory that holds all files, and is left out of their names; leave it out after %q, too", top, "//")
}

// beside returns what lies at the top beside the directory that was stripped.
func (t *Tree) beside(base string) []string {
	var names []string
	if t.opts.Subdir != "" || base == "" {
		return nil
	}
	for _, f := range t.writer.Files() {
		if _, ok := below(base, f.Path); !ok {
			top, _, _ := strings.Cut(f.Path, "/")
			names = append(names, top)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
