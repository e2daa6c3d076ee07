package registry

import (
	"bytes"
	"encoding/json"
	"errors"
	"hash/crc32"
	"maps"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/exactjson"
)

// newRow returns the row of a pack that a activates for the first time.
func newRow(a *Activation) (*row, error) {
	documents, err := a.Encoded()
	if err != nil {
		return nil, err
	}
	list, err := documents.List()
	if err != nil {
		return nil, err
	}
	keys := make([][2]string, len(list))
	for i := range list {
		keys[i] = [2]string{string(list[i].Kind), list[i].Ref.String()}
	}
	mentions := slices.DeleteFunc(documents.Mentions(), func(ref pack.Ref) bool { return ref == a.Ref })
	r := &row{ref: a.Ref, active: a.Generation.Name, installed: a.Time, updated: a.Time, settings: []byte("{}")}
	r.version, r.tree, r.enabled = a.Generation.Version.String(), a.Generation.TreeDigest, a.Manifest.Enabled
	r.components = components{data: documents, size: int64(len(documents)), sum: checksum(documents)}
	r.generations = []generationRow{{name: a.Generation.Name}}
	for to, v := range map[*[]byte]any{
		&r.manifest: &a.Manifest, &r.keys: keys, &r.mentions: append([]pack.Ref{}, mentions...), &r.needs: append([]pack.Dependency{}, a.Manifest.Dependencies...), &r.generations[0].data: &a.Generation,
	} {
		data, err := json.Marshal(v)
		if err != nil {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "encode record of pack %s: %w", a.Ref, err)
		}
		*to = data
	}
	return r, nil
}

func checksum(data []byte) uint32 { return crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)) }

// mention reports whether components of the pack may name components of ref.
func (r *row) mention(ref pack.Ref) bool {
	return r.ref == ref || bytes.Contains(r.mentions, []byte(`"`+ref.String()+`"`))
}

// componentKeys returns the keys of the components, or none if they cannot be decoded:
// then other packs may take the refs of the pack's components until it is registered
// again.
func (r *row) componentKeys() []componentKey {
	pairs, err := decode[[][2]string](r.keys)
	if err != nil {
		return nil
	}
	keys := make([]componentKey, len(pairs))
	for i, p := range pairs {
		keys[i] = componentKey{pack.Kind(p[0]), pack.ComponentRef(p[1])}
	}
	return keys
}

func (r *row) generation(name string) []byte {
	for i := range r.generations {
		if r.generations[i].name == name {
			return r.generations[i].data
		}
	}
	return nil
}

// record returns the record in r.
func (r *row) record() (Record, error) {
	rec := Record{ID: r.id, Ref: r.ref, Installed: r.installed, Updated: r.updated}
	var err, err2, err3 error
	rec.Active, err = decode[Generation](r.generation(r.active))
	rec.Manifest, err2 = decode[pack.Manifest](r.manifest)
	rec.Settings, err3 = decode[Settings](r.settings)
	if err := errors.Join(err, err2, err3); err != nil {
		return Record{}, &RecordError{r.ref, err}
	}
	return rec, nil
}

func decode[T any](data []byte) (T, error) {
	var v T
	if err := exactjson.Unmarshal(data, &v); err != nil {
		return v, pack.Errorf(pack.CodeStoreCorrupt, "decode record: %w", err)
	}
	return v, nil
}

// row returns the row of ref.
func (t *table) row(ref pack.Ref) (*row, error) {
	if r := t.packs[ref]; r != nil {
		return r, nil
	}
	return nil, &NotInstalledError{Ref: ref}
}

// rows returns all rows, ordered by ref.
func (t *table) rows() []*row {
	rows := make([]*row, 0, len(t.packs))
	for _, ref := range slices.Sorted(maps.Keys(t.packs)) {
		rows = append(rows, t.packs[ref])
	}
	return rows
}

// records returns the records of the packs that op activates.
func (t *table) records(op *Operation) ([]Record, error) {
	records := make([]Record, len(op.Activate))
	for i := range op.Activate {
		r := t.packs[op.Activate[i].Ref]
		if r == nil {
			continue
		}
		var err error
		if records[i], err = r.record(); err != nil {
			return nil, err
		}
	}
	return records, nil
}

func boundElsewhere() error {
	return pack.Errorf(pack.CodeConflict, "the records belong to another root")
}

// conflict returns the error that another operation has changed the pack.
func conflict(ref pack.Ref, active, expected string) error {
	switch {
	case active == "":
		return pack.Errorf(pack.CodeConflict, "pack %s is not installed, and generation %q was expected; another operation removed it, try again", ref, expected)
	case expected == "":
		return pack.Errorf(pack.CodeConflict, "pack %s is installed, with generation %q, and was expected not to be; another operation installed it, try again", ref, active)
	}
	return pack.Errorf(pack.CodeConflict, "pack %s has active generation %q, not %q as expected; another operation changed it, try again", ref, active, expected)
}
