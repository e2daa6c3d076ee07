package gitsource

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/git"
	"github.com/packtrain/pack/internal/os/roots"
	"github.com/packtrain/pack/source"
)

const (
	symbolicPrefix = "ref: "
	// refFileBytes is more than the longest line of a branch file.
	refFileBytes = 4096
	// symbolicChain is how many symbolic names git follows.
	symbolicChain = 5
)

// A refReader reads the branches and tags of a repository of this machine.
type refReader struct {
	local    *local
	list     *refs
	symbolic map[string]string // names that refer to another name
	bytes    int64             // against Limits.RefBytes
}

// list reads the branches and tags.
func (l *local) list(ctx context.Context) (*refs, error) {
	r := &refReader{
		local:    l,
		list:     &refs{names: map[string]plumbing.Hash{}, peeled: map[string]plumbing.Hash{}},
		symbolic: map[string]string{},
	}
	if _, err := l.dir.Lstat("reftable"); err == nil {
		return nil, broken("the repository keeps its branches and tags in a reftable: only files are supported")
	}
	// In this order, for git writes packed-refs before it removes the files.
	if err := r.readLoose(ctx); err != nil {
		return nil, err
	}
	if err := r.readPacked(); err != nil {
		return nil, err
	}
	if err := r.readOne(r.local.dir, "HEAD", "HEAD"); err != nil {
		return nil, noRepository(err)
	}
	r.follow()
	return r.list, r.peel(ctx)
}

// readLoose reads the files below refs.
func (r *refReader) readLoose(ctx context.Context) error {
	dir, err := enterDir(r.local.dir, "refs")
	if errors.Is(err, pack.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return r.readDir(ctx, dir, "refs", 1)
}

// readDir reads the files in a directory of the given name and below, and closes
// it. The list is bounded while it is read.
func (r *refReader) readDir(ctx context.Context, dir *os.Root, name string, depth int64) error {
	err := check("path depth", r.local.limits.Depth, depth)
	if err == nil {
		err = eachName(dir, func(base string) error { return r.readEntry(ctx, dir, base, name+"/"+base, depth) })
	}
	return errors.Join(err, dir.Close())
}

// readEntry reads the file base, or the files below the directory base, whose full
// name is the given one.
func (r *refReader) readEntry(ctx context.Context, dir *os.Root, base, name string, depth int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := r.chargeName(name); err != nil {
		return err
	}
	info, err := dir.Lstat(base)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // removed meanwhile
	case err != nil:
		return pack.Errorf(pack.CodeIO, "read branches and tags: %w", err)
	case info.IsDir():
		below, err := roots.EnterSame(dir, base, info)
		if err != nil {
			return unlessGone(err)
		}
		return r.readDir(ctx, below, name, depth+1)
	case isRev(name):
		return unlessGone(r.readOne(dir, base, name))
	}
	return nil
}

// isRev reports whether a name can be requested. Others are ignored.
func isRev(name string) bool { return source.CheckRev(name) == nil }

// unlessGone drops the error of a file that was removed meanwhile.
func unlessGone(err error) error {
	if errors.Is(err, pack.ErrNotFound) {
		return nil
	}
	return err
}

// readOne reads the file of one branch or tag, or HEAD, whose full name is the
// given one.
func (r *refReader) readOne(dir *os.Root, base, name string) error {
	f, _, err := roots.OpenFile(dir, base)
	if err != nil {
		return err
	}
	content, err := io.ReadAll(io.LimitReader(f, refFileBytes))
	if err = errors.Join(err, f.Close()); err != nil {
		return pack.Errorf(pack.CodeIO, "read %q: %w", name, err)
	}
	text := strings.TrimSpace(string(content))
	if target, ok := strings.CutPrefix(text, symbolicPrefix); ok {
		r.symbolic[name] = strings.TrimSpace(target)
		return nil
	}
	hash, err := objectOf(text, name)
	if err != nil {
		return err
	}
	r.set(name, hash)
	return nil
}

func (r *refReader) set(name string, hash plumbing.Hash) {
	if name == "HEAD" {
		r.list.head = hash
		return
	}
	r.list.names[name] = hash
}

// follow resolves symbolic names.
func (r *refReader) follow() {
	for name := range r.symbolic {
		target := name
		for range symbolicChain {
			target = cmp.Or(r.symbolic[target], target)
		}
		if hash, ok := r.list.names[target]; ok && r.symbolic[target] == "" {
			r.set(name, hash)
		}
	}
}

// objectOf reads the name of an object that was found in the given place.
func objectOf(text, place string) (plumbing.Hash, error) {
	if hash, ok := git.ParseID(text); ok {
		return hash, nil
	}
	if longCommitPattern.MatchString(text) {
		return plumbing.ZeroHash, broken("the repository names objects by SHA-256: only SHA-1 repositories are supported")
	}
	return plumbing.ZeroHash, broken("%s holds %s, which is not the name of an object", shown(place), shown(text))
}

// chargeName accounts for a branch or tag as in a server's list.
func (r *refReader) chargeName(name string) error {
	const rest = len("0123456789abcdef0123456789abcdef01234567 \n")
	return r.charge(int64(len(name) + rest))
}

func (r *refReader) charge(n int64) error {
	r.bytes += n
	return check("size of the list of branches and tags", r.local.limits.RefBytes, r.bytes)
}
