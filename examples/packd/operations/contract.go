package operations

import (
	"context"
	"encoding/json"

	"github.com/packtrain/pack"
)

// Work is one kind of request and its body, valid and as the client sent it.
type Work struct {
	Kind string          `json:"kind"`
	Body json.RawMessage `json:"body"`
	// Actor is the one in whose name the work is done, "" for none. Actors share the
	// places for work fairly.
	Actor string `json:"actor,omitempty"`
	// Limits are patterns of the packs that the work may change, as the RunFunc
	// understands them; none means all packs.
	Limits []string `json:"limits,omitempty"`
}

// A RunFunc does the work. It returns a report beside an error when a part was
// done; a report with a [pack.BatchError] is a completed operation. It obeys
// ctx, and is called concurrently.
type RunFunc func(ctx context.Context, w Work, observe pack.EventFunc) (report any, err error)
