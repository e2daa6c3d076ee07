package registry

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/generations"
)

// A ledger tells the records about one operation. It is made for one call.
type ledger struct {
	records Records
	// record is what the operation made of its pack; the zero value when the
	// pack was removed.
	record Record
}

var _ generations.Records = (*ledger)(nil)

// apply makes the change and returns the record that came of it. The caller
// holds the lock of the ref; apply is [generations.Staging.Apply] or
// [generations.Disk.Apply].
func (s *Store) apply(ctx context.Context, op generations.Operation, apply func(context.Context, generations.Operation, generations.Records) error) (Record, error) {
	l := s.ledger()
	if err := apply(ctx, op, l); err != nil {
		return Record{}, err
	}
	if move := op.Moves[0]; move.To != "" && l.record.Active.Name != move.To { // the answer to Apply was lost
		return s.config.Records.Pack(ctx, move.Ref)
	}
	return l.record, nil
}

func (s *Store) ledger() *ledger { return &ledger{records: s.config.Records} }

// Decide implements [generations.Records].
func (l *ledger) Decide(ctx context.Context, op generations.Operation) error {
	recorded := Operation{ID: op.ID}
	for i := range op.Moves {
		m := &op.Moves[i]
		if m.To == "" {
			recorded.Remove = append(recorded.Remove, Removal{Ref: m.Ref, Generation: m.From})
			continue
		}
		a, err := parseMetadata(m.Ref, m.To, m.Metadata)
		if err != nil {
			return err
		}
		a.Previous, a.Time = m.From, op.Time
		recorded.Activate = append(recorded.Activate, a)
	}
	records, err := l.records.Apply(ctx, recorded)
	if err == nil && len(records) > 0 {
		l.record = records[0]
	}
	return err
}

// Outcome implements [generations.Records].
func (l *ledger) Outcome(ctx context.Context, id string) (applied bool, err error) {
	return l.records.Outcome(ctx, id)
}

// Active implements [generations.Records].
func (l *ledger) Active(ctx context.Context, ref pack.Ref) (generation string, err error) {
	generation, err = l.records.Active(ctx, ref)
	if errors.Is(err, pack.ErrNotFound) {
		return "", nil
	}
	return generation, err
}

// metadata returns a as it is kept beside the content.
func (a *Activation) metadata() ([]byte, error) {
	data, err := json.Marshal(a)
	if err != nil {
		return nil, pack.Errorf(pack.CodeInvalidManifest, "encode metadata of pack %s: %w", a.Ref, err)
	}
	return data, nil
}

// parseMetadata returns the activation that [Activation.metadata] encoded.
func parseMetadata(ref pack.Ref, generation string, data []byte) (Activation, error) {
	a, err := decode[Activation](data)
	if err != nil || a.Ref != ref || a.Generation.Name != generation {
		return Activation{}, pack.Errorf(pack.CodeStoreCorrupt, "metadata of generation %s of pack %s is damaged; register the pack again", generation, ref)
	}
	return a, nil
}
