package source_test

import (
	"context"
	"io"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// A sinkFunc is a Sink that looks at names only.
type sinkFunc func(e source.Entry) error

func (f sinkFunc) Put(_ context.Context, e source.Entry, _ io.Reader) error { return f(e) }

// A fakeSource serves schemes; Resolve and Fetch tell which source was asked.
type fakeSource struct {
	name    string
	schemes []string
}

func (f fakeSource) Schemes() []string { return f.schemes }

func (f fakeSource) Resolve(_ context.Context, loc source.Locator) ([]pack.Pin, error) {
	return []pack.Pin{{Scheme: loc.Scheme, Location: f.name + " resolves " + loc.Location}}, nil
}

func (f fakeSource) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) error {
	return dst.Put(ctx, source.Entry{Name: f.name + " fetches " + pin.Location}, nil)
}

// A listingSource is a fakeSource that knows versions.
type listingSource struct{ fakeSource }

func (l listingSource) Versions(_ context.Context, loc source.Locator) ([]pack.Pin, error) {
	return []pack.Pin{{Scheme: loc.Scheme, Location: l.name + " lists " + loc.Location}}, nil
}

// A decorated source hides the powers of another one.
type decorated struct{ source.Source }

func (d decorated) Unwrap() source.Source { return d.Source }
