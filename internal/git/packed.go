package git

import (
	"context"
	"io"

	"github.com/go-git/go-git/v5/plumbing"
)

// deltaChain is how many deltas git itself puts on top of each other at most.
const deltaChain = 4095

// packed loads the object at an offset of a pack, and its bases.
func (l *Loader) packed(ctx context.Context, p *Pack, at int64) (plumbing.Hash, error) {
	var waiting chain
	for {
		if err := ctx.Err(); err != nil {
			return plumbing.ZeroHash, err
		}
		if id, ok := l.ids[place{p, at}]; ok {
			return l.applyAll(ctx, p, id, waiting.deltas)
		}
		e, err := l.entry(p, at)
		if err != nil {
			return plumbing.ZeroHash, err
		}
		if !e.isDelta() {
			id, err := l.load(e.typ, e.size)
			if err != nil {
				return id, err
			}
			l.ids[place{p, at}] = id
			continue
		}
		if err := l.extend(&waiting, e); err != nil {
			return plumbing.ZeroHash, err
		}
		at = e.on.at
	}
}

// entry reads the start of the object at an offset of a pack, starts its stream,
// and finds out where its base lies, which is in the same pack.
func (l *Loader) entry(p *Pack, at int64) (entry, error) {
	l.in.continueWith(io.NewSectionReader(p.pack, at, p.size-at))
	e, err := l.in.entry(at)
	if err == nil && e.typ == plumbing.REFDeltaObject {
		var ok bool
		if e.on.at, ok, err = p.find(e.on.id); err == nil && !ok {
			err = errOutside()
		}
	}
	if err != nil {
		return e, err
	}
	return e, l.in.start()
}

// A chain holds deltas that build on each other, the last one on an object that
// is not loaded yet.
type chain struct {
	deltas []delta
	held   int64 // bytes of them
}

// extend reads the delta whose stream has been started.
func (l *Loader) extend(c *chain, e entry) error {
	c.held += e.size
	if err := Check("size of deltas that wait for their base", l.limits.DeltaBytes, c.held); err != nil {
		return err
	}
	if len(c.deltas) == deltaChain {
		return Broken("more than %d deltas build on each other", deltaChain)
	}
	d, err := l.delta(e)
	c.deltas = append(c.deltas, d)
	return err
}

// applyAll applies deltas to an object, the last one first.
func (l *Loader) applyAll(ctx context.Context, p *Pack, on plumbing.Hash, deltas []delta) (plumbing.Hash, error) {
	for len(deltas) > 0 {
		if err := ctx.Err(); err != nil {
			return on, err
		}
		d := deltas[len(deltas)-1]
		deltas = deltas[:len(deltas)-1]
		made, err := l.apply(on, d)
		if err != nil {
			return on, err
		}
		l.ids[place{p, d.at}], on = made, made
	}
	return on, nil
}
