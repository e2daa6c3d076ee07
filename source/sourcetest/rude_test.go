package sourcetest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/sourcetest"
)

func rudeFaults() []fault {
	failing := func(explain func(location string) error) func(*testing.T) sourcetest.Harness {
		b := newBroken()
		b.resolve = func(ctx context.Context, loc source.Locator) ([]pack.Pin, error) {
			pins, err := b.Memory.Resolve(ctx, loc)
			if err != nil {
				err = explain(loc.Location)
			}
			return pins, err
		}
		return of(b)
	}
	return []fault{
		{"RudeRequests: an error without a code", failing(func(string) error { return errors.New("no") })},
		{"RudeRequests: control characters", failing(func(l string) error { return pack.Errorf(pack.CodeNotFound, "no %.20s", l) })},
		{"RudeRequests: a long text", failing(func(l string) error { return pack.Errorf(pack.CodeNotFound, "no %q", strings.Repeat(l, 10)) })},
		{"RudeRequests: taken", of(brokenFetch(func(ctx context.Context, pin pack.Pin, dst source.Sink, good *sourcetest.Memory) error {
			if strings.HasPrefix(pin.Location, "-") {
				pin.Location = "demo"
			}
			return good.Fetch(ctx, pin, dst)
		}))},
		{"RudeRequests: the rev is repeated", of(revs{newBroken()})},
		{"SlowSink: two at once", of(brokenFetch(func(ctx context.Context, _ pack.Pin, dst source.Sink, _ *sourcetest.Memory) error {
			errs := make(chan error)
			for name, f := range packs()["demo"] {
				go func() { errs <- source.PutFS(ctx, dst, fstest.MapFS{name: f}) }()
			}
			var err error
			for range packs()["demo"] {
				err = errors.Join(err, <-errs)
			}
			return err
		}))},
		{"SlowSink: only what is read first", of(brokenPut(func(dst source.Sink) sinkFunc {
			return func(ctx context.Context, e source.Entry, content io.Reader) error {
				e.Size = -1
				return dst.Put(ctx, e, &once{content, false})
			}
		}))},
	}
}

// A once reads once.
type once struct {
	io.Reader

	done bool
}

func (o *once) Read(p []byte) (int, error) {
	if o.done {
		return 0, io.EOF
	}
	o.done = true
	return o.Reader.Read(p)
}

// revs fails for revs that are not there, and says so literally.
type revs struct{ *broken }

func (r revs) Resolve(ctx context.Context, loc source.Locator) ([]pack.Pin, error) {
	if loc.Rev != "" {
		return nil, fmt.Errorf("no rev %s: %w", loc.Rev, pack.ErrNotFound)
	}
	return r.broken.Resolve(ctx, loc)
}
