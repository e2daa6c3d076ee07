package git

import (
	"cmp"
	"context"
	"io"
)

// Usual returns limits with what hosts usually set where they are zero.
func (l Limits) Usual() Limits {
	return Limits{
		Objects: cmp.Or(l.Objects, 200_000), ObjectBytes: cmp.Or(l.ObjectBytes, 256<<20), DeltaBytes: cmp.Or(l.DeltaBytes, 64<<20),
		Bytes: cmp.Or(l.Bytes, 1<<30), Ratio: cmp.Or(l.Ratio, 200), PackBytes: cmp.Or(l.PackBytes, 512<<20),
	}
}

// UnpackSizes reads a pack and returns the size of each object by its name. At
// most memory bytes stay out of the scratch directory.
func UnpackSizes(ctx context.Context, r io.Reader, scratch string, memory int64, limits Limits) (map[string]int64, error) {
	s := NewStore(scratch)
	s.memory = memory
	defer s.Close()
	if err := Unpack(ctx, r, s, limits.Usual()); err != nil {
		return nil, err
	}
	return s.Sizes()
}

// Sizes returns the size of each object by its name, as it is read.
func (s *Store) Sizes() (map[string]int64, error) {
	sizes := map[string]int64{}
	for id, o := range s.objects {
		n, err := io.Copy(io.Discard, s.Reader(o))
		if err != nil {
			return nil, err
		}
		sizes[id.String()] = n
	}
	return sizes, nil
}

// TreeKeys returns what the entries of a tree object are sorted by.
func TreeKeys(content []byte) ([]string, error) {
	var keys []string
	for e, err := range Tree(content) {
		if err != nil {
			return nil, err
		}
		keys = append(keys, e.sortKey())
	}
	return keys, nil
}

// Sum hashes content as the names of objects are made, without their header.
func (s *Store) Sum(content []byte) []byte {
	s.hasher.Reset()
	_, _ = s.hasher.Write(content)
	return s.hasher.Hash.Sum(nil)
}

// Patch applies a delta to a base of the right size.
func Patch(base, code []byte) ([]byte, error) {
	d := delta{code: code}
	if err := d.readSizes(); err != nil {
		return nil, err
	}
	if d.to > 1<<20 {
		return nil, Broken("larger than tests want it")
	}
	return d.patch(base)
}
