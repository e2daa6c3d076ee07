package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// A result is what happened under load.
type result struct {
	took      time.Duration // until all was installed
	reads     latencies     // until then
	quiet     latencies     // after that
	later     int           // requests that were asked to come later
	installed int
	events    int
	errs      []error // the first ones
}

// latencies are how long requests took until they were answered.
type latencies []time.Duration

// quantile returns how long a part of them took at most. They are sorted.
func (l latencies) quantile(q float64) time.Duration {
	if len(l) == 0 {
		return 0
	}
	return l[int(q*float64(len(l)-1))].Round(100 * time.Microsecond)
}

// String returns the median and the slow ones.
func (l latencies) String() string {
	slices.Sort(l)
	return fmt.Sprintf("%d reads: %s (median), %s (99 of 100), %s (slowest)", len(l), l.quantile(0.5), l.quantile(0.99), l.quantile(1))
}

// maxErrors is how many errors are kept.
const maxErrors = 20

// A meter sends requests and notes how they went. It is safe for concurrent use.
type meter struct {
	next http.RoundTripper

	mu sync.Mutex
	result
}

// RoundTrip implements [http.RoundTripper].
func (m *meter) RoundTrip(r *http.Request) (*http.Response, error) {
	start := time.Now()
	resp, err := m.next.RoundTrip(r)
	took := time.Since(start)
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case r.Context().Err() != nil: // the load is over
	case err != nil:
		m.fail(fmt.Errorf("%s %s: %w", r.Method, r.URL.Path, err))
	case resp.StatusCode == http.StatusTooManyRequests && resp.Header.Get("Retry-After") != "":
		m.later++
	case resp.StatusCode >= http.StatusBadRequest:
		m.fail(fmt.Errorf("%s %s: status %d", r.Method, r.URL.Path, resp.StatusCode))
	case r.Method == http.MethodGet && !strings.HasSuffix(r.URL.Path, "/events"):
		m.quiet = append(m.quiet, took)
	}
	return resp, err
}

// fail keeps an error. The caller holds m.mu.
func (m *meter) fail(err error) {
	if len(m.errs) < maxErrors {
		m.errs = append(m.errs, err)
	}
}

// note counts what a client did.
func (m *meter) note(installed, events int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.installed += installed
	m.events += events
	if err != nil {
		m.fail(err)
	}
}

// calm says that from here on nothing but reads happens.
func (m *meter) calm(took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.took = took
	m.reads, m.quiet = m.quiet, nil
}

// end returns the result.
func (m *meter) end() *result {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.result
	return &r
}
