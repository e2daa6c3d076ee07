package gitsource

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
)

// A base names the object that a delta builds on: by name, or by its offset in
// the pack, which is never 0.
type base struct {
	id plumbing.Hash
	at int64
}

// A delta makes an object out of another, in memory.
type delta struct {
	at       int64 // offset in the pack
	code     []byte
	from, to int64 // sizes of the two objects
}

// delta takes a delta, and applies it when its base is there.
func (u *unpacker) delta(ctx context.Context, h *packfile.ObjectHeader, on base) error {
	if err := check("size of a delta", u.limits.DeltaBytes, h.Length); err != nil {
		return err
	}
	var code bytes.Buffer
	if err := u.inflate(h, &code); err != nil {
		return err
	}
	d := delta{at: h.Offset, code: code.Bytes()}
	if err := d.readSizes(); err != nil {
		return err
	}
	if err := check("size of an object in a delta", u.limits.DeltaBytes, max(d.from, d.to)); err != nil {
		return err
	}
	if err := u.charge(d.to); err != nil {
		return err
	}
	u.waiting[on] = append(u.waiting[on], d)
	u.held += h.Length
	if id, ok := u.resolve(on); ok {
		return u.settle(ctx, base{id: id, at: on.at})
	}
	return check("size of deltas that wait for their base", u.limits.DeltaBytes, u.held)
}

// readSizes reads the two numbers that a delta starts with.
func (d *delta) readSizes() error {
	from, n := binary.Uvarint(d.code)
	if n <= 0 || from > math.MaxInt64 {
		return broken("a delta does not tell the size of its base")
	}
	to, n := binary.Uvarint(d.code[n:])
	if n <= 0 || to > math.MaxInt64 {
		return broken("a delta does not tell the size of what it makes")
	}
	d.from, d.to = int64(from), int64(to)
	return nil
}

func (u *unpacker) resolve(on base) (plumbing.Hash, bool) {
	if on.at != 0 {
		id, ok := u.names[on.at]
		return id, ok
	}
	_, ok := u.store.objects[on.id]
	return on.id, ok
}

// settle applies the deltas that wait for an object, and for what they make in
// turn.
func (u *unpacker) settle(ctx context.Context, seen base) error {
	ready := []base{seen}
	for len(ready) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		on := ready[len(ready)-1]
		ready = ready[:len(ready)-1]
		u.names[on.at] = on.id
		for _, d := range u.take(on) {
			made, err := u.apply(on.id, d)
			if err != nil {
				return err
			}
			ready = append(ready, base{id: made, at: d.at})
		}
	}
	return nil
}

// take returns the deltas that wait for an object.
func (u *unpacker) take(on base) []delta {
	byName, byOffset := base{id: on.id}, base{at: on.at}
	deltas := append(u.waiting[byName], u.waiting[byOffset]...)
	delete(u.waiting, byName)
	delete(u.waiting, byOffset)
	for _, d := range deltas {
		u.held -= int64(len(d.code))
	}
	return deltas
}

func (u *unpacker) apply(on plumbing.Hash, d delta) (plumbing.Hash, error) {
	o := u.store.objects[on]
	if o.size != d.from {
		return plumbing.ZeroHash, broken("a delta wants a base of %d bytes, which has %d", d.from, o.size)
	}
	content, err := u.store.bytes(o)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	made, err := packfile.PatchDelta(content, d.code)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	id := plumbing.ComputeHash(o.typ, made)
	return id, u.store.put(id, o.typ, made)
}
