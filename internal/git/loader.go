package git

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// looseHeader is more than the longest header of an object in a file of its
// own: "commit 123...\x00".
const looseHeader = 32

// A Loader copies objects of a repository of this machine into a store, one by
// one, within limits.
type Loader struct {
	reader

	only plumbing.ObjectType     // when not 0, others are not loaded
	ids  map[place]plumbing.Hash // of objects of packs that were loaded
}

// A place is the offset of an object in a pack.
type place struct {
	pack *Pack
	at   int64
}

// NewLoader returns a loader into s.
func NewLoader(s *Store, limits Limits) *Loader {
	return &Loader{
		reader: reader{limits: limits, store: s, in: newInput(nil, 8<<10)},
		ids:    map[place]plumbing.Hash{},
	}
}

// ErrOtherType is returned for objects of other types than [Loader.Only] allows.
var ErrOtherType = errors.New("the object is of another type")

// Only makes l load objects of one type only. For others it returns
// [ErrOtherType], before they cost anything.
func (l *Loader) Only(typ plumbing.ObjectType) { l.only = typ }

// Loose loads a loose object, which r reads.
func (l *Loader) Loose(id plumbing.Hash, r io.Reader) error {
	l.in.continueWith(r)
	found, err := l.loose()
	return l.expect(id, found, err)
}

// Packed loads an object from the first of packs that holds it, and reports
// whether one does. The bases of a delta are loaded too.
func (l *Loader) Packed(ctx context.Context, id plumbing.Hash, packs []*Pack) (ok bool, err error) {
	for _, p := range packs {
		at, ok, err := p.find(id)
		if err != nil {
			return false, err
		}
		if ok {
			found, err := l.packed(ctx, p, at)
			return true, l.expect(id, found, err)
		}
	}
	return false, nil
}

// expect compares the name that the content of an object gives it with the one
// it was asked for by.
func (l *Loader) expect(id, found plumbing.Hash, err error) error {
	if err != nil {
		return corrupt(err)
	}
	if found != id {
		return Broken("object %s is corrupt: its content makes it %s", id, found)
	}
	if err := Check("number of objects", l.limits.Objects, int64(len(l.store.objects))); err != nil {
		return err
	}
	return Check("size of what is read of a repository", l.limits.PackBytes, l.in.used())
}

func (l *Loader) loose() (plumbing.Hash, error) {
	if err := l.in.start(); err != nil {
		return plumbing.ZeroHash, err
	}
	typ, size, err := l.looseHeader()
	if err != nil {
		return plumbing.ZeroHash, err
	}
	return l.load(typ, size)
}

// load reads the object whose stream has been started.
func (l *Loader) load(typ plumbing.ObjectType, size int64) (plumbing.Hash, error) {
	if l.only != 0 && typ != l.only {
		return plumbing.ZeroHash, ErrOtherType
	}
	return l.object(typ, size)
}

// looseHeader reads the start of the content: "<type> <size>" and NUL.
func (l *Loader) looseHeader() (plumbing.ObjectType, int64, error) {
	var header [looseHeader]byte
	for i := range header {
		if _, err := io.ReadFull(l, header[i:i+1]); err != nil {
			return 0, 0, err
		}
		if header[i] != 0 {
			continue
		}
		word, digits, _ := strings.Cut(string(header[:i]), " ")
		typ, err := plumbing.ParseObjectType(word)
		size, sizeErr := strconv.ParseInt(digits, 10, 64)
		if err != nil || sizeErr != nil || size < 0 {
			break
		}
		return typ, size, nil
	}
	return 0, 0, Broken("an object has no header")
}
