package registrytest

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/packtrain/pack/registry"
)

// feedFault is a fault of Changes: change alters what it returns.
func feedFault(name, noticedBy string, change func(since int64, b *registry.ChangeBatch, err error) error) fault {
	return fault{name, noticedBy, func() *broken {
		return &broken{changes: func(m *registry.Memory, ctx context.Context, since int64) (registry.ChangeBatch, error) {
			b, err := m.Changes(ctx, since)
			err = change(since, &b, err)
			return b, err
		}}
	}}
}

func feedFaults() []fault {
	return []fault{
		applyFault("actors are lost", "ChangesAreListed", func(m *registry.Memory, ctx context.Context, op registry.Operation) ([]registry.Record, error) {
			op.Actor = ""
			return m.Apply(ctx, op)
		}),
		feedFault("removals are not listed", "ChangesAreListed", func(_ int64, b *registry.ChangeBatch, err error) error {
			for i := range b.Changes {
				c := &b.Changes[i]
				c.Packs = slices.DeleteFunc(c.Packs, func(p registry.PackChange) bool { return p.To.Name == "" })
			}
			return err
		}),
		feedFault("operations without changes are listed", "OnlyChangesAreListed", func(since int64, b *registry.ChangeBatch, err error) error {
			if len(b.Changes) == 0 && since > 0 {
				b.Changes, b.Next = []registry.Change{{Position: since + 1}}, since+1
			}
			return err
		}),
		feedFault("readers wait for changes that come later", "ChangesBeyondTheFeedAreRefused", func(since int64, b *registry.ChangeBatch, err error) error {
			if _, ok := errors.AsType[*registry.FeedError](err); ok {
				b.Next, err = since, nil
			}
			return err
		}),
		feedFault("one is lost between batches", "ChangesComeInBatches", func(_ int64, b *registry.ChangeBatch, err error) error {
			if len(b.Changes) == registry.MaxChanges {
				b.Next++
			}
			return err
		}),
		feedFault("changes that are committed late are missed", "ReadersMissNoChange", func(_ int64, b *registry.ChangeBatch, err error) error {
			b.Changes = slices.DeleteFunc(b.Changes, func(c registry.Change) bool { return strings.HasSuffix(c.Operation, "7") })
			return err
		}),
	}
}
