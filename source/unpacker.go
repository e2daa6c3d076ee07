package source

import (
	"context"
	"io"
)

// An Unpacker pushes the content of an archive into a [Sink]. Sources that find
// archives, but do not read them themselves, take one from the host; package
// archivesource has one. Implementations are safe for concurrent use.
type Unpacker interface {
	// Unpack reads archive to its end. name is the file name of the archive; the
	// content decides the format, and an extension in name must agree. Errors of
	// dst are returned as they are; a fault of the archive has
	// [pack.CodeMalformedContent], [pack.CodeForbiddenEntry] or
	// [pack.CodeUnsafePath], or is a [*pack.LimitError].
	Unpack(ctx context.Context, name string, archive *io.SectionReader, dst Sink) error
}
