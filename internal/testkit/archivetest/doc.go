// Package archivetest makes archives for tests, byte by byte: benign ones, and
// those of the hostile corpus, which no archiver would write.
package archivetest
