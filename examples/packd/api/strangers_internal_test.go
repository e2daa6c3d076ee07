package api

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestAddress(t *testing.T) {
	t.Parallel()
	s := newStrangers(1, 1, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::1/128")})
	for _, tt := range []struct {
		name, remote, want string
		forwarded          []string
	}{
		{"no proxy", "192.0.2.1:80", "192.0.2.1", nil},
		{"IPv4 in IPv6", "[::ffff:192.0.2.1]:80", "192.0.2.1", nil},
		{"a network of IPv6", "[2001:db8:1:2:3:4:5:6]:80", "2001:db8:1:2::", nil},
		{"a zone", "[fe80::1%eth0]:80", "fe80::", nil},
		{"a stranger that claims another address", "192.0.2.1:80", "192.0.2.1", []string{"198.51.100.1"}},
		{"a proxy", "10.1.2.3:80", "198.51.100.1", []string{"198.51.100.1"}},
		{"a proxy of IPv6", "[fd00::1]:80", "198.51.100.1", []string{"198.51.100.1"}},
		{"a proxy without the header", "10.1.2.3:80", "10.1.2.3", nil},
		{"a client that claims another one", "10.1.2.3:80", "198.51.100.1", []string{"203.0.113.9, 198.51.100.1"}},
		{"the same in two lines", "10.1.2.3:80", "198.51.100.1", []string{"203.0.113.9", "198.51.100.1"}},
		{"two proxies", "10.1.2.3:80", "198.51.100.1", []string{"203.0.113.9,198.51.100.1,10.9.9.9"}},
		{"no address", "10.1.2.3:80", "10.1.2.3", []string{"198.51.100.1, unknown"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := &http.Request{RemoteAddr: tt.remote, Header: http.Header{"X-Forwarded-For": tt.forwarded}}
			if got := s.address(r).String(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestRecentForgets(t *testing.T) {
	t.Parallel()
	r := newRecent[int, int](3)
	number := 0
	next := func() int { number++; return number }
	for _, key := range []int{1, 2, 3, 1, 4} { // 2 is the one that was not used for longest
		r.findOrAdd(key, next)
	}
	for key, want := range map[int]int{1: 1, 2: 0, 3: 3, 4: 4} {
		if got, ok := r.find(key); got != want || ok != (want != 0) {
			t.Errorf("%d: got %d, %t", key, got, ok)
		}
	}
	if len(r.all) != 3 || r.order.Len() != 3 {
		t.Errorf("%d, %d are remembered", len(r.all), r.order.Len())
	}
}

// TestIntervalsOfTheLog: the sums come at the end of an interval, and the next one begins
// with single lines again.
func TestIntervalsOfTheLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b lines
		l := newRequestLog(slog.New(slog.NewTextHandler(&b, nil)))
		for range 2 {
			for range singleLines + 5 {
				l.write(t.Context(), true, requestSum{"", 404})
			}
			l.write(t.Context(), false, requestSum{"x", 200}) // a line, in any case
			if got := strings.Count(b.take(), "\n"); got != singleLines+1 {
				t.Errorf("%d lines before the end", got)
			}
			time.Sleep(logInterval) // of the bubble
			synctest.Wait()
			if got := b.take(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "count=5 status=404") {
				t.Errorf("at the end:\n%s", got)
			}
		}
	})
}

// lines are those that were logged, by any goroutine.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// take returns the lines since the last time.
func (l *lines) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.b.Reset()
	return l.b.String()
}
