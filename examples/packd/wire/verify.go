package wire

import (
	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// A VerifyReport is the result of a verification.
type VerifyReport struct {
	// Verified are the packs that were compared, ordered by ref.
	Verified []pack.Ref `json:"verified"`
	// Differences are ordered by ref; empty if everything is as recorded.
	Differences []Difference `json:"differences"`
}

// A Difference is one deviation of an installed pack from its record.
type Difference struct {
	Ref        pack.Ref `json:"pack_ref"`
	Generation string   `json:"generation"` // the recorded active one, "" if unknown
	Kind       string   `json:"kind"`       // content, pointer, environment, record or operation
	Message    string   `json:"message"`
}

// NewVerifyReport returns r as it is on the wire; nil for nil.
func NewVerifyReport(r *registry.VerifyReport) *VerifyReport {
	if r == nil {
		return nil
	}
	return &VerifyReport{Verified: each(r.Verified, same), Differences: each(r.Differences, newDifference)}
}

func newDifference(d registry.Difference) Difference {
	return Difference{Ref: d.Ref, Generation: d.Generation, Kind: string(d.Kind), Message: d.Message}
}

func (d Difference) result() registry.Difference {
	return registry.Difference{Ref: d.Ref, Generation: d.Generation, Kind: registry.DifferenceKind(d.Kind), Message: d.Message}
}

// Result returns what the library returned to the server.
func (r *VerifyReport) Result() *registry.VerifyReport {
	return &registry.VerifyReport{Verified: each(r.Verified, same), Differences: each(r.Differences, Difference.result)}
}

// A RepairReport is the result of a repair.
type RepairReport struct {
	// Checked are the packs that were compared, ordered by ref.
	Checked []pack.Ref `json:"checked"`
	// Repaired are the differences that no longer exist, Left those that do, with what to
	// do; both ordered by ref.
	Repaired []Difference `json:"repaired"`
	Left     []Difference `json:"left"`
}

// NewRepairReport returns r as it is on the wire; nil for nil.
func NewRepairReport(r *registry.RepairReport) *RepairReport {
	if r == nil {
		return nil
	}
	return &RepairReport{Checked: each(r.Checked, same), Repaired: each(r.Repaired, newDifference), Left: each(r.Left, newDifference)}
}

// Result returns what the library returned to the server.
func (r *RepairReport) Result() *registry.RepairReport {
	return &registry.RepairReport{
		Checked: each(r.Checked, same), Repaired: each(r.Repaired, Difference.result), Left: each(r.Left, Difference.result),
	}
}
