package git

import (
	"io"
	"math"

	"github.com/go-git/go-git/v5/plumbing"
)

// packHeader is the size of the header before the first object of a pack.
const packHeader = 12

// An entry is the header before the stream of an object in a pack.
type entry struct {
	at   int64 // its offset in the pack
	typ  plumbing.ObjectType
	size int64
	on   base // of a delta
}

// A base names the object that a delta builds on: by name, or by its offset in
// the pack, which is never 0.
type base struct {
	id plumbing.Hash
	at int64
}

func (e entry) isDelta() bool {
	return e.typ == plumbing.OFSDeltaObject || e.typ == plumbing.REFDeltaObject
}

// entry reads the start of the object at an offset of a pack.
func (in *input) entry(at int64) (e entry, err error) {
	e.at = at
	if err := in.typeAndSize(&e); err != nil {
		return e, err
	}
	switch e.typ {
	case plumbing.CommitObject, plumbing.TreeObject, plumbing.BlobObject, plumbing.TagObject:
	case plumbing.OFSDeltaObject:
		e.on.at, err = in.offsetBefore(at)
	case plumbing.REFDeltaObject:
		_, err = io.ReadFull(in, e.on.id[:])
	default:
		err = Broken("the pack has an object of unknown type %d", e.typ)
	}
	return e, err
}

// typeAndSize reads three bits of type and a size, its lowest bits first.
func (in *input) typeAndSize(e *entry) error {
	b, err := in.ReadByte()
	if err != nil {
		return err
	}
	e.typ, e.size = plumbing.ObjectType(b>>4&7), int64(b&15)
	for shift := 4; b&0x80 != 0; shift += 7 {
		if b, err = in.ReadByte(); err != nil {
			return err
		}
		if shift > 56 {
			return Broken("an object declares an impossible size")
		}
		e.size |= int64(b&0x7f) << shift
	}
	if e.size < 0 {
		return Broken("an object declares an impossible size")
	}
	return nil
}

// offsetBefore reads how far before an offset the base of a delta lies, and
// returns where.
func (in *input) offsetBefore(at int64) (int64, error) {
	back, err := in.distance()
	if err == nil && (back <= 0 || back > at-packHeader) {
		err = errOutside()
	}
	return at - back, err
}

func errOutside() error { return Broken("a delta has a base outside of the pack") }

// distance reads a number, its highest bits first, and no number in two ways.
func (in *input) distance() (int64, error) {
	b, err := in.ReadByte()
	n := int64(b & 0x7f)
	for err == nil && b&0x80 != 0 {
		if n > math.MaxInt64>>8 {
			return 0, errOutside()
		}
		b, err = in.ReadByte()
		n = (n+1)<<7 | int64(b&0x7f)
	}
	return n, err
}
