package web

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/packtrain/pack"
)

const (
	rateWindow = 30 * time.Second
	rateBytes  = 30 << 10 // within rateWindow: 1 KiB/s
	// After averageAfter, the transfer as a whole must have had averageRate.
	averageAfter  = 2 * time.Minute
	averageRate   = 8 << 10 // bytes in a second
	totalDuration = 15 * time.Minute
)

var (
	errTooSlow          = errors.New("transfer fell below 1 KiB/s for 30 s")
	errTooSlowOnAverage = errors.New("transfer fell below 8 KiB/s on average")
	errTooLong          = errors.New("transfer took longer than 15 minutes")
)

// A transfer is a response body that must arrive at a minimum rate, which is low for a
// while and higher on average, so that a slow server cannot hold a place for long. Only time
// spent waiting in Read counts, so a slow consumer does not count against the server.
type transfer struct {
	io.Closer

	body    io.Reader
	cancel  context.CancelCauseFunc
	explain func(error) error
	total   *time.Timer
	slow    *time.Timer // runs only while Read waits
	waited  time.Duration
	got     int
	average *time.Timer   // runs as slow does
	all     time.Duration // spent waiting from the beginning
	size    int64         // received from the beginning
}

func newTransfer(body io.ReadCloser, cancel context.CancelCauseFunc, explain func(error) error) *transfer {
	t := &transfer{Closer: body, body: body, cancel: cancel, explain: explain}
	t.total = time.AfterFunc(totalDuration, func() { cancel(errTooLong) })
	t.slow = time.AfterFunc(rateWindow, func() { cancel(errTooSlow) })
	t.slow.Stop()
	t.average = time.AfterFunc(averageAfter, func() { cancel(errTooSlowOnAverage) })
	t.average.Stop()
	return t
}

// Read implements [io.Reader]. Its errors are those of [explain].
func (t *transfer) Read(p []byte) (int, error) {
	start := time.Now()
	t.slow.Reset(rateWindow - t.waited)
	t.average.Reset(max(averageAfter, time.Duration(t.size/averageRate)*time.Second) - t.all)
	n, err := t.body.Read(p)
	t.slow.Stop()
	t.average.Stop()
	t.waited += time.Since(start)
	t.all += time.Since(start)
	t.size += int64(n)
	if t.got += n; t.got >= rateBytes {
		t.got, t.waited = 0, 0
	}
	if err == io.EOF {
		return n, err
	}
	return n, t.explain(err)
}

// Close implements [io.Closer].
func (t *transfer) Close() error {
	t.total.Stop()
	err := t.Closer.Close()
	t.cancel(nil)
	return err
}

// LimitReader returns a reader of r that fails with a [*pack.LimitError] naming
// limit as soon as r holds more than most bytes.
func LimitReader(r io.Reader, limit string, most int64) io.Reader {
	return &limitReader{r: r, limit: limit, most: most, left: most}
}

type limitReader struct {
	r          io.Reader
	limit      string
	most, left int64
}

func (l *limitReader) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, &pack.LimitError{Limit: l.limit, Max: l.most, Value: l.most + 1}
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	l.left -= int64(n)
	if l.left < 0 {
		return n - 1, &pack.LimitError{Limit: l.limit, Max: l.most, Value: l.most + 1}
	}
	return n, err
}
