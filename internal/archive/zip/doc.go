// Package zip reads untrusted zip archives.
//
// Threat: a zip archive describes each file twice, in front of its content and
// in the central directory at the end, and most programs believe only one of the
// two. Descriptions that differ, files with only one of them, overlapping files,
// data before, between or after files, a second end record in a comment or
// checksums of zero give archives that unpack to different files elsewhere, or
// to far more than they seem to hold.
//
// [Walk] therefore reads both in lock-step, twice: once before anything is
// uncompressed, and again for the content. An archive is accepted when
//
//   - the files lie one after another from the first byte to the central
//     directory, in its order, which ends where the one end record begins, which
//     ends with the last byte;
//   - both headers of a file agree on its name, flags, method, sizes and
//     checksum, whether in the header, after the content, or in zip64 fields,
//     which may repeat what the header says;
//   - the content has the size and the checksum that they state, and ends with
//     the last compressed byte;
//   - it is stored or deflated, not encrypted, and not split over disks;
//   - there are only regular files and directories, and directories are empty;
//   - it was made on Unix, macOS or Windows, and all programs see the same
//     executable bits;
//   - there is no extra field that is unknown, or that some programs take a name
//     or a link from.
//
// Names are those of the archive: ASCII, or UTF-8 where the header says so and
// unzip of Info-ZIP reads it: that takes names of archivers on DOS and Windows
// for others unless there are extra fields, and drops a number after a last
// semicolon. Names in decomposed Unicode are refused, because bsdtar composes
// them. The receiver checks names further.
package zip
