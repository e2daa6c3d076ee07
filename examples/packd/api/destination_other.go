//go:build !linux

package api

// path is the path of the request: between the check and writing, a user who can
// write above it could exchange it.
func (d *destination) path() string { return d.asked }
