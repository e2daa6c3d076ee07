package source

import (
	"context"
	"io"
	"strings"

	"github.com/packtrain/pack/internal/archive/write"
)

// put takes one entry: it is skipped when it lies outside of the content. Where
// that is known only at the end, because the top may be stripped or not, an entry
// that would be refused is noted.
func (t *Tree) put(ctx context.Context, e Entry, content io.Reader) error {
	entry := write.Entry(e)
	if t.opts.Subdir == "" {
		return t.writer.Put(ctx, entry, content)
	}
	whole, stripped := t.places(e)
	if !whole && !stripped {
		return t.writer.Skip(ctx, entry, content)
	}
	if err := t.writer.Check(entry); err != nil && whole != stripped && t.opts.StripTop {
		if t.refused[stripped] == nil {
			t.refused[stripped] = err
		}
		return t.writer.Skip(ctx, entry, content)
	}
	return t.writer.Put(ctx, entry, content)
}

// places reports whether an entry lies in the subdirectory, or on the way there,
// when the top is part of the content, and when it is stripped.
func (t *Tree) places(e Entry) (whole, stripped bool) {
	name, subdir := write.Loose(e.Name), t.subdir
	if name == "" {
		return false, false // the top itself, or what is above it
	}
	whole = touch(name, subdir)
	if !t.opts.StripTop || t.writer.Spread() {
		return whole, false
	}
	top, rest, isBelow := strings.Cut(name, "/")
	if !isBelow && !e.Mode.IsDir() {
		return whole, false
	}
	if known := t.writer.Top(); known != "" && write.Loose(known) != top {
		return whole, false
	}
	return whole, touch(rest, subdir)
}

// touch reports whether one path is the other one, or lies below it.
func touch(a, b string) bool {
	_, aBelow := below(b, a)
	_, bBelow := below(a, b)
	return a == b || aBelow || bBelow
}
