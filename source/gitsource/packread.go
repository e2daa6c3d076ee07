package gitsource

import (
	"bytes"
	"context"
	"io"
	"math"

	"github.com/go-git/go-git/v5/plumbing"
)

// deltaChain is how many deltas git itself puts on top of each other at most.
const deltaChain = 4095

// fromPacks loads an object from the first pack that holds it.
func (l *loader) fromPacks(ctx context.Context, id plumbing.Hash) (found plumbing.Hash, ok bool, err error) {
	for _, p := range l.local.packs {
		at, ok, err := p.find(id)
		if err != nil {
			return id, false, err
		}
		if ok {
			found, err := l.packed(ctx, p, at)
			return found, true, err
		}
	}
	return id, false, nil
}

// packed loads the object at an offset of a pack. Where it is made out of
// others by deltas, those are loaded too.
func (l *loader) packed(ctx context.Context, p *packIndex, at int64) (plumbing.Hash, error) {
	var chain []delta
	for {
		if id, ok := l.ids[place{p, at}]; ok {
			return l.applyAll(ctx, p, id, chain)
		}
		h, err := l.header(p, at)
		if err != nil {
			return plumbing.ZeroHash, err
		}
		if h.base == 0 {
			l.ids[place{p, at}], err = l.object(h.typ, h.size)
		} else {
			chain, err = l.extend(chain, at, h.size)
			at = h.base
		}
		if err != nil {
			return plumbing.ZeroHash, err
		}
	}
}

// extend reads the delta that l.zlib is at, and adds it to those that wait for
// what it builds on.
func (l *loader) extend(chain []delta, at, size int64) ([]delta, error) {
	held := size
	for _, d := range chain {
		held += int64(len(d.code))
	}
	if err := check("size of deltas that wait for their base", l.local.limits.DeltaBytes, held); err != nil {
		return nil, err
	}
	d, err := l.delta(at, size)
	if err == nil && len(chain) == deltaChain {
		err = broken("more than %d deltas build on each other", deltaChain)
	}
	return append(chain, d), err
}

// applyAll applies deltas to an object, the last one first.
func (l *loader) applyAll(ctx context.Context, p *packIndex, on plumbing.Hash, chain []delta) (plumbing.Hash, error) {
	for len(chain) > 0 {
		if err := ctx.Err(); err != nil {
			return on, err
		}
		d := chain[len(chain)-1]
		chain = chain[:len(chain)-1]
		made, err := l.unpack.apply(on, d)
		if err != nil {
			return on, err
		}
		l.ids[place{p, d.at}], on = made, made
	}
	return on, l.check()
}

// delta reads the delta that l.zlib is at.
func (l *loader) delta(at, size int64) (delta, error) {
	d := delta{at: at}
	if err := check("size of a delta", l.local.limits.DeltaBytes, size); err != nil {
		return d, err
	}
	var code bytes.Buffer
	if err := l.copy(&code, size); err != nil {
		return d, err
	}
	d.code = code.Bytes()
	if err := d.readSizes(); err != nil {
		return d, err
	}
	if err := check("size of an object in a delta", l.local.limits.DeltaBytes, max(d.from, d.to)); err != nil {
		return d, err
	}
	return d, l.unpack.charge(d.to)
}

// An entryHeader is what stands before the compressed content in a pack.
type entryHeader struct {
	typ  plumbing.ObjectType
	size int64
	base int64 // offset of what a delta builds on; 0 for no delta
}

// header reads the header at an offset of a pack, and makes l.zlib read what
// follows.
func (l *loader) header(p *packIndex, at int64) (h entryHeader, err error) {
	l.in.buffer.Reset(io.NewSectionReader(p.pack, at, p.size-at))
	if err := l.typeAndSize(&h); err != nil {
		return h, err
	}
	switch h.typ {
	case plumbing.CommitObject, plumbing.TreeObject, plumbing.BlobObject, plumbing.TagObject:
	case plumbing.OFSDeltaObject:
		h.base, err = l.baseBefore(at)
	case plumbing.REFDeltaObject:
		h.base, err = l.baseNamed(p)
	default:
		err = broken("the pack has an object of unknown type %d", h.typ)
	}
	if err != nil {
		return h, err
	}
	return h, l.inflateRest()
}

// baseBefore reads how far before a delta its base lies.
func (l *loader) baseBefore(at int64) (int64, error) {
	back, err := l.distance()
	if err == nil && (back <= 0 || back > at-packHeader) {
		err = errOutside()
	}
	return at - back, err
}

// baseNamed reads the name of the base of a delta, which is in the same pack.
func (l *loader) baseNamed(p *packIndex) (int64, error) {
	var id plumbing.Hash
	if _, err := io.ReadFull(l.in, id[:]); err != nil {
		return 0, err
	}
	at, ok, err := p.find(id)
	if err == nil && !ok {
		err = errOutside()
	}
	return at, err
}

func errOutside() error { return broken("a delta builds on what is outside of the pack") }

// typeAndSize reads three bits of type and a size, its lowest bits first.
func (l *loader) typeAndSize(h *entryHeader) error {
	b, err := l.in.ReadByte()
	if err != nil {
		return err
	}
	h.typ, h.size = plumbing.ObjectType(b>>4&7), int64(b&15)
	for shift := 4; b&0x80 != 0; shift += 7 {
		if b, err = l.in.ReadByte(); err != nil {
			return err
		}
		if shift > 56 {
			return broken("an object says that it is larger than any")
		}
		h.size |= int64(b&0x7f) << shift
	}
	if h.size < 0 {
		return broken("an object says that it is larger than any")
	}
	return nil
}

// distance reads how far back the base of a delta lies: its highest bits first,
// and no number in two ways.
func (l *loader) distance() (int64, error) {
	b, err := l.in.ReadByte()
	n := int64(b & 0x7f)
	for err == nil && b&0x80 != 0 {
		if n > math.MaxInt64>>8 {
			return 0, errOutside()
		}
		b, err = l.in.ReadByte()
		n = (n+1)<<7 | int64(b&0x7f)
	}
	return n, err
}
