package gitsource

import (
	"context"
	"errors"
	"io"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"

	"github.com/packtrain/pack"
)

// An unpacker reads the objects of a pack into a store, in one pass over the
// stream. What an object will cost is known from its header (of a delta, from
// its first bytes) and checked against the limits before it is inflated.
type unpacker struct {
	limits   Limits
	store    *store
	in       *counter
	scanner  *packfile.Scanner
	inflated int64 // bytes that came out of compressed streams
	total    int64 // bytes of all objects
	names    map[int64]plumbing.Hash
	waiting  map[base][]delta // whose base has not been seen
	held     int64            // bytes of waiting
}

// unpack reads a pack from r into s.
func unpack(ctx context.Context, r io.Reader, s *store, limits Limits) error {
	in := &counter{r: r}
	u := &unpacker{
		limits: limits, store: s, in: in, scanner: packfile.NewScanner(in),
		names: map[int64]plumbing.Hash{}, waiting: map[base][]delta{},
	}
	if err := u.all(ctx); err != nil {
		return corrupt(err)
	}
	if len(u.waiting) > 0 {
		return broken("the pack builds on objects that it does not hold")
	}
	return nil
}

// corrupt keeps errors that have a code or are of the context; all others come
// from decoding.
func corrupt(err error) error {
	if _, ok := errors.AsType[*brokenError](err); ok || pack.CodeOf(err) != "" {
		return err
	}
	return broken("the pack is corrupt: %s", shown(err.Error()))
}

func (u *unpacker) all(ctx context.Context) error {
	_, n, err := u.scanner.Header()
	if err != nil {
		return err
	}
	if err := check("number of objects in the pack", u.limits.Objects, int64(n)); err != nil {
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
	if _, err := u.scanner.Checksum(); err != nil {
		return err
	}
	return drain(u.in)
}

func (u *unpacker) next(ctx context.Context) error {
	h, err := u.scanner.NextObjectHeader()
	if err != nil {
		return err
	}
	if err := u.charge(h.Length); err != nil {
		return err
	}
	switch h.Type {
	case plumbing.CommitObject, plumbing.TreeObject, plumbing.BlobObject, plumbing.TagObject:
		return u.object(ctx, h)
	case plumbing.OFSDeltaObject:
		return u.delta(ctx, h, base{at: h.OffsetReference})
	case plumbing.REFDeltaObject:
		return u.delta(ctx, h, base{id: h.Reference})
	default:
		return broken("the pack has an object of unknown type %d", h.Type)
	}
}

// charge accounts for an object before it is made.
func (u *unpacker) charge(size int64) error {
	if err := check("object size", u.limits.ObjectBytes, size); err != nil {
		return err
	}
	u.total += size
	return check("size of all objects", u.limits.Bytes, u.total)
}

func (u *unpacker) object(ctx context.Context, h *packfile.ObjectHeader) error {
	d, err := u.store.create(h.Type, h.Length)
	if err != nil {
		return err
	}
	hasher := plumbing.NewHasher(h.Type, h.Length)
	if err := u.inflate(h, io.MultiWriter(hasher, d.w)); err != nil {
		return err
	}
	id := hasher.Sum()
	u.store.keep(id, d)
	return u.settle(ctx, base{id: id, at: h.Offset})
}

// inflate writes what follows a header to w.
func (u *unpacker) inflate(h *packfile.ObjectHeader, w io.Writer) error {
	n, _, err := u.scanner.NextObject(io.MultiWriter(u, w))
	if err == nil && n != h.Length {
		err = broken("an object has %d bytes instead of %d", n, h.Length)
	}
	return err
}

// Write watches the ratio of inflated to received bytes.
func (u *unpacker) Write(p []byte) (int, error) {
	u.inflated += int64(len(p))
	if u.inflated > ratioFrom {
		if err := check("compression ratio", u.limits.Ratio, u.inflated/max(u.in.n, 1)); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// A counter counts what is read through it.
type counter struct {
	r io.Reader
	n int64
}

// Read implements [io.Reader].
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
