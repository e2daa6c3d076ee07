package sourcetest_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/sourcetest"
)

func hostileFaults() []fault {
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
		{"HostileRequests: an error without a code", failing(func(string) error { return errors.New("no") })},
		{"HostileRequests: a long text", failing(func(l string) error { return pack.Errorf(pack.CodeNotFound, "no %q", strings.Repeat(l, 10)) })},
		{"HostileRequests: taken", of(brokenFetch(func(ctx context.Context, pin pack.Pin, dst source.Sink, good *sourcetest.Memory) error {
			if strings.HasPrefix(pin.Location, "-") {
				pin.Location = "demo"
			}
			return good.Fetch(ctx, pin, dst)
		}))},
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
