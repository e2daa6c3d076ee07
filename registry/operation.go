package registry

import (
	"time"

	"github.com/packtrain/pack"
)

// RememberedOperations is the number of operations that [Records] remember at
// least, the latest ones, with the changes that they made.
const RememberedOperations = 10_000

// An Operation changes the records of a set of packs: of all of them, or of
// none.
type Operation struct {
	// ID is unique among the operations on the records: 1 to 128 characters.
	ID string
	// Activate lists the packs that get another active generation, Remove those
	// that are removed. A pack may be named once.
	Activate []Activation
	Remove   []Removal
	// Settings replaces settings of installed packs, and Forget removes generations. A
	// pack that Settings names and that is not installed is an error that matches
	// [pack.ErrNotFound].
	Settings []Setting
	Forget   []Forgetting
	// Time and Actor are for the feed: see [Change].
	Time  time.Time
	Actor string
	// Fence is the fence of the locks of the packs ([Lock]), 0 for locks that cannot be
	// lost. Records that have [Locks] apply the operation only if its fence still holds
	// the locks of all its packs.
	Fence int64
}

// An Activation makes a generation the active one. It holds everything that the
// records have to know about it.
type Activation struct {
	Ref pack.Ref `json:"pack_ref"`
	// Previous is the generation that is active up to now, "" when the pack is
	// not installed.
	Previous   string        `json:"previous"`
	Generation Generation    `json:"generation"`
	Manifest   pack.Manifest `json:"manifest"`
	// Components are the components, unless they are given as Documents. Records read
	// both by [Activation.Encoded].
	Components []pack.Component `json:"-"`
	Documents  Documents        `json:"-"`
	// Time is the time of the activation.
	Time time.Time `json:"time"`
}

// Encoded returns the components of a, encoded: its Documents or, without these, its
// Components.
func (a *Activation) Encoded() (Documents, error) {
	if a.Documents != nil {
		return a.Documents, nil
	}
	return EncodeComponents(a.Components)
}

// A Removal removes a pack from the records.
type Removal struct {
	Ref pack.Ref `json:"pack_ref"`
	// Generation is the generation that is active up to now.
	Generation string `json:"generation"`
}

const maxOperationID = 128

// Check reports an operation that no [Records] apply: one without an ID, without
// changes, or with two changes of one pack. The error matches
// [pack.ErrInvalid].
func (o *Operation) Check() error {
	switch {
	case o.ID == "" || len(o.ID) > maxOperationID:
		return pack.Errorf(pack.CodeInvalidRequest, "operation has an ID of %d characters, want 1 to %d", len(o.ID), maxOperationID)
	case len(o.Refs()) == 0:
		return pack.Errorf(pack.CodeInvalidRequest, "operation %q has no changes", o.ID)
	}
	seen := map[pack.Ref]bool{}
	for _, ref := range o.Refs() {
		if seen[ref] {
			return pack.Errorf(pack.CodeInvalidRequest, "operation %q changes pack %s twice", o.ID, ref)
		}
		seen[ref] = true
	}
	for i := range o.Activate {
		if a := &o.Activate[i]; a.Generation.Name == "" {
			return pack.Errorf(pack.CodeInvalidRequest, "operation %q activates pack %s without naming a generation", o.ID, a.Ref)
		}
	}
	return nil
}

// Refs returns the packs that o activates, removes, sets or forgets generations of, in
// this order.
func (o *Operation) Refs() []pack.Ref {
	refs := make([]pack.Ref, 0, len(o.Activate)+len(o.Remove)+len(o.Settings)+len(o.Forget))
	for i := range o.Activate {
		refs = append(refs, o.Activate[i].Ref)
	}
	for _, r := range o.Remove {
		refs = append(refs, r.Ref)
	}
	for i := range o.Settings {
		refs = append(refs, o.Settings[i].Ref)
	}
	for _, f := range o.Forget {
		refs = append(refs, f.Ref)
	}
	return refs
}
