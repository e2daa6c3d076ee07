// Package recordlog is an append-only file of frames: one frame is one commit.
//
// The content of frames is opaque. A file begins with a header, which contains
// the format and a random ID of the file; frames follow, each with its
// lengths and checksums:
//
//	length and checksum of the payload, length and checksum of the body, format,
//	checksum of the header, payload, body
//
// Reading the file reads payloads alone, and the body of the last frame to know whether it
// is whole. Other bodies are read when they are asked for.
//
// A writer holds the lock beside the file, appends one frame and syncs it. If it
// dies in between, it leaves a torn tail, part of a frame, which readers
// ignore and the next writer truncates. Readers take no lock and never write. They
// keep a [Position] and continue from there; a new ID in the header means that a
// writer replaced the file with one without obsolete frames.
//
// A frame that is neither complete nor a torn tail is damage: reading returns an error
// and does not treat it as the end of the file.
package recordlog
