package installer

import "github.com/packtrain/pack"

// Put puts a staged directory in its place.
func Put(staged, dest string, digest pack.Digest) error { return put(staged, dest, digest) }
