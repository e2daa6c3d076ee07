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

// A fakeSource serves schemes; Resolve and Fetch name the source that was asked.
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

// A fakeResolver and a fakeFetcher are half of a fakeSource each.
type (
	fakeResolver struct{ source.Resolver }
	fakeFetcher  struct{ source.Fetcher }
)

// A word is a plug-in that can nothing.
type word struct{}

func (word) Schemes() []string { return []string{"word"} }

// A countingSource counts how often it is asked.
type countingSource struct {
	fakeSource
	calls *int
}

func (c countingSource) Resolve(ctx context.Context, loc source.Locator) ([]pack.Pin, error) {
	*c.calls++
	return c.fakeSource.Resolve(ctx, loc)
}

func (c countingSource) Fetch(context.Context, pack.Pin, source.Sink) error {
	*c.calls++
	return nil
}

// A failingSource fails.
type failingSource struct {
	fakeSource
	err error
}

func (f failingSource) Resolve(context.Context, source.Locator) ([]pack.Pin, error) {
	return nil, f.err
}

func (f failingSource) Fetch(context.Context, pack.Pin, source.Sink) error { return f.err }
