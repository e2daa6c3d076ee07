package registrysource

import "github.com/packtrain/pack"

// A Problem is an unusable part of an index.
type Problem struct {
	// Entry is the position among the packs of the index, from 0.
	Entry int
	// Source is the position of the install source that is left out, from 0;
	// -1 when the whole entry is.
	Source int
	// Ref of the entry, "" when it has none that is valid.
	Ref pack.Ref
	Err error
}

func (idx *index) problems(d *decoder) []Problem {
	collisions := idx.collisions(d)
	var list []Problem
	for i, v := range idx.entries {
		e, err := decodeEntry(v, d)
		if err == nil {
			err = collisions[e.id.Ref]
		}
		if err != nil {
			list = append(list, Problem{Entry: i, Source: -1, Ref: refOf(v), Err: err})
			continue
		}
		for _, out := range e.dropped {
			list = append(list, Problem{Entry: i, Source: out.position, Ref: e.id.Ref, Err: out.err})
		}
	}
	return list
}

// collisions returns the errors of the packs that have two entries for one
// version.
func (idx *index) collisions(d *decoder) map[pack.Ref]error {
	errs := map[pack.Ref]error{}
	for ref, positions := range idx.positions {
		if len(positions) < 2 {
			continue
		}
		if _, _, err := idx.lookup(ref, d); pack.CodeOf(err) == pack.CodeNameCollision {
			errs[pack.Ref(ref)] = err
		}
	}
	return errs
}
