package source

import (
	"context"
	"io"
)

// A Shelf keeps bytes by key, for plug-ins that would otherwise request the same data
// from a server again. It is a cache: entries may disappear at any time, and a reader
// verifies its data. A host gives a Shelf to the plug-ins that take one; it should be
// writable by the host alone, because plug-ins can verify its entries only in part.
//
// A key consists of one or more names of lower-case letters, digits, "-" and "_",
// separated by "/": 200 bytes at most. Plug-ins that share a Shelf use keys
// that begin with a name of their own. Other keys are refused with
// [pack.CodeInvalidRequest].
//
// A Shelf is safe for concurrent use, by several processes where it outlives one. The
// last commit of a key wins. A reader sees the bytes of one commit, from the first to
// the last, regardless of concurrent commits and removals.
//
// When a process dies, its uncommitted bytes are never seen, and committed ones
// stay. When the machine dies, entries that were committed shortly before may be
// lost or damaged.
//
// Errors that are not named here have [pack.CodeIO], or are the context's. A
// plug-in continues without the Shelf after them.
type Shelf interface {
	// Open returns the bytes that were committed under key. The caller closes the
	// reader, which stays readable when ctx ends. An entry that does not exist is
	// an error that matches [io/fs.ErrNotExist].
	Open(ctx context.Context, key string) (io.ReadCloser, error)

	// Create returns a writer for the bytes of key, which replace those that are
	// there when it is committed. The caller commits or discards it.
	Create(ctx context.Context, key string) (ShelfWriter, error)
}

// A ShelfWriter receives the bytes of one entry of a [Shelf]. It is for one
// goroutine at a time. After an error of Write or Commit it can only be discarded.
type ShelfWriter interface {
	io.Writer

	// Commit atomically makes the written bytes the entry. After an error the entry is
	// unchanged.
	Commit() error

	// Discard drops the bytes and removes temporary files. After Commit it does
	// nothing, so that it can be deferred.
	Discard() error
}
