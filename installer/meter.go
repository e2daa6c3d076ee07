package installer

import (
	"context"
	"io"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// progressEvery is the shortest time between two events about the progress of
// one pack.
const progressEvery = 100 * time.Millisecond

// A meter is a Sink that reports how many bytes went through it.
type meter struct {
	source.Sink
	report func(done int64)
	last   time.Time
	done   int64
	begun  bool // something was put
}

// meter returns a Sink that passes everything on to dst.
func (j *job) meter(ctx context.Context, it *item, dst source.Sink) *meter {
	report := func(done int64) {
		e := j.Event(&it.Item, pack.EventProgress)
		e.Pack, e.Version, e.Done = "", pack.Version{}, done // ref and version are reported at the end
		j.Emit(ctx, e)
	}
	return &meter{Sink: dst, report: report, last: time.Now()}
}

// Put implements [source.Sink].
func (m *meter) Put(ctx context.Context, e source.Entry, content io.Reader) error {
	m.begun = true
	if content == nil {
		return m.Sink.Put(ctx, e, nil)
	}
	return m.Sink.Put(ctx, e, &meteredReader{content, m})
}

type meteredReader struct {
	io.Reader
	meter *meter
}

// Read implements [io.Reader].
func (r *meteredReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	m := r.meter
	m.done += int64(n)
	if now := time.Now(); now.Sub(m.last) >= progressEvery {
		m.last = now
		m.report(m.done)
	}
	return n, err
}
