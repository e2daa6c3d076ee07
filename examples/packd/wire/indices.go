package wire

import (
	"errors"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/registrysource"
)

// A FoundPack is a pack that a search of the registry indices finds.
type FoundPack struct {
	Ref     pack.Ref     `json:"pack_ref"`
	Version pack.Version `json:"pack_version"` // the highest, a release if there is one
	// Index is the name of the index that supplies the pack.
	Index       string         `json:"index"`
	Label       string         `json:"label"`
	Description string         `json:"description"`
	Keywords    []string       `json:"keywords"`
	Versions    []pack.Version `json:"versions"` // the highest first
}

// NewFoundPacks returns what a search found as it is on the wire, never nil.
func NewFoundPacks(matches []registrysource.Match) []FoundPack {
	return each(matches, func(m registrysource.Match) FoundPack {
		return FoundPack{
			Ref: m.ID.Ref, Version: m.ID.Version, Index: m.Index, Label: m.Label, Description: m.Description,
			Keywords: each(m.Keywords, same), Versions: each(m.Versions, same),
		}
	})
}

// Result returns the pack as the library has it.
func (f FoundPack) Result() registrysource.Match {
	return registrysource.Match{
		ID: pack.ID{Ref: f.Ref, Version: f.Version}, Index: f.Index, Label: f.Label, Description: f.Description,
		Keywords: f.Keywords, Versions: f.Versions,
	}
}

// An Index is the state of a configured registry index.
type Index struct {
	Name    string   `json:"name"`
	Address string   `json:"address"` // without credentials
	Claims  []string `json:"claims"`  // names and patterns of packs that come from no other index
	Packs   int      `json:"packs"`
	// Updated is the date that the index states, null for none.
	Updated *time.Time `json:"last_updated"`
	// VerifiedBy is who vouches for the index, such as the names of the keys that have
	// signed it; "" if nothing was verified.
	VerifiedBy string `json:"verified_by"`
	// Unverified is why the index would be refused if that were not only reported, null
	// if it would not.
	Unverified *Fault         `json:"unverified"`
	Problems   []IndexProblem `json:"problems"`
	// Failure is why the index cannot be used, null if it can.
	Failure *Fault `json:"failure"`
}

// An IndexProblem is an entry or an install source that cannot be used.
type IndexProblem struct {
	Entry  int      `json:"entry"`  // counted from 0
	Source int      `json:"source"` // install source of the entry, counted from 0; -1 for the whole entry
	Ref    pack.Ref `json:"pack_ref"`
	Fault
}

// NewIndices returns the state of indices as it is on the wire, never nil.
func NewIndices(list []registrysource.Status) []Index {
	return each(list, func(s registrysource.Status) Index {
		ix := Index{Name: s.Name, Address: s.Address, Claims: each(s.Claims, same), Packs: s.Packs, VerifiedBy: s.VerifiedBy, Unverified: faultOf(s.Unverified), Failure: faultOf(s.Err)}
		if !s.Updated.IsZero() {
			ix.Updated = &s.Updated
		}
		ix.Problems = each(s.Problems, func(p registrysource.Problem) IndexProblem {
			return IndexProblem{Entry: p.Entry, Source: p.Source, Ref: p.Ref, Fault: *faultOf(p.Err)}
		})
		return ix
	})
}

// faultOf returns an error as it is on the wire, nil for none.
func faultOf(err error) *Fault {
	if err == nil {
		return nil
	}
	f := newFault(pack.Failure{Code: pack.CodeOf(err), Message: err.Error(), Err: err})
	return &f
}

// Result returns the state as the library has it. Errors match the sentinels of their
// codes.
func (ix Index) Result() registrysource.Status {
	s := registrysource.Status{Name: ix.Name, Address: ix.Address, Claims: ix.Claims, Packs: ix.Packs, VerifiedBy: ix.VerifiedBy, Unverified: ix.Unverified.err(), Err: ix.Failure.err()}
	if ix.Updated != nil {
		s.Updated = *ix.Updated
	}
	for _, p := range ix.Problems {
		s.Problems = append(s.Problems, registrysource.Problem{Entry: p.Entry, Source: p.Source, Ref: p.Ref, Err: p.err()})
	}
	return s
}

// err returns the error, nil for none.
func (f *Fault) err() error {
	if f == nil {
		return nil
	}
	if f.Code == "" {
		return errors.New(f.Message)
	}
	return pack.Errorf(f.Code, "%s", f.Message)
}
