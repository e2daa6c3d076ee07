package registry

import (
	"maps"
	"slices"

	"github.com/packtrain/pack"
)

// Settings are what users decided about an installed pack, apart from its configuration.
// Replacing the pack or rolling it back keeps them; removing it removes them.
type Settings struct {
	// Pinned are the names of the generations that retention keeps, ordered.
	Pinned []string `json:"pinned,omitempty"`
	// Enabled overrides whether the pack is enabled; nil for what the pack says.
	Enabled *bool `json:"enabled,omitempty"`
	// Components overrides whether components are enabled, also those that the active
	// generation does not have.
	Components map[pack.ComponentRef]bool `json:"components,omitempty"`
}

// clone returns a copy that shares no memory with s.
func (s Settings) clone() Settings {
	s.Pinned, s.Components = slices.Clone(s.Pinned), maps.Clone(s.Components)
	if s.Enabled != nil {
		enabled := *s.Enabled
		s.Enabled = &enabled
	}
	return s
}

// equal reports whether s and other decide the same.
func (s Settings) equal(other Settings) bool {
	same := s.Enabled == other.Enabled || s.Enabled != nil && other.Enabled != nil && *s.Enabled == *other.Enabled
	return same && slices.Equal(s.Pinned, other.Pinned) && maps.Equal(s.Components, other.Components)
}

// A Setting replaces the settings of an installed pack. It is in the [Feed] as a change
// of the active generation to itself.
type Setting struct {
	Ref      pack.Ref
	Settings Settings
}

// A Forgetting removes generations of a pack from the records, which then cannot be
// activated again. The active generation, and those that are not recorded, are left out.
// It is not in the [Feed].
type Forgetting struct {
	Ref         pack.Ref `json:"ref"`
	Generations []string `json:"generations"`
}
