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
	// record is what the last call learned about the pack; the zero value when
	// the pack is not installed.
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
	return l.record, nil
}

func (s *Store) ledger() *ledger { return &ledger{records: s.config.Records} }

// Decide implements [generations.Records].
func (l *ledger) Decide(ctx context.Context, op generations.Operation) error {
	for i := range op.Moves {
		if err := l.decide(ctx, &op, &op.Moves[i]); err != nil {
			return err
		}
	}
	return nil
}

func (l *ledger) decide(ctx context.Context, op *generations.Operation, m *generations.Move) (err error) {
	if m.To == "" {
		l.record = Record{}
		return l.records.Delete(ctx, m.Ref, m.From)
	}
	a, err := parseMetadata(m.Ref, m.To, m.Metadata)
	if err != nil {
		return err
	}
	a.Previous, a.Time = m.From, op.Time
	l.record, err = l.records.Commit(ctx, a)
	return err
}

// Active implements [generations.Records].
func (l *ledger) Active(ctx context.Context, ref pack.Ref) (generation string, err error) {
	l.record, err = l.records.Pack(ctx, ref)
	if err != nil && !errors.Is(err, pack.ErrNotFound) {
		return "", err
	}
	return l.record.Active.Name, nil
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
