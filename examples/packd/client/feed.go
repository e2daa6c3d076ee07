package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
)

const changesPath = "/changes"

var _ registry.Feed = (*Client)(nil)

// Changes implements [registry.Feed].
func (c *Client) Changes(ctx context.Context, since int64) (registry.ChangeBatch, error) {
	changes, err := read[wire.Changes](ctx, c, get(fmt.Sprint(changesPath, "?since=", since)))
	if err != nil {
		return registry.ChangeBatch{}, feedError(since, err)
	}
	return registry.ChangeBatch(*changes), nil
}

// feedError returns err as the server had it.
func feedError(since int64, err error) error {
	var details struct {
		Next *int64 `json:"next"`
	}
	e, ok := errors.AsType[*Error](err)
	if ok && e.Code == pack.CodeNotFound && json.Unmarshal(e.Details, &details) == nil && details.Next != nil {
		return &registry.FeedError{Since: since, Next: *details.Next}
	}
	return err
}

// FollowChanges yields the recorded changes after the position since, which may be
// [registry.SinceNow]: past and future ones, each once and in order. It reconnects as
// [Client.Events] does, and ends with an error in the same cases. That is a
// [*registry.FeedError] if changes are not kept any more.
func (c *Client) FollowChanges(ctx context.Context, since int64) iter.Seq2[registry.Change, error] {
	return func(yield func(registry.Change, error) bool) {
		if since < 0 {
			batch, err := c.Changes(ctx, since)
			if err != nil {
				yield(registry.Change{}, err)
				return
			}
			since = batch.Next
		}
		f := &follower{client: c, path: changesPath + "/events", last: uint64(since)}
		f.take = func(data []byte) error {
			change, err := parse[registry.Change](data)
			if position := uint64(max(0, change.Position)); err == nil && position > f.last {
				f.last = position
				f.over = !yield(change, nil)
			}
			return err
		}
		f.settle = func(context.Context) error { return nil }
		if err := f.follow(ctx); err != nil {
			yield(registry.Change{}, feedError(int64(f.last), err))
		}
	}
}
