package registry

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/packtrain/pack"
)

// A table contains records in memory. Rows contain encoded values, so that they share
// no memory with callers and decode like values of a database. It is changed in two
// steps: [table.plan] checks an operation and returns its changes, [table.merge]
// applies them and cannot fail.
type table struct {
	root   string
	lastID int64
	packs  map[pack.Ref]*row
	// configs are encoded configurations, also those of packs that were removed.
	configs map[pack.Ref][]byte
	// owners maps components to their packs. It is nil until the first write, because
	// reading does not need it.
	owners map[componentKey]pack.Ref
	// dependents are the dependencies on each pack. They are nil until first used.
	dependents map[pack.Ref]map[pack.Ref][]pack.Dependency
	// evidence are encoded results of tests, the oldest first.
	evidence []configRow
	ops      operationIDs
	history  history
}

func newTable() *table { return &table{packs: map[pack.Ref]*row{}, configs: map[pack.Ref][]byte{}} }

// A row contains the data of one pack. It is never changed, only replaced.
type row struct {
	id                 int64
	ref                pack.Ref
	active             string
	installed, updated time.Time
	// version and tree are those of the active generation.
	version     string
	tree        pack.Digest
	enabled     bool // whether the pack says that it is enabled
	settings    []byte
	manifest    []byte
	components  components
	keys        []byte // the componentKeys
	mentions    []byte // the refs of other packs whose components its own may name
	needs       []byte // the dependencies
	generations []generationRow
}

// components are the [Documents] of a pack: in memory, or in a file, from which they are
// read when they are asked for.
type components struct {
	data     Documents // nil if they are in a file
	at, size int64     // the place in the file
	sum      uint32    // the checksum
}

type generationRow struct {
	name string
	data []byte
}

type componentKey struct {
	Kind pack.Kind
	Ref  pack.ComponentRef
}

// A delta is one change of a table.
type delta struct {
	op     string // the ID of the operation, "" for none
	root   string // the ID of the root, "" for no change
	lastID int64
	// put are the rows of changed packs, with only their new generations.
	put    []*row
	drop   []pack.Ref
	config []configRow
	// settings are new settings, and forget the generations to remove.
	settings []configRow
	forget   []Forgetting
	evidence []configRow // new results of tests
	known    []string    // further operations that were applied, the oldest first
	change   []byte      // the encoded change of op, nil for none
	// history replaces that of the table if position is not 0.
	history  []byte
	position int64
}

type configRow struct {
	ref  pack.Ref
	data []byte // empty to remove it
}

// plan returns the changes of op.
func (t *table) plan(op *Operation) (*delta, error) {
	d := &delta{op: op.ID, lastID: t.lastID}
	for i := range op.Activate {
		if err := t.planActivation(d, &op.Activate[i]); err != nil {
			return nil, err
		}
	}
	for _, r := range op.Remove {
		switch old := t.packs[r.Ref]; {
		case old == nil:
		case old.active != r.Generation:
			return nil, conflict(r.Ref, old.active, r.Generation)
		default:
			d.drop = append(d.drop, r.Ref)
		}
	}
	if err := t.planSettings(d, op); err != nil {
		return nil, err
	}
	if err := t.checkOwners(d); err != nil {
		return nil, err
	}
	var err error
	d.change, err = t.encodeChange(op)
	return d, err
}

func (t *table) planActivation(d *delta, a *Activation) error {
	old, active := t.packs[a.Ref], ""
	if old != nil {
		active = old.active
	}
	switch {
	case active == a.Generation.Name:
		return nil
	case active != a.Previous:
		return conflict(a.Ref, active, a.Previous)
	}
	next, err := newRow(a)
	if err != nil {
		return err
	}
	if old == nil {
		d.lastID++
		next.id = d.lastID
	} else {
		next.id, next.installed, next.settings = old.id, old.installed, old.settings
		if old.generation(a.Generation.Name) != nil {
			next.generations = nil
		}
	}
	d.put = append(d.put, next)
	d.config = append(d.config, t.planMarks(a)...)
	return nil
}

// checkOwners checks that no two components have the same ref after d.
func (t *table) checkOwners(d *delta) error {
	t.findOwners()
	changed := map[pack.Ref]bool{}
	for _, ref := range d.drop {
		changed[ref] = true
	}
	for _, r := range d.put {
		changed[r.ref] = true
	}
	owners := map[componentKey]pack.Ref{}
	for _, r := range d.put {
		for _, key := range r.componentKeys() {
			owner, ok := owners[key]
			if !ok {
				owner, ok = t.owners[key]
				ok = ok && !changed[owner]
			}
			if ok {
				return taken(key, r.ref, owner)
			}
			owners[key] = r.ref
		}
	}
	return nil
}

func taken(key componentKey, ref, owner pack.Ref) error {
	if owner == ref {
		return pack.Errorf(pack.CodeConflict, "duplicate %s %q in pack %s", key.Kind, key.Ref, ref)
	}
	return pack.Errorf(pack.CodeConflict, "%s %q of pack %s belongs to pack %s", key.Kind, key.Ref, ref, owner)
}

func (t *table) findOwners() {
	if t.owners != nil {
		return
	}
	t.owners = map[componentKey]pack.Ref{}
	for _, ref := range slices.Sorted(maps.Keys(t.packs)) {
		for _, key := range t.packs[ref].componentKeys() {
			t.owners[key] = ref
		}
	}
}

// planBind returns the change that binds t to the root, or nil if it is bound.
func (t *table) planBind(root string) (*delta, error) {
	switch t.root {
	case root:
		return nil, nil
	case "":
		return &delta{lastID: t.lastID, root: root}, nil
	}
	return nil, boundElsewhere()
}

// merge applies d to t.
func (t *table) merge(d *delta) {
	t.root = cmp.Or(d.root, t.root)
	t.lastID = max(t.lastID, d.lastID)
	for _, ref := range d.drop {
		t.disown(ref)
		t.forgetNeeds(ref)
		delete(t.packs, ref)
	}
	for _, r := range d.put {
		t.disown(r.ref)
		t.forgetNeeds(r.ref)
	}
	for _, r := range d.put {
		if old := t.packs[r.ref]; old != nil && old.id == r.id {
			r.generations = slices.Concat(old.generations, r.generations)
		}
		t.packs[r.ref] = r
		t.noteNeeds(r)
		if t.owners != nil {
			for _, key := range r.componentKeys() {
				t.owners[key] = r.ref
			}
		}
	}
	for _, c := range d.config {
		if len(c.data) == 0 {
			delete(t.configs, c.ref)
			continue
		}
		t.configs[c.ref] = c.data
	}
	t.mergeSettings(d)
	t.mergeEvidence(d)
	for _, id := range d.known {
		t.ops.add(id)
	}
	if d.op != "" {
		t.ops.add(d.op)
		t.history.add(d.change)
	}
	if d.position != 0 {
		t.history.restore(d.position, d.history)
	}
}

// snapshot returns changes that turn an empty table into t.
func (t *table) snapshot() []*delta {
	known := t.ops.order[max(0, len(t.ops.order)-RememberedOperations):]
	deltas := []*delta{{root: t.root, lastID: t.lastID, known: known, history: t.history.encode(), position: t.history.last}}
	for _, r := range t.rows() {
		deltas = append(deltas, &delta{lastID: t.lastID, put: []*row{r}})
	}
	for _, ref := range slices.Sorted(maps.Keys(t.configs)) {
		deltas = append(deltas, &delta{lastID: t.lastID, config: []configRow{{ref, t.configs[ref]}}})
	}
	if len(t.evidence) > 0 {
		deltas = append(deltas, &delta{lastID: t.lastID, evidence: t.evidence})
	}
	return deltas
}

// size is about the number of bytes that a snapshot takes.
func (t *table) size() int64 {
	const perRow, perID = 500, 30
	n := perID*min(len(t.ops.order), RememberedOperations) + t.history.size()
	for _, r := range t.packs {
		n += perRow + len(r.settings) + len(r.manifest) + int(r.components.size) + len(r.keys) + len(r.mentions) + len(r.needs)
		for i := range r.generations {
			n += len(r.generations[i].name) + len(r.generations[i].data)
		}
	}
	for ref, data := range t.configs {
		n += perRow + len(ref) + len(data)
	}
	for _, e := range t.evidence {
		n += perRow + len(e.data)
	}
	return int64(n)
}

func (t *table) disown(ref pack.Ref) {
	if old := t.packs[ref]; old != nil && t.owners != nil {
		for _, key := range old.componentKeys() {
			delete(t.owners, key)
		}
	}
}

// operationIDs remember operations, the last RememberedOperations at least.
type operationIDs struct {
	known map[string]bool
	order []string // the oldest first
}

func (o *operationIDs) add(id string) {
	if id == "" || o.known[id] {
		return
	}
	if o.known == nil {
		o.known = map[string]bool{}
	}
	if len(o.order) >= 2*RememberedOperations {
		for _, old := range o.order[:RememberedOperations] {
			delete(o.known, old)
		}
		o.order = slices.Clone(o.order[RememberedOperations:])
	}
	o.known[id] = true
	o.order = append(o.order, id)
}
