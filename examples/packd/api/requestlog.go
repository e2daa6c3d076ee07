package api

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// singleLines is how many requests that anyone can send are logged one by one in
	// an interval.
	singleLines = 20
	logInterval = time.Minute
)

// A requestLog has a line for each request. Requests without a valid token, and those
// beyond a limit, can be sent without end: in each interval the first ones have lines
// of their own, and the others are summed up at its end.
type requestLog struct {
	log *slog.Logger

	mu      sync.Mutex
	written int // single lines in the interval
	sums    map[requestSum]int
	ends    *time.Timer // nil while no interval runs
}

// A requestSum is what requests that are summed up have in common.
type requestSum struct {
	token  string
	status int
}

func newRequestLog(log *slog.Logger) *requestLog {
	return &requestLog{log: log, sums: map[requestSum]int{}}
}

// write logs a request. Anyone says that it is of those that can be sent without end.
func (l *requestLog) write(ctx context.Context, anyone bool, s requestSum, line ...slog.Attr) {
	if !anyone || l.single(s) {
		l.log.LogAttrs(ctx, slog.LevelInfo, "request", line...)
	}
}

// logRequest logs a request that was answered.
func (s *Server) logRequest(ctx context.Context, x *requestState, route string, took time.Duration, r *http.Request) {
	anyone := x.key == nil || x.status == http.StatusTooManyRequests
	s.requests.write(ctx, anyone, requestSum{x.token, x.status},
		slog.String("request_id", x.id), slog.String("method", methodName(r)), slog.String("route", route), slog.Int("status", x.status),
		slog.Duration("duration", took), slog.String("token", x.token), slog.String("address", s.strangers.address(r).String()))
}

// single reports whether a request has a line of its own, and counts it otherwise.
func (l *requestLog) single(s requestSum) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ends == nil {
		l.ends = time.AfterFunc(logInterval, l.flush)
	}
	if l.written < singleLines {
		l.written++
		return true
	}
	l.sums[s]++
	return false
}

// flush ends the interval and writes its sums.
func (l *requestLog) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ends != nil {
		l.ends.Stop()
	}
	for _, s := range slices.SortedFunc(maps.Keys(l.sums), compareSums) {
		l.log.Info("more requests without a valid token, or beyond a limit", "count", l.sums[s], "status", s.status, "token", s.token)
	}
	l.written, l.ends = 0, nil
	clear(l.sums)
}

func compareSums(a, b requestSum) int {
	if a.token != b.token {
		return strings.Compare(a.token, b.token)
	}
	return a.status - b.status
}
