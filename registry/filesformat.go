package registry

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/recordlog"
)

// The payload of a frame is a delta: the length of its head, the head as JSON,
// and the values of the rows one after another, whose sizes are in the head. The body of
// the frame has the components of the rows one after another: they are most of the bytes,
// and seldom needed.

type deltaHead struct {
	Op     string       `json:"operation,omitempty"`
	Root   string       `json:"root,omitempty"`
	LastID int64        `json:"last_id"`
	Put    []rowHead    `json:"put,omitempty"`
	Drop   []pack.Ref   `json:"drop,omitempty"`
	Config []configHead `json:"config,omitempty"`
	// Settings are the sizes of new settings, Forget are generations that are removed.
	Settings []configHead `json:"settings,omitempty"`
	Forget   []Forgetting `json:"forget,omitempty"`
	// Evidence are the sizes of new results of tests.
	Evidence []configHead `json:"evidence,omitempty"`
	// Known are the IDs of operations that compaction keeps.
	Known []string `json:"known,omitempty"`
	// Change is the size of the change of Op.
	Change int `json:"change,omitempty"`
	// History is the size of the changes that compaction keeps, Position that of the
	// last one.
	History  int   `json:"history,omitempty"`
	Position int64 `json:"position,omitempty"`
}

type rowHead struct {
	ID          int64            `json:"id"`
	Ref         pack.Ref         `json:"ref"`
	Active      string           `json:"active"`
	Installed   time.Time        `json:"installed"`
	Updated     time.Time        `json:"updated"`
	Version     string           `json:"version"`
	Tree        pack.Digest      `json:"tree_digest"`
	Enabled     bool             `json:"enabled"`
	Settings    int              `json:"settings"`
	Manifest    int              `json:"manifest"`
	Keys        int              `json:"keys"`
	Mentions    int              `json:"mentions"`
	Needs       int              `json:"needs"`
	Generations []generationHead `json:"generations,omitempty"`
	// Components is the size of the components in the body, Checksum their checksum.
	Components int64  `json:"components"`
	Checksum   uint32 `json:"checksum"`
}

type generationHead struct {
	Name string `json:"name"`
	Size int    `json:"size"`
}

type configHead struct {
	Ref  pack.Ref `json:"ref"`
	Size int      `json:"size"`
}

const lengthSize = 4

// encode returns d as a frame, if the components of its rows are in memory.
func (d *delta) encode() (*recordlog.Frame, error) {
	head := deltaHead{Op: d.op, Root: d.root, LastID: d.lastID, Drop: d.drop, Known: d.known, Change: len(d.change), History: len(d.history), Position: d.position, Forget: d.forget}
	var values, body [][]byte
	for _, r := range d.put {
		h := rowHead{
			ID: r.id, Ref: r.ref, Active: r.active, Installed: r.installed, Updated: r.updated,
			Version: r.version, Tree: r.tree, Enabled: r.enabled,
			Settings: len(r.settings), Manifest: len(r.manifest), Keys: len(r.keys), Mentions: len(r.mentions), Needs: len(r.needs),
			Components: r.components.size, Checksum: r.components.sum,
		}
		values = append(values, r.settings, r.manifest, r.keys, r.mentions, r.needs)
		body = append(body, r.components.data)
		for _, g := range r.generations {
			h.Generations = append(h.Generations, generationHead{g.name, len(g.data)})
			values = append(values, g.data)
		}
		head.Put = append(head.Put, h)
	}
	for _, c := range d.config {
		head.Config = append(head.Config, configHead{c.ref, len(c.data)})
		values = append(values, c.data)
	}
	for _, s := range d.settings {
		head.Settings = append(head.Settings, configHead{s.ref, len(s.data)})
		values = append(values, s.data)
	}
	for _, e := range d.evidence {
		head.Evidence = append(head.Evidence, configHead{e.ref, len(e.data)})
		values = append(values, e.data)
	}
	values = append(values, d.change, d.history)
	data, err := json.Marshal(head)
	if err != nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "encode records: %w", err)
	}
	payload := binary.LittleEndian.AppendUint32(nil, uint32(len(data)))
	return &recordlog.Frame{Payload: slices.Concat(append([][]byte{payload, data}, values...)...), Body: slices.Concat(body...)}, nil
}

// place notes that the components of the rows are in the body of f.
func (d *delta) place(f *recordlog.Frame) error {
	at := f.BodyAt
	for _, r := range d.put {
		r.components.data, r.components.at = nil, at
		at += r.components.size
	}
	if at != f.BodyAt+f.BodySize {
		return errPayload
	}
	return nil
}

// decodeDelta returns what [delta.encode] encoded. It shares memory with the payload of f.
func decodeDelta(f *recordlog.Frame) (*delta, error) {
	d, err := parseDelta(f.Payload)
	if err != nil {
		return nil, err
	}
	return d, d.place(f)
}

// parseDelta is decodeDelta without the places of components.
func parseDelta(payload []byte) (*delta, error) {
	p := payloadReader{rest: payload}
	n := p.next(lengthSize)
	if p.bad {
		return nil, errPayload
	}
	var head deltaHead
	if err := json.Unmarshal(p.next(int(binary.LittleEndian.Uint32(n))), &head); err != nil || p.bad {
		return nil, errors.Join(errPayload, err)
	}
	d := &delta{op: head.Op, root: head.Root, lastID: head.LastID, drop: head.Drop, known: head.Known, forget: head.Forget}
	for i := range head.Put {
		d.put = append(d.put, p.row(&head.Put[i]))
	}
	for _, c := range head.Config {
		d.config = append(d.config, configRow{c.Ref, p.next(c.Size)})
	}
	for _, s := range head.Settings {
		d.settings = append(d.settings, configRow{s.Ref, p.next(s.Size)})
	}
	for _, e := range head.Evidence {
		d.evidence = append(d.evidence, configRow{e.Ref, p.next(e.Size)})
	}
	d.change, d.history, d.position = p.next(head.Change), p.next(head.History), head.Position
	if p.bad || len(p.rest) > 0 {
		return nil, errPayload
	}
	return d, nil
}

var errPayload = pack.Errorf(pack.CodeStoreCorrupt, "a change in the records cannot be decoded: use the release that wrote it, or restore the records from a backup")

// A payloadReader reads values from a payload. It is bad once bytes are missing.
type payloadReader struct {
	rest []byte
	bad  bool
}

func (p *payloadReader) next(n int) []byte {
	if n < 0 || n > len(p.rest) {
		p.bad = true
		return nil
	}
	value := p.rest[:n:n]
	p.rest = p.rest[n:]
	return value
}

func (p *payloadReader) row(h *rowHead) *row {
	r := &row{id: h.ID, ref: h.Ref, active: h.Active, installed: h.Installed, updated: h.Updated}
	r.version, r.tree, r.enabled = h.Version, h.Tree, h.Enabled
	r.settings, r.manifest, r.keys = p.next(h.Settings), p.next(h.Manifest), p.next(h.Keys)
	r.mentions, r.needs = p.next(h.Mentions), p.next(h.Needs)
	r.components = components{size: h.Components, sum: h.Checksum}
	for _, g := range h.Generations {
		r.generations = append(r.generations, generationRow{g.Name, p.next(g.Size)})
	}
	return r
}
