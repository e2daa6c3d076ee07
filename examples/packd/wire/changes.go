package wire

import "github.com/packtrain/pack/registry"

// Changes are a part of the recorded changes of packs.
type Changes struct {
	Changes []registry.Change `json:"changes"`
	Next    int64             `json:"next"` // the position from which to continue
}
