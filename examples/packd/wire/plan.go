package wire

import (
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/pipeline"
)

// A PlanRequest asks what an installation, rollbacks and removals would change.
type PlanRequest struct {
	InstallRequest
	// Packs are specs, as in InstallRequest; there may be none beside packs to roll back or
	// to remove.
	Packs []string `json:"packs,omitempty" maxItems:"1000"`
	// RollBack names installed packs that are to be rolled back; up to 1000.
	RollBack []PlanRollBack `json:"rollback,omitempty" maxItems:"1000"`
	// Remove names installed packs that are to be removed; up to 1000.
	Remove []pack.Ref `json:"remove,omitempty" maxItems:"1000"`
}

// A PlanRollBack is a pack to roll back, and the name or version of the generation to
// activate; without one, it is the one that was active before.
type PlanRollBack struct {
	Ref pack.Ref `json:"pack_ref"`
	To  string   `json:"to,omitempty"`
}

// NewPlanRequest returns what asks a server for a plan of r.
func NewPlanRequest(r pipeline.Request) PlanRequest {
	q := PlanRequest{InstallRequest: NewInstallRequest(r), Packs: r.Specs, Remove: r.Remove}
	for _, b := range r.RollBack {
		q.RollBack = append(q.RollBack, PlanRollBack(b))
	}
	return q
}

// Check returns an error with [pack.CodeInvalidRequest] for a request without packs, and
// with [pack.CodeInvalidRef] for a pack to roll back or remove that cannot be installed.
func (r PlanRequest) Check() error {
	if len(r.Packs)+len(r.RollBack)+len(r.Remove) == 0 {
		return pack.Errorf(pack.CodeInvalidRequest, "packs: want at least one pack to install, or one to roll back or to remove")
	}
	for i, b := range r.RollBack {
		if _, err := pack.ParseRef(b.Ref.String()); err != nil {
			return fmt.Errorf("rollback[%d]: %w", i, err)
		}
	}
	for i, ref := range r.Remove {
		if _, err := pack.ParseRef(ref.String()); err != nil {
			return fmt.Errorf("remove[%d]: %w", i, err)
		}
	}
	return nil
}

// Request returns the request to the library.
func (r PlanRequest) Request() pipeline.Request {
	q := r.InstallRequest.Request()
	q.Specs, q.Remove = r.Packs, r.Remove
	for _, b := range r.RollBack {
		q.RollBack = append(q.RollBack, pipeline.RollBack(b))
	}
	return q
}

// emptyPlan returns a plan that was not made, with the reason as its conflict.
func emptyPlan(f Fault) *pipeline.Plan {
	return &pipeline.Plan{
		Format: pipeline.PlanFormat, Reads: []pipeline.PlanRead{}, Wants: []pipeline.PlanWant{}, Steps: []pipeline.PlanStep{}, Sets: [][]pack.Ref{},
		Options:    pipeline.PlanOptions{Prefer: map[pack.RuntimeName]string{}, SkipRuntimes: []pack.RuntimeName{}, AllowBreak: []pack.Ref{}},
		Dependents: []pipeline.PlanDependent{}, Conflicts: []pipeline.PlanProblem{{Code: f.Code, Message: f.Message}}, Warnings: []pipeline.PlanProblem{},
	}
}

// An ApplyRequest has the plan to apply.
type ApplyRequest struct {
	Plan pipeline.Plan `json:"plan"`
}

// An ApplyReport is that of an installation, with the packs that were rolled back, and
// those that were removed.
type ApplyReport struct {
	InstallReport
	RolledBack []pack.Ref `json:"rolled_back_packs"`
	Removed    []pack.Ref `json:"removed_packs"`
}

// NewApplyReport returns r as it is on the wire; nil for nil.
func NewApplyReport(r *pipeline.Report) *ApplyReport {
	if r == nil {
		return nil
	}
	return &ApplyReport{InstallReport: *NewInstallReport(r), RolledBack: each(r.RolledBack, same), Removed: each(r.Removed, same)}
}

// Result returns what the library returned to the server.
func (r *ApplyReport) Result() (*pipeline.Report, error) {
	out, err := r.InstallReport.Result()
	out.RolledBack, out.Removed = r.RolledBack, r.Removed
	return out, err
}

func emptyApply(f Fault) *ApplyReport {
	return &ApplyReport{InstallReport: *emptyInstall(f), RolledBack: []pack.Ref{}, Removed: []pack.Ref{}}
}
