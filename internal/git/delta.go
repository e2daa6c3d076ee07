package git

import (
	"encoding/binary"
	"math"

	"github.com/go-git/go-git/v5/plumbing"
)

// A delta makes an object out of another, in memory.
type delta struct {
	at       int64 // offset in the pack
	code     []byte
	from, to int64  // sizes of the two objects
	steps    []byte // the code after the sizes
}

// delta reads the delta whose stream has been started.
func (r *reader) delta(e entry) (delta, error) {
	d := delta{at: e.at}
	if err := r.charge(e.size); err != nil {
		return d, err
	}
	if err := Check("size of a delta", r.limits.DeltaBytes, e.size); err != nil {
		return d, err
	}
	var err error
	if d.code, err = readAll(r, e.size); err != nil {
		return d, err
	}
	if err := r.end(e.size); err != nil {
		return d, err
	}
	if err := d.readSizes(); err != nil {
		return d, err
	}
	if err := Check("size of an object in a delta", r.limits.DeltaBytes, max(d.from, d.to)); err != nil {
		return d, err
	}
	return d, r.charge(d.to)
}

// readSizes reads the two numbers that a delta starts with.
func (d *delta) readSizes() error {
	from, n := binary.Uvarint(d.code)
	if n <= 0 || from > math.MaxInt64 {
		return Broken("a delta does not state the size of its base")
	}
	to, m := binary.Uvarint(d.code[n:])
	if m <= 0 || to > math.MaxInt64 {
		return Broken("a delta does not state the size of its result")
	}
	d.from, d.to, d.steps = int64(from), int64(to), d.code[n+m:]
	return nil
}

// apply makes the object that a delta makes out of another, which is there.
func (r *reader) apply(on plumbing.Hash, d delta) (plumbing.Hash, error) {
	o := r.store.objects[on]
	if o.Size != d.from {
		return plumbing.ZeroHash, Broken("a delta requires a base of %d bytes, but the base has %d", d.from, o.Size)
	}
	if !o.inMemory() {
		r.again += o.Size
	}
	if err := Check("size of what deltas build on", r.limits.Bytes, r.again); err != nil {
		return plumbing.ZeroHash, err
	}
	content, err := r.store.Bytes(o)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	made, err := d.patch(content)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	return r.store.add(o.Type, made)
}
