package write

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// Skip takes an entry that is not part of the tree: whatever it is, it only counts
// against the limits, and its content is read to its end.
func (w *Writer) Skip(ctx context.Context, e Entry, content io.Reader) error {
	if w.err != nil {
		return fmt.Errorf("skip %q: unusable since: %w", shown(e.Name), w.err)
	}
	w.err = w.skip(ctx, e, content)
	return w.err
}

func (w *Writer) skip(ctx context.Context, e Entry, content io.Reader) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("skip %q: %w", shown(e.Name), err)
	}
	if err := w.index.skip(e.Name, !e.Mode.IsDir()); err != nil || content == nil {
		return err
	}
	n, err := w.copy.start(ctx, e, content)
	if err != nil {
		return err
	}
	_, err = w.copy.copy(ctx, e, io.Discard, n, content)
	return err
}

// IsJunk reports whether a path is one that archivers leave at the top of an
// archive, beside the directory that was packed: what macOS and Java add.
func IsJunk(path string) bool {
	top, _, below := strings.Cut(path, "/")
	switch top {
	case "__MACOSX", "META-INF":
		return below
	case ".DS_Store":
		return !below
	}
	return strings.HasPrefix(top, "._") && !below
}
