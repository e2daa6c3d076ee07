package api

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

// A budget is what bodies of one token may take in memory at a time.
type budget struct {
	mu   sync.Mutex
	max  int64
	used int64
}

// take returns how to give n bytes back, or a problem when there are not so many.
func (b *budget) take(n int64) (giveBack func(), p *wire.Problem) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.used+n > b.max {
		p = tooMany("the token sends too many large bodies at once", time.Second)
		p.Details = map[string]any{"limit": "bodies", "max": b.max}
		return nil, p
	}
	b.used += n
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.used -= n
	}, nil
}

// bodySize is the size that a body may have, from its header.
func bodySize(r *http.Request) int64 {
	if r.ContentLength < 0 || r.ContentLength > wire.MaxBody {
		return wire.MaxBody
	}
	return r.ContentLength
}

// bodyResources are the resources of the body of a request: memory within the budget of
// its token, and a turn at decoding.
type bodyResources struct {
	memory  func() // gives the memory back, nil when none is held
	decoder func() // ends the turn, nil when there is none
}

// awaitDecoder waits for a turn to decode the body, which takes many times its
// size. The turn ends with the answer.
func (b *bodyResources) awaitDecoder(ctx context.Context, places chan struct{}) error {
	select {
	case places <- struct{}{}:
		b.decoder = func() { <-places }
		return nil
	case <-ctx.Done():
		return pack.Errorf(pack.CodeCancelled, "wait for the body to be decoded: %w", context.Cause(ctx))
	}
}

// releaseDecoder ends the turn.
func (b *bodyResources) releaseDecoder() { release(&b.decoder) }

// releaseAll is called when the body is no longer in memory.
func (b *bodyResources) releaseAll() {
	release(&b.decoder)
	release(&b.memory)
}

func release(f *func()) {
	if *f != nil {
		(*f)()
		*f = nil
	}
}
