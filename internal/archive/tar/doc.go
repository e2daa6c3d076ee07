// Package tar reads tar archives that nobody vouches for.
//
// Threat: one archive that different programs unpack to different files, so
// that what was reviewed or hashed is not what is installed. archive/tar is
// lenient: it stops at the first end marker, takes a missing one for the end,
// does not read what is behind it, and with that the checksum of a compressed
// stream, and lets extension headers override each other silently.
//
// [Walk] therefore checks the framing itself, block by block, in front of
// archive/tar, and compares what both understood:
//
//   - Header checksums, sizes in plain octal, one end marker of two zero blocks,
//     nothing but zero blocks behind it, to the end of the stream.
//   - Extension headers (pax, GNU long names) that are well-formed, belong to an
//     entry and contradict neither each other nor the entry. A global header may
//     hold a comment, as those of hosting services do, and nothing else.
//   - Only regular files and directories: links, devices, sparse files and
//     whatever else there is are refused.
//   - No more entries than wanted.
//
// Names are handed over as they stand: judging them is the receiver's business.
package tar
