// Package differential holds only tests: other programs unpack every accepted
// archive to the same files, and archives of other programs are accepted.
//
// Archives go through archivesource's Unpacker, which composes the readers of
// the packages beside this one, into a source.Tree: a difference between the
// content read and written would count as well.
package differential
