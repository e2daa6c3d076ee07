package source

import (
	"context"
	"io"
)

// An Unpacker pushes the content of an archive into a [Sink]. Sources that find
// archives, but do not read them themselves, take one from the host; there is
// one in package archivesource. Implementations are safe for concurrent use.
type Unpacker interface {
	// Unpack reads archive to its end. name is what the archive is called;
	// the format is told by the content, and an extension that name has must
	// agree. What dst refuses is returned as it is; what is wrong with the
	// archive has [pack.CodeMalformedContent], [pack.CodeForbiddenEntry] or
	// [pack.CodeUnsafePath], or is a [*pack.LimitError].
	Unpack(ctx context.Context, name string, archive *io.SectionReader, dst Sink) error
}
