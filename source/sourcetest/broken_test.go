package sourcetest_test

import (
	"context"
	"io"
	"sync/atomic"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/sourcetest"
)

// A broken source is a Memory of which something was replaced.
type broken struct {
	*sourcetest.Memory
	schemes func() []string
	resolve func(ctx context.Context, loc source.Locator) ([]pack.Pin, error)
	fetch   func(ctx context.Context, pin pack.Pin, dst source.Sink) error
}

func newBroken() *broken {
	m := sourcetest.NewMemory(packs())
	return &broken{Memory: m, schemes: m.Schemes, resolve: m.Resolve, fetch: m.Fetch}
}

func (b *broken) Schemes() []string { return b.schemes() }

func (b *broken) Resolve(ctx context.Context, loc source.Locator) ([]pack.Pin, error) {
	return b.resolve(ctx, loc)
}

func (b *broken) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) error {
	return b.fetch(ctx, pin, dst)
}

// brokenPins has pins that are changed after resolving.
func brokenPins(change func(pins []pack.Pin) []pack.Pin) source.Source {
	b := newBroken()
	b.resolve = func(ctx context.Context, loc source.Locator) ([]pack.Pin, error) {
		pins, err := b.Memory.Resolve(ctx, loc)
		if err != nil {
			return nil, err
		}
		return change(pins), nil
	}
	return b
}

// brokenContent delivers the pack "demo" with a change that depends on the
// number of the fetch, and all others as they are.
func brokenContent(change func(fetch int64, demo fstest.MapFS)) source.Source {
	b := newBroken()
	var fetches atomic.Int64
	b.fetch = func(ctx context.Context, pin pack.Pin, dst source.Sink) error {
		if pin.Location != "demo" {
			return b.Memory.Fetch(ctx, pin, dst)
		}
		demo := packs()["demo"]
		change(fetches.Add(1), demo)
		return source.PutFS(ctx, dst, demo)
	}
	return b
}

// brokenFetch replaces Fetch; good is the one that works.
func brokenFetch(fetch func(ctx context.Context, pin pack.Pin, dst source.Sink, good *sourcetest.Memory) error) source.Source {
	b := newBroken()
	b.fetch = func(ctx context.Context, pin pack.Pin, dst source.Sink) error {
		return fetch(ctx, pin, dst, b.Memory)
	}
	return b
}

// A sinkFunc is a Sink between a source and its own.
type sinkFunc func(ctx context.Context, e source.Entry, content io.Reader) error

func (f sinkFunc) Put(ctx context.Context, e source.Entry, content io.Reader) error {
	return f(ctx, e, content)
}

// brokenPut fetches well, but into a sink made of the real one.
func brokenPut(wrap func(dst source.Sink) sinkFunc) source.Source {
	return brokenFetch(func(ctx context.Context, pin pack.Pin, dst source.Sink, good *sourcetest.Memory) error {
		return good.Fetch(ctx, pin, wrap(dst))
	})
}

// A countingSink takes everything.
type countingSink struct{ puts int }

func (s *countingSink) Put(_ context.Context, _ source.Entry, content io.Reader) error {
	s.puts++
	if content == nil {
		return nil
	}
	_, err := io.Copy(io.Discard, content)
	return err
}
