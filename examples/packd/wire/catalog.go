package wire

import (
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// An ActivePack is an installed pack, as lists show it.
type ActivePack struct {
	ID          int64               `json:"pack_id"`
	Ref         pack.Ref            `json:"pack_ref"`
	Active      registry.Generation `json:"active"`
	Manifest    pack.Manifest       `json:"manifest"`
	Installed   time.Time           `json:"installed"` // first activation
	Updated     time.Time           `json:"updated"`   // last activation
	StoragePath string              `json:"storage_path"`
	// NeedsRepair says why readers do not get the recorded generation, "" if they do.
	NeedsRepair string `json:"needs_repair"`
	// Unmet are the dependencies that are neither provided nor installed.
	Unmet []pack.Dependency `json:"unmet_dependencies"`
	// Settings are what users decided otherwise, such as which components are enabled.
	Settings registry.Settings `json:"settings,omitzero"`
	// Link is the working directory that the author of the pack uses instead. Readers get the
	// active generation all the same.
	Link *registry.Link `json:"link,omitempty"`
}

// PackDetails are the details of one pack.
type PackDetails struct {
	ActivePack
	Components  []pack.Component      `json:"components"`
	Generations []registry.Generation `json:"generations"` // the oldest first
	// ConfigProblems are the reasons why the recorded configuration does not fit.
	ConfigProblems []string `json:"config_problems"`
	// Changes say how the active generation differs from the one before it.
	Changes *registry.Changes `json:"changes,omitempty"`
}

// NewActivePacks returns a list as it is on the wire, never nil.
func NewActivePacks(packs []registry.ActivePack) []ActivePack { return each(packs, newActivePack) }

func newActivePack(p registry.ActivePack) ActivePack {
	return ActivePack{
		ID: p.ID, Ref: p.Ref, Active: p.Active, Manifest: p.Manifest,
		Installed: p.Installed, Updated: p.Updated, StoragePath: p.StoragePath,
		NeedsRepair: p.NeedsRepair, Unmet: each(p.Unmet, same), Settings: p.Settings, Link: p.Link,
	}
}

// Result returns the pack as the library has it.
func (p ActivePack) Result() registry.ActivePack {
	return registry.ActivePack{
		Record: registry.Record{
			ID: p.ID, Ref: p.Ref, Active: p.Active, Manifest: p.Manifest, Installed: p.Installed, Updated: p.Updated,
			Settings: p.Settings,
		},
		PackState: registry.PackState{
			StoragePath: p.StoragePath, NeedsRepair: p.NeedsRepair, Unmet: append([]pack.Dependency(nil), p.Unmet...), Link: p.Link,
		},
	}
}

// NewPackDetails returns p as it is on the wire.
func NewPackDetails(p *registry.PackDetails) PackDetails {
	return PackDetails{
		ActivePack: newActivePack(p.ActivePack), Components: p.Components, Generations: p.Generations,
		ConfigProblems: each(p.ConfigProblems, same), Changes: p.Changes,
	}
}

// Result returns the details as the library has them.
func (p PackDetails) Result() *registry.PackDetails {
	return &registry.PackDetails{
		ActivePack: p.ActivePack.Result(), Components: p.Components, Generations: p.Generations,
		ConfigProblems: append([]string(nil), p.ConfigProblems...), Changes: p.Changes,
	}
}
