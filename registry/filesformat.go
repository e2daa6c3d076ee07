package registry

import (
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/recordlog"
)

// The payload of a frame is a delta, as [codec] writes it. The body of the frame has the
// components of its rows one after another: they are most of the bytes, and seldom needed.

// encode returns d as a frame, if the components of its rows are in memory.
func (d *delta) encode() (*recordlog.Frame, error) {
	c := &codec{}
	d.code(c)
	var body [][]byte
	for _, r := range d.put {
		body = append(body, r.components.data)
	}
	return &recordlog.Frame{Payload: c.data, Body: slices.Concat(body...)}, nil
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
	c, d := &codec{reads: true, data: payload}, &delta{}
	d.code(c)
	if c.bad || len(c.data) > 0 {
		return nil, errPayload
	}
	return d, nil
}

var errPayload = pack.Errorf(pack.CodeStoreCorrupt, "a change in the records cannot be decoded: use the release that wrote it, or restore the records from a backup")

// code reads or writes the fields of d. Another order or other fields need another
// [recordlog.Format].
func (d *delta) code(c *codec) {
	codeText(c, &d.op)
	codeText(c, &d.root)
	codeInt(c, &d.lastID)
	codeList(c, &d.put, func(r **row) {
		if c.reads {
			*r = &row{}
		}
		(*r).code(c)
	})
	codeTexts(c, &d.drop)
	for _, rows := range []*[]configRow{&d.config, &d.settings, &d.evidence} {
		codeList(c, rows, func(r *configRow) {
			codeText(c, &r.ref)
			codeText(c, &r.data)
		})
	}
	codeList(c, &d.forget, func(f *Forgetting) {
		codeText(c, &f.Ref)
		codeTexts(c, &f.Generations)
	})
	codeTexts(c, &d.known)
	codeText(c, &d.change)
	codeText(c, &d.history)
	codeInt(c, &d.position)
}

// code reads or writes the fields of r, except for the data of its components.
func (r *row) code(c *codec) {
	codeInt(c, &r.id)
	codeText(c, &r.ref)
	codeText(c, &r.active)
	codeTime(c, &r.installed)
	codeTime(c, &r.updated)
	codeText(c, &r.version)
	codeText(c, &r.tree)
	codeBool(c, &r.enabled)
	for _, value := range []*[]byte{&r.settings, &r.manifest, &r.keys, &r.mentions, &r.needs} {
		codeText(c, value)
	}
	codeInt(c, &r.components.size)
	codeInt(c, &r.components.sum)
	codeList(c, &r.generations, func(g *generationRow) {
		codeText(c, &g.name)
		codeText(c, &g.data)
	})
}
