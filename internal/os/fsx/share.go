package fsx

import "os"

// Share makes to share its blocks on disk with from, if both have the same content and the
// file system can do that; otherwise it changes nothing and returns an error, which matches
// [errors.ErrUnsupported] if no files can be shared there. The content of to does not change.
// Both are open for reading; to belongs to the user of the process.
func Share(from, to *os.File, size int64) error { return share(from, to, size) }
