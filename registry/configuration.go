package registry

import (
	"context"
	"crypto/rand"
	"encoding/json"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/exactjson"
)

// A ConfigKeeper keeps the configurations of packs apart from their records, so that they
// outlive them.
type ConfigKeeper interface {
	// Configuration returns the configuration of ref, which does not have to be
	// installed; the zero value if there is none. One that cannot be decoded is a
	// [*RecordError].
	Configuration(ctx context.Context, ref pack.Ref) (Configuration, error)
	// SetConfiguration replaces the configuration with the revision expect, "" for none,
	// by next, which has another revision. The error matches [pack.ErrConflict] if the
	// recorded one has another revision, unless that is the one of next: then nothing
	// changes. The zero Configuration removes the one with the revision expect, or whatever
	// is recorded if expect is ""; nothing changes if there is none.
	SetConfiguration(ctx context.Context, ref pack.Ref, expect string, next Configuration) error
}

// A Configuration is the configuration of a pack with its revision.
type Configuration struct {
	Config pack.Config
	// Revision changes with each change of the values.
	Revision string
}

// storedConfiguration is the form in which configurations are recorded. It contains
// secret values.
type storedConfiguration struct {
	Values   map[string]any `json:"values"`
	Secrets  []string       `json:"secrets"`
	Revision string         `json:"revision"`
}

// EncodeConfiguration returns c for records, with its secret values.
func EncodeConfiguration(c Configuration) ([]byte, error) {
	data, err := json.Marshal(storedConfiguration{c.Config.Reveal(), c.Config.Secret(), c.Revision})
	if err != nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "encode configuration: %w", err)
	}
	return data, nil
}

// DecodeConfiguration returns what [EncodeConfiguration] encoded for ref. Other data is a
// [*RecordError].
func DecodeConfiguration(ref pack.Ref, data []byte) (Configuration, error) {
	var stored storedConfiguration
	err := exactjson.Unmarshal(data, &stored)
	if err == nil {
		var c pack.Config
		if c, err = pack.NewConfig(stored.Values, stored.Secrets); err == nil {
			return Configuration{c, stored.Revision}, nil
		}
	}
	// The cause may contain a part of the data.
	return Configuration{}, &RecordError{ref, pack.Errorf(pack.CodeStoreCorrupt, "its configuration cannot be decoded; remove it with the pack, and set it again")}
}

// Mark returns c with those values secret, too, that m marks, and whether there are any.
func (c Configuration) Mark(m *pack.Manifest) (marked Configuration, changed bool) {
	marked = Configuration{c.Config.Mark(m.ConfSchema), c.Revision}
	return marked, !marked.Config.Equal(c.Config)
}

// newRevision returns a revision that no configuration has.
func newRevision() string { return rand.Text()[:16] }

// planConfiguration returns the change of [ConfigKeeper.SetConfiguration], or nil.
func (t *table) planConfiguration(ref pack.Ref, expect string, next Configuration) (*delta, error) {
	if t.configs[ref] == nil && next.Revision == "" {
		return nil, nil
	}
	now, err := t.configuration(ref)
	removal := &delta{lastID: t.lastID, config: []configRow{{ref: ref}}}
	switch {
	case next.Revision == "" && expect == "":
		return removal, nil
	case err != nil:
		return nil, err
	case now.Revision == next.Revision:
		return nil, nil
	case now.Revision != expect:
		return nil, ConfigConflict(ref)
	case next.Revision == "":
		return removal, nil
	}
	data, err := EncodeConfiguration(next)
	if err != nil {
		return nil, err
	}
	return &delta{lastID: t.lastID, config: []configRow{{ref, data}}}, nil
}

// planMarks returns the change that keeps secret in the future what the manifest of a
// marks.
func (t *table) planMarks(a *Activation) []configRow {
	now, err := t.configuration(a.Ref)
	if err != nil || now.Revision == "" {
		return nil // what cannot be decoded cannot be read either
	}
	marked, changed := now.Mark(&a.Manifest)
	data, err := EncodeConfiguration(marked)
	if !changed || err != nil {
		return nil
	}
	return []configRow{{a.Ref, data}}
}

func (t *table) configuration(ref pack.Ref) (Configuration, error) {
	data := t.configs[ref]
	if data == nil {
		return Configuration{}, nil
	}
	return DecodeConfiguration(ref, data)
}

// Configuration implements [ConfigKeeper].
func (tr tableReader) Configuration(ctx context.Context, ref pack.Ref) (c Configuration, err error) {
	err = tr.look(ctx, func(t *table) error {
		c, err = t.configuration(ref)
		return err
	})
	return c, err
}

// ConfigConflict returns the error that the configuration of ref has another revision
// than expected. It matches [pack.ErrConflict].
func ConfigConflict(ref pack.Ref) error {
	return pack.Errorf(pack.CodeConflict, "the configuration of pack %s was changed in the meantime; read it again and repeat the change", ref)
}
