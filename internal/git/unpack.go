package git

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"

	"github.com/go-git/go-git/v5/plumbing"
)

// packMagic starts a pack of the only version there is.
const packMagic = "PACK\x00\x00\x00\x02"

// An unpacker reads the objects of a pack in one pass over the stream.
type unpacker struct {
	reader

	sum     *summer
	names   map[int64]plumbing.Hash
	waiting map[base][]delta // whose base has not been seen
	held    int64            // bytes of waiting
}

// Unpack reads a pack from r, which holds nothing else, into s.
func Unpack(ctx context.Context, r io.Reader, s *Store, limits Limits) error {
	sum := newSummer(r)
	u := &unpacker{
		reader: reader{limits: limits, store: s, in: newInput(sum, 16<<10)}, sum: sum,
		names: map[int64]plumbing.Hash{}, waiting: map[base][]delta{},
	}
	if err := u.all(ctx); err != nil {
		return corrupt(err)
	}
	if len(u.waiting) > 0 {
		return Broken("the pack has deltas without their base")
	}
	return nil
}

func (u *unpacker) all(ctx context.Context) error {
	n, err := u.count()
	if err != nil {
		return err
	}
	if err := Check("number of objects in the pack", u.limits.Objects, n); err != nil {
		return err
	}
	for range n {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := u.next(ctx); err != nil {
			return err
		}
	}
	return u.checksum()
}

// count reads the header, which says how many objects there are.
func (u *unpacker) count() (int64, error) {
	var header [packHeader]byte
	if _, err := io.ReadFull(u.in, header[:]); err != nil {
		return 0, err
	}
	if !bytes.HasPrefix(header[:], []byte(packMagic)) {
		return 0, Broken("the pack starts with %q instead of %q", header[:len(packMagic)], packMagic)
	}
	return int64(binary.BigEndian.Uint32(header[len(packMagic):])), nil
}

// checksum expects the end of the pack.
func (u *unpacker) checksum() error {
	if _, err := io.CopyN(io.Discard, u.in, checksumBytes); err != nil {
		return err
	}
	switch n, err := io.Copy(io.Discard, u.in); {
	case err != nil:
		return err
	case n > 0:
		return Broken("the pack is followed by %d bytes", n)
	}
	return u.sum.check()
}

func (u *unpacker) next(ctx context.Context) error {
	e, err := u.in.entry(u.in.used())
	if err != nil {
		return err
	}
	if err := u.in.start(); err != nil {
		return err
	}
	if e.isDelta() {
		return u.take(ctx, e)
	}
	id, err := u.object(e.typ, e.size)
	if err != nil {
		return err
	}
	return u.settle(ctx, base{id: id, at: e.at})
}

// take takes a delta, and applies it when its base is known.
func (u *unpacker) take(ctx context.Context, e entry) error {
	d, err := u.delta(e)
	if err != nil {
		return err
	}
	u.waiting[e.on] = append(u.waiting[e.on], d)
	u.held += e.size
	if id, ok := u.resolve(e.on); ok {
		return u.settle(ctx, base{id: id, at: e.on.at})
	}
	return Check("size of deltas that wait for their base", u.limits.DeltaBytes, u.held)
}

func (u *unpacker) resolve(on base) (plumbing.Hash, bool) {
	if on.at != 0 {
		id, ok := u.names[on.at]
		return id, ok
	}
	return on.id, u.store.Has(on.id)
}

// settle applies the deltas that wait for an object, and then those that wait
// for the results.
func (u *unpacker) settle(ctx context.Context, seen base) error {
	ready := []base{seen}
	for len(ready) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		on := ready[len(ready)-1]
		ready = ready[:len(ready)-1]
		if on.at != 0 {
			u.names[on.at] = on.id
		}
		for _, d := range u.release(on) {
			made, err := u.apply(on.id, d)
			if err != nil {
				return err
			}
			ready = append(ready, base{id: made, at: d.at})
		}
	}
	return nil
}

// release returns the deltas that wait for an object.
func (u *unpacker) release(on base) []delta {
	if len(u.waiting) == 0 {
		return nil
	}
	var deltas []delta
	for _, key := range []base{{id: on.id}, {at: on.at}} {
		if key != (base{}) {
			deltas = append(deltas, u.waiting[key]...)
			delete(u.waiting, key)
		}
	}
	for _, d := range deltas {
		u.held -= int64(len(d.code))
	}
	return deltas
}
