package source

import (
	"bytes"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/write"
	"github.com/packtrain/pack/internal/digest"
)

// keepBytes of content stay in memory when files come out of order, so that
// small packs are not read twice.
const keepBytes = 8 << 20

// A checksum computes the directory checksum of a tree's content while it is
// written. That works for files in the order of the checksum, below the base
// directory predicted from the first file. Files out of order are kept in memory
// up to keepBytes, and the checksum is computed again at the end.
type checksum struct {
	opts   TreeOptions
	sum    *digest.Directory
	begun  bool
	base   string // the expected directory of the content
	skip   bool   // the current file is not content
	broken bool   // sum is not that of the content
	path   string // of the current file
	size   int64
	kept   map[string][]byte
	room   int64 // bytes that may still be kept
}

var _ write.Observer = (*checksum)(nil)

func newChecksum(opts TreeOptions) *checksum {
	return &checksum{opts: opts, sum: digest.NewDirectory(digest.ByComponent), kept: map[string][]byte{}, room: keepBytes}
}

// Begin takes the next file.
func (c *checksum) Begin(name string, size int64) {
	c.path, c.size = name, size
	if !c.begun {
		c.begun, c.base = true, c.expectedBase(name)
	}
	if c.broken {
		return
	}
	inside, ok := below(c.base, name)
	c.skip = !ok
	c.broken = ok && (size < 0 || c.sum.Begin(inside, size) != nil)
}

// expectedBase returns the directory of the content if all files share the top
// directory of this one.
func (c *checksum) expectedBase(name string) string {
	top, _, ok := strings.Cut(name, "/")
	if !c.opts.StripTop || !ok {
		return c.opts.Subdir
	}
	return path.Join(top, c.opts.Subdir)
}

// Write takes the next part of the current file.
func (c *checksum) Write(part []byte) (int, error) {
	switch size := int64(len(part)); {
	case !c.broken && !c.skip:
		return c.sum.Write(part)
	case c.broken && size == c.size && size <= c.room:
		c.kept[c.path] = bytes.Clone(part)
		c.room -= size
	}
	return len(part), nil
}

// result returns the checksum of files, all that lie below base. It sorts files.
func (c *checksum) result(base string, files []digest.File, open func(path string) (io.ReadCloser, error)) (pack.Digest, error) {
	if !c.broken && c.begun && c.base == base {
		return pack.Digest(c.sum.Sum()), nil
	}
	slices.SortFunc(files, func(a, b digest.File) int { return digest.ByComponent(a.Path, b.Path) })
	c.sum.Reset()
	for _, f := range files {
		if err := c.add(f, path.Join(base, f.Path), open); err != nil {
			return "", err
		}
	}
	return pack.Digest(c.sum.Sum()), nil
}

// add takes a file, from memory or from the disk.
func (c *checksum) add(f digest.File, written string, open func(path string) (io.ReadCloser, error)) error {
	if content, ok := c.kept[written]; ok {
		return c.sum.Add(f.Path, f.Size, bytes.NewReader(content))
	}
	content, err := open(written)
	if err != nil {
		return err
	}
	return errors.Join(c.sum.Add(f.Path, f.Size, content), content.Close())
}
