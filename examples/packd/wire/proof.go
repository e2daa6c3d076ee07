package wire

import (
	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
)

// A Proof says why wants cannot be met together: its demands exclude each other, and
// without any one of them the others do not.
type Proof struct {
	// Ref is the pack that has no version to choose; "" for the platform.
	Ref     pack.Ref `json:"pack_ref,omitempty"`
	Demands []Demand `json:"demands"`
	// Remedies are changes of the request each of which is enough.
	Remedies []Remedy `json:"remedies"`
	// Lines are the same for people.
	Lines []string `json:"lines"`
}

// A Demand says that a pack has to be there, in a version that VersionSpec allows.
type Demand struct {
	Ref         pack.Ref        `json:"pack_ref,omitempty"` // "" for the platform
	VersionSpec pack.Constraint `json:"version_spec"`
	// Item is the position in the request that demands it; nil for a pack, RequiredBy in
	// Versions, or for an installed pack that has to stay.
	Item       *int           `json:"item"`
	RequiredBy pack.Ref       `json:"required_by,omitempty"`
	Versions   []pack.Version `json:"versions"`
	// Exists are the versions that could be chosen, best first, and Excluded those that
	// exist and cannot be; of many the first.
	Exists    []pack.Version `json:"exists"`
	Excluded  []Excluded     `json:"excluded"`
	Installed *pack.Version  `json:"installed_version"`
	Provided  bool           `json:"provided,omitempty"`
}

// An Excluded version exists, and cannot be chosen.
type Excluded struct {
	Version *pack.Version `json:"version"` // nil if it cannot be read
	Reason  string        `json:"reason"`
}

// A Remedy is a change of one item of the request.
type Remedy struct {
	Item int `json:"item"`
	// Version can be chosen when the item allows it; nil: leave the item out.
	Version *pack.Version `json:"version"`
}

// maxProofVersions bounds the versions of each list: an index may have thousands.
const maxProofVersions = 50

// newProof returns the proof of an error.
func newProof(u *deps.Unsolvable) *Proof {
	p := &Proof{Ref: u.Ref, Lines: u.Lines(), Demands: each(u.Demands, newDemand)}
	p.Remedies = each(u.Remedies, func(r deps.Remedy) Remedy {
		if r.Version.IsZero() {
			return Remedy{Item: r.Want}
		}
		return Remedy{r.Want, &r.Version}
	})
	return p
}

func newDemand(d deps.Demand) Demand {
	demand := Demand{
		Ref: d.Ref, VersionSpec: d.Constraint, RequiredBy: d.By, Versions: first(d.Versions), Exists: first(d.Exists),
		Installed: d.Installed, Provided: d.Provided,
	}
	if d.Want >= 0 {
		demand.Item = &d.Want
	}
	demand.Excluded = each(first(d.Excluded), func(c pack.Candidate) Excluded {
		e := Excluded{Reason: c.Unusable.Error()}
		if !c.Version.IsZero() {
			e.Version = &c.Version
		}
		return e
	})
	return demand
}

// first returns the first of many, and never nil.
func first[T any](list []T) []T {
	return append([]T{}, list[:min(len(list), maxProofVersions)]...)
}
