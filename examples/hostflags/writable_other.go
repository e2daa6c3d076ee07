//go:build !unix

package hostflags

// isReadOnly reports whether this process has no permission to write to a path. Here it is
// not known.
func isReadOnly(string) bool { return false }
