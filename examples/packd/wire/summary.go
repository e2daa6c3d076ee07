package wire

import (
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// A PackSummary is an installed pack, as short lists show it.
type PackSummary struct {
	ID           int64             `json:"pack_id"`
	Ref          pack.Ref          `json:"pack_ref"`
	Generation   string            `json:"generation"` // the active one
	Version      pack.Version      `json:"pack_version"`
	TreeDigest   pack.Digest       `json:"tree_digest"`
	Dependencies []pack.Dependency `json:"dependencies"`
	Enabled      bool              `json:"enabled"`
	Settings     registry.Settings `json:"settings,omitzero"` // as in ActivePack
	Installed    time.Time         `json:"installed"`         // first activation
	Updated      time.Time         `json:"updated"`           // last activation
	StoragePath  string            `json:"storage_path"`
	NeedsRepair  string            `json:"needs_repair"`       // as in ActivePack
	Unmet        []pack.Dependency `json:"unmet_dependencies"` // as in ActivePack
	Link         *registry.Link    `json:"link,omitempty"`     // as in ActivePack
}

// NewPackSummaries returns a list as it is on the wire, never nil.
func NewPackSummaries(packs []registry.PackSummary) []PackSummary {
	return each(packs, func(p registry.PackSummary) PackSummary {
		return PackSummary{
			ID: p.ID, Ref: p.Ref, Generation: p.Generation, Version: p.Version, TreeDigest: p.TreeDigest,
			Dependencies: each(p.Dependencies, same), Enabled: p.Enabled, Settings: p.Settings, Installed: p.Installed, Updated: p.Updated,
			StoragePath: p.StoragePath, NeedsRepair: p.NeedsRepair, Unmet: each(p.Unmet, same), Link: p.Link,
		}
	})
}

// Result returns the pack as the library has it.
func (p PackSummary) Result() registry.PackSummary {
	return registry.PackSummary{
		RecordSummary: registry.RecordSummary{
			ID: p.ID, Ref: p.Ref, Generation: p.Generation, Version: p.Version, TreeDigest: p.TreeDigest,
			Dependencies: append([]pack.Dependency(nil), p.Dependencies...), Enabled: p.Enabled, Settings: p.Settings, Installed: p.Installed, Updated: p.Updated,
		},
		PackState: registry.PackState{
			StoragePath: p.StoragePath, NeedsRepair: p.NeedsRepair, Unmet: append([]pack.Dependency(nil), p.Unmet...), Link: p.Link,
		},
	}
}
