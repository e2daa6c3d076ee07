// Package archivetest makes archives for tests, byte by byte: benign ones, and
// those of the hostile corpus that no archiver would write.
package archivetest
