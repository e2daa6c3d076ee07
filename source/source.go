package source

import (
	"context"
	"io"
	"io/fs"

	"github.com/packtrain/pack"
)

// A Resolver turns a locator into pins, each an immutable choice of content. It is
// called through a [Mux], which implements a part of the contract: a Resolver never
// sees a locator of a scheme it does not serve, nor a context that is done when the
// call begins, and control characters in its errors are escaped. The rest is the
// Resolver's. It is safe for concurrent use, runs no code of a pack, and writes only to
// a scratch directory supplied by the host.
type Resolver interface {
	// Schemes lists the schemes of locators that it resolves: at least one, the
	// same on every call, in a slice that belongs to the caller. A scheme is two
	// or more lower-case letters, digits, "+" or "-", a letter first.
	Schemes() []string

	// Resolve returns pins for the content that loc names: alternatives for one
	// content, best first: at least one, or none and an error.
	//
	// A pin has a Scheme, which another plug-in may serve, and a Location; both are
	// valid UTF-8 without credentials. It is a plain value that can be stored, and
	// means the same years later: the bytes that were chosen now, or an error.
	// Pin.Subdir is loc.Subdir, unless the Resolver determines another one; parts of
	// loc that have no meaning for the scheme (Rev, Constraint, Index) are refused or
	// ignored.
	//
	// loc may hold any text, even text that [Parse] would refuse. Missing content
	// is an error that matches [pack.ErrNotFound] (pack.Errorf with
	// pack.CodeNotFound). Every error has a code: that of [pack.Errorf], or it
	// wraps the context's error or one of package os. Its text quotes loc once at
	// most, and shows no secret.
	Resolve(ctx context.Context, loc Locator) ([]pack.Pin, error)
}

// A Fetcher delivers the content of pins. It is asked through a [Mux], as a
// [Resolver] is, which keeps the same part of the contract. It is safe for
// concurrent use, runs no code of a pack, and never writes to the destination:
// it pushes into the [Sink], and may spool into a scratch directory supplied by
// the host.
type Fetcher interface {
	// Schemes lists the schemes of pins that it fetches, as those of a [Resolver].
	Schemes() []string

	// Fetch pushes the content of pin into dst: the same pin gives the same
	// files, or an error. [PutFS] does all of that for content in an [io/fs.FS].
	//
	// Entries are pushed one at a time, from one goroutine, with names relative to the
	// content's root as they are, none omitted or renamed; dst checks them. The owner
	// of dst applies pin.Subdir and pin.StripTop; entries outside of pin.Subdir may be
	// left out.
	//
	// Fetch verifies the facts that only it can see: the bytes of an archive against
	// pin.ArchiveDigest, pin.Size or pin.ETag, a commit. The owner of dst verifies the
	// digests of the content, pin.TreeDigest and pin.DirectoryChecksum. An error of dst
	// is returned wrapped, and no further entry is pushed; the same holds when ctx
	// ends. After any error the owner of dst discards the received content.
	//
	// pin may hold any text. Errors are those of [Resolver], with
	// [pack.ErrUnavailable] for a failing server, so that [pack.Retryable]
	// reports whether to try again, and [pack.ErrIntegrity] for content that does
	// not match pin.
	Fetch(ctx context.Context, pin pack.Pin, dst Sink) error
}

// A Source is both: it resolves locators, and fetches the pins.
type Source interface {
	Resolver
	Fetcher
}

// A Plugin is a part of a [Mux]: a [Resolver], a [Fetcher] or a [Source].
type Plugin interface {
	Schemes() []string
}

// An Entry is one file or directory that a source delivers.
type Entry struct {
	// Name is relative to the content's root and separated by "/".
	Name string
	// Mode has the type; of the permissions only the executable bit counts.
	Mode fs.FileMode
	// Size in bytes of a regular file; -1 when it is not known beforehand.
	Size int64
	// Link is the target of a symbolic or hard link.
	Link string
	// Fault is why the source refuses the entry, such as a name that programs read
	// in different ways. Mode is then neither that of a regular file nor that of a
	// directory, or Link is set, so every Sink refuses it; a [Tree] does with this
	// error, unless the entry lies outside of the content. nil: no reason.
	Fault error
}

// A Sink receives entries. It is called from one goroutine at a time, in any
// order; parents are implied. Empty directories are not kept, but take part in
// the check for collisions. A Sink refuses everything but regular files and
// directories, reads content up to its end, and checks Size unless it is -1. What
// lies outside of the directory that it wants is counted and read, and dropped
// whatever it is. After an error it is unusable.
type Sink interface {
	// Put receives one entry. content is nil for a directory.
	Put(ctx context.Context, e Entry, content io.Reader) error
}
