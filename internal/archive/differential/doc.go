// Package differential holds tests alone: what is accepted of an archive, every
// other program unpacks to the same files; what other programs pack is accepted.
//
// Archives go through archivesource's Unpacker, which composes the readers of
// the packages beside this one, into a source.Tree: a difference between what
// is read and what is written would count as well.
package differential
