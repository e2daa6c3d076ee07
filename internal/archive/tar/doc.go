// Package tar reads untrusted tar archives.
//
// Threat: one archive that different programs unpack to different files, so that
// the installed content differs from the reviewed or hashed content. archive/tar
// is lenient: it stops at the first end marker, takes a missing one for the end,
// does not read past it, and so misses the checksum of a compressed stream, and
// lets extension headers override each other silently.
//
// [Walk] therefore checks the framing itself, block by block, in front of
// archive/tar, and compares the results of both:
//
//   - Header checksums, sizes in plain octal, one end marker of two zero blocks,
//     nothing but zero blocks after it, to the end of the stream.
//   - Extension headers (pax, GNU long names) that are well-formed, belong to an
//     entry and contradict neither each other nor the entry. They set what archivers
//     set for files and directories, and nothing else: names, size, times, owners,
//     extended attributes, and access control lists that leave the executable bits
//     as they are. A global header may hold a comment, as those of hosting services
//     do, and nothing else.
//   - Only regular files and directories: links, devices, sparse files and all
//     other types are refused.
//   - No more entries than wanted.
//
// Names are passed on unchanged: the receiver checks them.
package tar
