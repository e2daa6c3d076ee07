package registry

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/generations"
)

// A ledger applies one operation to the records. It serves one call.
type ledger struct {
	records Records
	disk    *generations.Disk
	// applied are the records of the packs that the operation activated.
	applied map[pack.Ref]Record
}

var _ generations.Records = (*ledger)(nil)

// apply makes the changes and returns the records of the packs that are activated.
// lock holds the locks of the refs; apply is [generations.Staging.Apply] or
// [generations.Disk.Apply].
func (s *Store) apply(ctx context.Context, lock generations.Lock, op generations.Operation, apply func(context.Context, generations.Operation, generations.Lock, generations.Records) error) (map[pack.Ref]Record, error) {
	l := s.ledger()
	if err := apply(ctx, op, lock, l); err != nil {
		return nil, repairError(err)
	}
	for i := range op.Moves {
		m := &op.Moves[i]
		if m.To == "" || l.applied[m.Ref].Active.Name == m.To {
			continue
		}
		rec, err := s.config.Records.Pack(ctx, m.Ref) // the answer to Apply was lost
		if err != nil {
			return nil, err
		}
		l.applied[m.Ref] = rec
	}
	return l.applied, nil
}

func (s *Store) ledger() *ledger {
	return &ledger{records: s.config.Records, disk: s.disk, applied: map[pack.Ref]Record{}}
}

// Decide implements [generations.Records].
func (l *ledger) Decide(ctx context.Context, op generations.Operation) error {
	recorded := Operation{ID: op.ID, Time: op.Time, Actor: op.Actor, Fence: op.Fence}
	for i := range op.Moves {
		m := &op.Moves[i]
		if m.To == "" {
			recorded.Remove = append(recorded.Remove, Removal{Ref: m.Ref, Generation: m.From})
			continue
		}
		a, err := readActivation(l.disk, m.Ref, m.To, m.Metadata)
		if err != nil {
			return err
		}
		a.Previous, a.Time = m.From, op.Time
		recorded.Activate = append(recorded.Activate, a)
	}
	records, err := l.records.Apply(ctx, recorded)
	if err != nil {
		return err
	}
	for i := range records {
		l.applied[records[i].Ref] = records[i]
	}
	return nil
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

// metadata are what is kept beside the content of a generation, in JSON. Its components
// are in a file of their own.
type metadata struct {
	Activation

	// ComponentsDigest is the SHA-256 of that file.
	ComponentsDigest pack.Digest `json:"components_digest"`
}

func (m *metadata) encode() ([]byte, error) {
	data, err := json.Marshal(m)
	if err != nil {
		return nil, pack.Errorf(pack.CodeInvalidManifest, "encode metadata of pack %s: %w", m.Ref, err)
	}
	return data, nil
}

// readActivation returns the activation of a generation, from its metadata and the file
// with its components.
func readActivation(disk *generations.Disk, ref pack.Ref, generation string, data []byte) (Activation, error) {
	m, err := decode[metadata](data)
	if err == nil && m.Ref == ref && m.Generation.Name == generation {
		m.Documents, err = disk.Components(ref, generation)
		if err == nil && m.ComponentsDigest == digestOf(m.Documents) {
			return m.Activation, nil
		}
	}
	return Activation{}, pack.Errorf(pack.CodeStoreCorrupt, "metadata of generation %s of pack %s is damaged; register the pack again", generation, ref)
}

func digestOf(data []byte) pack.Digest {
	return pack.Digest(fmt.Sprintf("sha256:%x", sha256.Sum256(data)))
}
