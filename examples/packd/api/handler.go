package api

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"path"
	"runtime/debug"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	x := &requestState{ResponseWriter: w, id: rand.Text(), unread: r.ContentLength != 0, writeTimeout: s.streams.limits.WriteTimeout, report: wantsReport(r) != ""}
	x.Header().Set("X-Request-Id", x.id)
	x.Header().Set("X-Content-Type-Options", "nosniff")
	x.Header().Set("Cache-Control", "no-store")
	route := s.route(r)
	ctx, span := s.startSpan(context.WithValue(r.Context(), requestStateKey{}, x), r, route)
	r = r.WithContext(ctx)
	defer func() {
		span.SetAttributes(attribute.Int("http.response.status_code", x.status))
		span.End()
		s.metrics.request(methodName(r), route, x.status, time.Since(start))
		s.logRequest(ctx, x, route, time.Since(start), r)
	}()
	defer s.recover(x, r)
	s.limitBodyTime(x, r)
	if p := oddFraming(x, r); p != nil {
		s.fail(x, r, p)
		return
	}
	if route == "" {
		s.unknown(x, r)
		return
	}
	s.mux.ServeHTTP(x, r)
}

// limitBodyTime limits the time for the body to arrive, whether a handler reads it or
// it is skipped to reach the next request on the connection.
func (s *Server) limitBodyTime(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 {
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.bodyTimeout)) // where it can be set
	}
}

// route returns the pattern of the endpoint, "" when there is none. A path that
// is not clean names none: its meaning is not guessed.
func (s *Server) route(r *http.Request) string {
	if path.Clean(r.URL.Path) != r.URL.Path {
		return ""
	}
	_, pattern := s.mux.Handler(r)
	return pattern
}

// unknown answers requests without an endpoint, or without one for their method.
func (s *Server) unknown(w http.ResponseWriter, r *http.Request) {
	if p := s.strangers.take(s.strangers.address(r)); p != nil {
		s.fail(w, r, p)
		return
	}
	var allowed []string
	for _, method := range []string{http.MethodDelete, http.MethodGet, http.MethodPost, http.MethodPut} {
		other := &http.Request{Method: method, URL: r.URL, Host: r.Host}
		if s.route(other) != "" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) > 0 {
		s.fail(w, r, wire.NewProblem(http.StatusMethodNotAllowed, pack.CodeInvalidRequest, "the method is not allowed here").With("Allow", strings.Join(allowed, ", ")))
		return
	}
	s.fail(w, r, wire.NewProblem(http.StatusNotFound, pack.CodeNotFound, "there is nothing at this path; see /docs"))
}

// methodName returns the method, "other" for one that could be anything.
func methodName(r *http.Request) string {
	switch r.Method {
	case http.MethodDelete, http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPatch, http.MethodPost, http.MethodPut:
		return r.Method
	}
	return "other"
}

// recover answers in place of a handler that panicked.
func (s *Server) recover(x *requestState, r *http.Request) {
	v := recover()
	switch err, _ := v.(error); {
	case v == nil:
		return
	case errors.Is(err, http.ErrAbortHandler), x.status != 0:
		s.logPanic(x, r, v)
		panic(http.ErrAbortHandler)
	}
	s.logPanic(x, r, v)
	s.fail(x, r, wire.NewProblem(http.StatusInternalServerError, "", "internal error of packd; its log has more about request "+x.id))
}

func (s *Server) logPanic(x *requestState, r *http.Request, v any) {
	s.log.ErrorContext(r.Context(), "a handler panicked", "request_id", x.id, "panic", v, "stack", string(debug.Stack()))
}

// startSpan begins the span of a request, as a child of the client's span if the
// request names one.
func (s *Server) startSpan(ctx context.Context, r *http.Request, route string) (context.Context, trace.Span) {
	ctx = propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(r.Header))
	name := route
	if name == "" {
		name = "unknown"
	}
	return s.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(attribute.String("http.request.method", methodName(r)), attribute.String("http.route", route)))
}
