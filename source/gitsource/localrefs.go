package gitsource

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/roots"
	"github.com/packtrain/pack/source"
)

const (
	symbolicPrefix = "ref: "
	// refFileBytes is more than the longest line that a file of one branch has.
	refFileBytes = 4096
	// tagChain is how many tags may lie between a tag and its commit.
	tagChain = 64
)

// A refReader reads the branches and tags of a repository of this machine.
type refReader struct {
	local    *local
	list     *refs
	symbolic map[string]string // names that mean what another one means
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
	if err := r.readOne("HEAD"); err != nil {
		return nil, noRepository(err)
	}
	r.follow()
	return r.list, r.peel(ctx)
}

// readLoose reads the files below refs.
func (r *refReader) readLoose(ctx context.Context) error {
	return fs.WalkDir(r.local.dir.FS(), "refs", func(name string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // removed meanwhile
			return pack.Errorf(pack.CodeIO, "read branches and tags: %w", err)
		}
		if err := errors.Join(r.charge(int64(len(name))), check("path depth", r.local.limits.Depth, int64(strings.Count(name, "/")))); err != nil {
			return err
		}
		if err != nil || d.IsDir() || source.CheckRev(name) != nil {
			return nil //nolint:nilerr // what was removed meanwhile is no branch any more
		}
		if err := r.readOne(name); !errors.Is(err, pack.ErrNotFound) {
			return err
		}
		return nil
	})
}

// readOne reads the file of one branch or tag, or HEAD.
func (r *refReader) readOne(name string) error {
	f, _, err := roots.OpenFile(r.local.dir, name)
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

// follow gives symbolic names the meaning of their target, which is a name that
// is not symbolic.
func (r *refReader) follow() {
	for name, target := range r.symbolic {
		if hash, ok := r.list.names[target]; ok && r.symbolic[target] == "" {
			r.set(name, hash)
		}
	}
}

// readPacked reads the file packed-refs, if there is one: lines "<object>
// <name>", and behind a tag "^<what it points to in the end>".
func (r *refReader) readPacked() error {
	f, info, err := roots.OpenFile(r.local.dir, "packed-refs")
	if errors.Is(err, pack.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it was only read
	if err := r.charge(info.Size()); err != nil {
		return err
	}
	last, lines := "", bufio.NewScanner(io.LimitReader(f, info.Size()))
	for lines.Scan() {
		if last, err = r.addPacked(lines.Text(), last); err != nil {
			return err
		}
	}
	if lines.Err() != nil {
		return broken("packed-refs: %s", shown(lines.Err().Error()))
	}
	return nil
}

// addPacked takes one line, unless there is a file of that name. last is the name
// that the line before gave a meaning to.
func (r *refReader) addPacked(line, last string) (name string, err error) {
	if strings.HasPrefix(line, "#") {
		return last, nil
	}
	object, name, _ := strings.Cut(line, " ")
	peeled, isPeeled := strings.CutPrefix(object, "^")
	hash, err := objectOf(peeled, "packed-refs")
	if err != nil {
		return "", err
	}
	if isPeeled {
		if last != "" {
			r.list.peeled[last] = hash
		}
		return "", nil
	}
	if !r.isNew(name) {
		return "", nil
	}
	r.list.names[name] = hash
	return name, nil
}

func (r *refReader) isNew(name string) bool {
	_, isLoose := r.list.names[name]
	return !isLoose && r.symbolic[name] == "" && source.CheckRev(name) == nil
}

// peel finds out what the annotated tags point to that packed-refs knows
// nothing of.
func (r *refReader) peel(ctx context.Context) error {
	s := newStore("")
	load := newLoader(r.local, s).load(ctx)
	for name, hash := range r.list.names {
		if _, ok := r.list.peeled[name]; ok || !strings.HasPrefix(name, tagPrefix) {
			continue
		}
		target, err := tagTarget(s, load, hash)
		if _, isBroken := errors.AsType[*brokenError](err); isBroken {
			continue // whoever asks for this tag is told when it is fetched
		}
		if err != nil {
			return err
		}
		if target != hash {
			r.list.peeled[name] = target
		}
	}
	return nil
}

// tagTarget returns what a tag points to in the end.
func tagTarget(s *store, load func(plumbing.Hash) error, id plumbing.Hash) (plumbing.Hash, error) {
	for range tagChain {
		if err := load(id); err != nil {
			return id, err
		}
		o := s.objects[id]
		if o.typ != plumbing.TagObject {
			return id, nil
		}
		content, err := s.bytes(o)
		if err != nil {
			return id, err
		}
		line, _, _ := bytes.Cut(content, []byte("\n"))
		next, isTag := strings.CutPrefix(string(line), "object ")
		if id, err = objectOf(next, "tag "+id.String()); err != nil || !isTag {
			return id, broken("a tag does not name its object")
		}
	}
	return id, broken("a tag leads to more than %d others", tagChain)
}

// objectOf reads the name of an object that was found in the given place.
func objectOf(text, place string) (plumbing.Hash, error) {
	if hash, ok := parseCommit(text); ok {
		return hash, nil
	}
	if longCommitPattern.MatchString(text) {
		return plumbing.ZeroHash, broken("the repository names objects by SHA-256: only SHA-1 repositories are supported")
	}
	return plumbing.ZeroHash, broken("%s holds %s, which is not the name of an object", shown(place), shown(text))
}

func (r *refReader) charge(n int64) error {
	r.bytes += n
	return check("size of the list of branches and tags", r.local.limits.RefBytes, r.bytes)
}
