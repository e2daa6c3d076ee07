//go:build !linux

package api

// path is the one that was asked for: between looking and writing somebody who
// may write above it could exchange it.
func (d *destination) path() string { return d.asked }
