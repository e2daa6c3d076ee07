// Package recordlog is an append-only file of frames: one frame is one commit.
//
// It does not know what is in a frame. A file begins with a header, which names
// the format and holds a random ID of the file; frames follow, each with its
// length and checksums:
//
//	length of the payload, checksum of the payload, format, checksum of the header, payload
//
// A writer holds the lock beside the file, appends one frame and syncs it. It may
// die in between: what is left is a torn tail, part of a frame, which readers
// ignore and the next writer cuts off. Readers take no lock and never write. They
// keep a [Position] and read on from there; another ID in the header tells them
// that the file was replaced, by a writer that left out what is obsolete.
//
// A frame that is neither whole nor a torn tail is damage: an error, never the
// end of the file.
package recordlog
