package registrysource

import "github.com/packtrain/pack"

// problems returns the unusable parts of the document, in its order.
func (doc *document) problems(d *decoder) []Problem {
	collisions := doc.collisions(d)
	var list []Problem
	for i, raw := range doc.entries {
		e, err := decodeEntry(raw, d)
		if err == nil {
			err = collisions[e.id.Ref]
		}
		if err != nil {
			list = append(list, Problem{Entry: i, Source: -1, Ref: idOf(raw).Ref, Err: err})
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
func (doc *document) collisions(d *decoder) map[pack.Ref]error {
	errs := map[pack.Ref]error{}
	for ref, positions := range doc.positions {
		if len(positions) < 2 {
			continue
		}
		if _, _, err := doc.lookup(ref, d); pack.CodeOf(err) == pack.CodeNameCollision {
			errs[pack.Ref(ref)] = err
		}
	}
	return errs
}
