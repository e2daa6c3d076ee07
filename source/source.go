package source

import (
	"context"
	"io"
	"io/fs"

	"github.com/packtrain/pack"
)

// A Source resolves what a user named to a [pack.Pin], and delivers the content
// of a pin. Implementations are safe for concurrent use.
//
// A source never runs anything that comes with a pack and never writes the
// destination; it may spool into a scratch directory that the host gave it.
type Source interface {
	// Schemes lists the schemes this source serves. The same list on every
	// call; never empty.
	Schemes() []string

	// Resolve returns pins for the content that loc names: alternatives for
	// one content, best first, never none without an error. What does not
	// exist is an error that matches [pack.ErrNotFound]. Pins may carry a
	// scheme of another source, which then fetches them.
	Resolve(ctx context.Context, loc Locator) ([]pack.Pin, error)

	// Fetch pushes the content of pin into dst: the same pin gives the same
	// bytes, or an error. Names are relative to the content's root, whatever
	// pin.Subdir and pin.StripTop say; what lies outside of pin.Subdir may be
	// left out. Fetch verifies what only it can see (the archive's bytes, the
	// commit); after an error the owner of dst discards what it received. An
	// error of dst is returned wrapped, and no further entry is pushed.
	Fetch(ctx context.Context, pin pack.Pin, dst Sink) error
}

// A Lister is a [Source] that knows the versions of a pack. Find it with [As].
type Lister interface {
	// Versions returns a pin for every known version of what loc names, the
	// highest first. None known is an error that matches [pack.ErrNotFound].
	Versions(ctx context.Context, loc Locator) ([]pack.Pin, error)
}

// An Entry is one file or directory that a source delivers.
type Entry struct {
	// Name is relative to the content's root and separated by "/".
	Name string
	// Mode tells the type; of the permissions only the executable bit counts.
	Mode fs.FileMode
	// Size in bytes of a regular file; -1 when it is not known beforehand.
	Size int64
	// Link is the target of a symbolic or hard link.
	Link string
}

// A Sink receives entries. It is called from one goroutine at a time, in any
// order; parents are implied. Empty directories are not kept, but take part in
// the check for collisions. A Sink refuses whatever is not a regular file or a
// directory, reads content up to its end, and checks a Size that is given.
// After an error it is unusable.
type Sink interface {
	// Put takes one entry. content is nil for a directory.
	Put(ctx context.Context, e Entry, content io.Reader) error
}

// An Unwrapper is a Source that decorates another one.
type Unwrapper interface {
	Unwrap() Source
}

// As finds an optional power of s, such as [Lister]: in s itself, or in a
// source that it decorates.
func As[T any](s Source) (T, bool) {
	for s != nil {
		if t, ok := s.(T); ok {
			return t, true
		}
		u, ok := s.(Unwrapper)
		if !ok {
			break
		}
		s = u.Unwrap()
	}
	var zero T
	return zero, false
}
