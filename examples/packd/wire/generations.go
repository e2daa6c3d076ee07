package wire

import (
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// A RollBackReport is the result of a rollback, without the configuration of the pack.
type RollBackReport struct {
	ID        int64               `json:"pack_id"`
	Ref       pack.Ref            `json:"pack_ref"`
	Active    registry.Generation `json:"active"`
	Manifest  pack.Manifest       `json:"manifest"`
	Installed time.Time           `json:"installed"` // first activation
	Updated   time.Time           `json:"updated"`   // last activation
	// From is the generation that was active before.
	From registry.GenerationID `json:"from"`
	// Unmet are the dependencies that are neither provided nor installed in a version
	// that is accepted.
	Unmet []pack.Dependency `json:"unmet_dependencies"`
	// Changes say what the change from there means.
	Changes *registry.Changes `json:"changes,omitempty"`
}

// NewRollBackReport returns r as it is on the wire.
func NewRollBackReport(r *registry.RollBackReport) *RollBackReport {
	return &RollBackReport{
		ID: r.ID, Ref: r.Ref, Active: r.Active, Manifest: r.Manifest, Installed: r.Installed, Updated: r.Updated, From: r.From, Unmet: each(r.Unmet, same), Changes: r.Changes,
	}
}

// Result returns the report as the library has it, without the configuration of the pack.
func (r *RollBackReport) Result() registry.RollBackReport {
	return registry.RollBackReport{
		Record: registry.Record{
			ID: r.ID, Ref: r.Ref, Active: r.Active, Manifest: r.Manifest, Installed: r.Installed, Updated: r.Updated,
		},
		From: r.From, Unmet: append([]pack.Dependency(nil), r.Unmet...), Changes: r.Changes,
	}
}

// An EnabledState says whether a pack or a component is enabled by a user.
type EnabledState struct {
	Ref pack.Ref `json:"pack_ref"`
	// Component is "" for the whole pack.
	Component pack.ComponentRef `json:"component"`
	Enabled   bool              `json:"enabled"`
}

// A PinnedGeneration is the generation that a request pinned or unpinned.
type PinnedGeneration struct {
	Name string `json:"generation"`
}
