package registrysource

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/packtrain/pack"
)

// A Status describes a configured index.
type Status struct {
	Name string
	// Address is its URL, without credentials, or the path of its file.
	Address string
	Claims  []string
	// Packs is the number of packs that it lists, each counted once.
	Packs int
	// Updated is the date that the index states, zero when it states none.
	Updated time.Time
	// Problems are its entries and install sources that cannot be used, in its order.
	Problems []Problem
	// VerifiedBy is who vouches for it, "" if nothing was verified; Unverified is why it would
	// be refused if that were not only reported.
	VerifiedBy string
	Unverified error
	// Err is why it cannot be read, or used: it is nil otherwise.
	Err error
}

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

// Status reads all configured indices and describes them, in their order. It decodes
// each entry.
func (s *Source) Status(ctx context.Context) []Status {
	list := make([]Status, len(s.indices))
	var all errgroup.Group
	for i, ix := range s.indices {
		all.Go(func() error {
			list[i] = ix.status(ctx)
			return nil
		})
	}
	_ = all.Wait() // errors are in the list
	return list
}

func (ix *index) status(ctx context.Context) Status {
	st := Status{Name: ix.name, Address: shown(ix.URL), Claims: ix.Claims}
	s, err := ix.read(ctx)
	if err != nil {
		st.Err = err
		return st
	}
	doc := s.document
	st.Packs, st.Updated, st.Problems = len(doc.positions), doc.updated, doc.problems(&ix.decoder)
	st.VerifiedBy, st.Unverified = s.verdict.by, s.verdict.refused
	return st
}

// Refs returns the packs of the configured indices that have an entry which can be
// used, sorted. An index that cannot be read is an error.
func (s *Source) Refs(ctx context.Context) ([]pack.Ref, error) {
	supplied, err := s.supplied(ctx)
	if err != nil {
		return nil, err
	}
	var refs []pack.Ref
	for ref, f := range supplied {
		if _, err := f.index.lookUp(f.state, ref); err == nil {
			refs = append(refs, ref)
		}
	}
	slices.Sort(refs)
	return refs, nil
}

// A supplier is an index with its current state.
type supplier struct {
	index *index
	state *snapshot
}

// supplied returns the index that supplies each pack.
func (s *Source) supplied(ctx context.Context) (map[pack.Ref]supplier, error) {
	if len(s.indices) == 0 {
		return nil, &NoIndexError{}
	}
	byRef := map[pack.Ref]supplier{}
	for _, ix := range s.indices {
		state, err := ix.read(ctx)
		if err != nil {
			return nil, err
		}
		for text := range state.document.positions {
			ref := pack.Ref(text)
			if ask, _ := s.toAsk(ref, ""); slices.Contains(ask, ix) && byRef[ref].index == nil {
				byRef[ref] = supplier{ix, state}
			}
		}
	}
	return byRef, nil
}

// Address returns the URL of the index with that name, without credentials and query, or
// the path of its file; "" if there is none. It reads nothing.
func (s *Source) Address(name string) string {
	for _, ix := range s.indices {
		if ix.name == name {
			return shown(ix.URL)
		}
	}
	return ""
}
