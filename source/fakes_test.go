package source_test

import (
	"context"
	"io"

	"github.com/packtrain/pack/source"
)

// A sinkFunc is a Sink that looks at names only.
type sinkFunc func(e source.Entry) error

func (f sinkFunc) Put(_ context.Context, e source.Entry, _ io.Reader) error { return f(e) }
