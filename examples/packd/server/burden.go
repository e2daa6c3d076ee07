package server

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/packtrain/pack"
)

// A budget is what bodies of one token may take in memory at a time.
type budget struct {
	mu   sync.Mutex
	max  int64
	used int64
}

// take returns how to give n bytes back, or a problem when there are not so many.
func (b *budget) take(n int64) (giveBack func(), p *problem) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.used+n > b.max {
		p = tooMany("the token sends too many large bodies at once", time.Second)
		p.details = map[string]any{"limit": "bodies", "max": b.max}
		return nil, p
	}
	b.used += n
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.used -= n
	}, nil
}

// weight is what a body may become, from what its header says.
func weight(r *http.Request) int64 {
	if r.ContentLength < 0 || r.ContentLength > maxBody {
		return maxBody
	}
	return r.ContentLength
}

// A burden is what a request takes from others until it is over.
type burden struct {
	memory  func() // gives the memory of the body back
	decoder func() // lets somebody else decode
}

// decode waits for its turn to decode the body, which takes many times its size.
// The turn ends with the answer.
func (b *burden) decode(ctx context.Context, places chan struct{}) error {
	select {
	case places <- struct{}{}:
		b.decoder = func() { <-places }
		return nil
	case <-ctx.Done():
		return pack.Errorf(pack.CodeCancelled, "wait for the body to be decoded: %w", context.Cause(ctx))
	}
}

// answered ends the turn.
func (b *burden) answered() { free(&b.decoder) }

// understood says that nothing of the body is left in memory.
func (b *burden) understood() {
	free(&b.decoder)
	free(&b.memory)
}

func free(f *func()) {
	if *f != nil {
		(*f)()
		*f = nil
	}
}
