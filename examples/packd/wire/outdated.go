package wire

import "github.com/packtrain/pack"

// An OutdatedPack is an installed pack of which an index has a higher version.
type OutdatedPack struct {
	Ref     pack.Ref     `json:"pack_ref"`
	Version pack.Version `json:"pack_version"` // the installed one
	Latest  pack.Version `json:"latest_version"`
	// Index is the name of the index that supplies the pack.
	Index string `json:"index"`
}
