package pgtest

import (
	"context"
	"fmt"
	"slices"
	"testing"
)

// A Program is a server for a program that is not a test: it starts when its first
// database is needed. The zero value is ready. It serves one goroutine.
type Program struct {
	life   *life
	server *Server
}

// Database returns the URL of an empty database. ctx bounds the start of the server.
func (p *Program) Database(ctx context.Context) (dsn string, err error) {
	defer func() {
		if failed, ok := recover().(failure); ok {
			err = failed
		}
	}()
	if p.life == nil {
		p.life = &life{ctx: ctx}
	}
	if p.server == nil {
		p.server = Start(p.life) //nolint:contextcheck // it is that of the life
	}
	return p.server.Database(p.life), nil //nolint:contextcheck // it is that of the life
}

// Close stops the server.
func (p *Program) Close() {
	if p.life == nil {
		return
	}
	for _, end := range slices.Backward(p.life.ends) {
		end()
	}
}

// A life stands in for the test that a [Server] belongs to. What fails a test is a panic
// with a failure.
type life struct {
	testing.TB

	ctx  context.Context //nolint:containedctx // as that of a test
	ends []func()
}

type failure struct{ error }

// Helper implements [testing.TB].
func (*life) Helper() {}

// Context implements [testing.TB].
func (l *life) Context() context.Context { return l.ctx }

// Cleanup implements [testing.TB].
func (l *life) Cleanup(f func()) { l.ends = append(l.ends, f) }

// Error implements [testing.TB]. What fails while a server ends changes nothing.
func (*life) Error(...any) {}

// Fatal implements [testing.TB].
func (*life) Fatal(args ...any) {
	panic(failure{fmt.Errorf("start PostgreSQL: %s", fmt.Sprint(args...))})
}

// Fatalf implements [testing.TB].
func (*life) Fatalf(format string, args ...any) {
	panic(failure{fmt.Errorf("start PostgreSQL: "+format, args...)})
}

// Skipf implements [testing.TB].
func (l *life) Skipf(format string, args ...any) { l.Fatalf(format, args...) }
