// Package compress detects the formats of archives by their first bytes, and
// uncompresses compressed archives.
//
// Threat: a stream that different programs uncompress to different bytes, or
// that is small on the wire and huge in memory or on the disk. So a stream is
// one stream to its last byte: members of gzip and bzip2 may follow each other,
// as parallel compressors write them, zeros may follow the last member of gzip, and
// zstd is one frame without a dictionary; any other data after or between them is refused, as are codes of
// bzip2 that decoders read in more than one way. Checksums and lengths are
// verified, which needs a reader that reads to the end. The window of zstd, and
// with it the memory, is limited, as are the uncompressed size and its ratio to
// the size read. A stream that turns out to be long is uncompressed ahead of its
// reader, on another processor.
package compress
