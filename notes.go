package pack

import (
	"context"
	"fmt"
)

type notesKey struct{}

// WithNotes returns a context for calls into code that a host may supply, such as a
// source: what that code passes to [Note] comes to fn, one line at a time. fn is
// called synchronously, by any goroutine of the call, and replaces an fn that ctx had.
func WithNotes(ctx context.Context, fn func(ctx context.Context, text string)) context.Context {
	return context.WithValue(ctx, notesKey{}, fn)
}

// Note tells the caller of the code that received ctx something that the user should
// know and that is no failure: which index entries were skipped, which files were left
// out. It becomes a [Warning] in the report of the stage, and an event. Without
// [WithNotes] it is dropped. It is safe for concurrent use when the caller's function
// is; those of the stages are.
func Note(ctx context.Context, format string, args ...any) {
	if fn, ok := ctx.Value(notesKey{}).(func(context.Context, string)); ok {
		fn(ctx, fmt.Sprintf(format, args...))
	}
}
