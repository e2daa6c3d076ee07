// Package bundle keeps everything that a lock needs in one file or directory: the packs,
// the packages of Python and Node.js for their environments, the indices with their
// signatures, and the lock. A root without a network is brought to the lock from it.
//
//	manifest, err := bundle.CreateFile(ctx, "packs.bundle", items)
//
//	b, err := bundle.Open("packs.bundle")
//	if err != nil {
//		return err
//	}
//	defer b.Close()
//	src := b.Source(next)          // delivers its packs
//	http.Handle("/", b.Packages()) // serves its packages to pip, uv and npm
//
// # Format
//
// A bundle is a directory with one manifest, and with the contents by their SHA-256:
//
//	bundle.json
//	blobs/<64 hex digits>
//
// or a file: the tar of that directory, uncompressed. The manifest is JSON: the format, which
// is 1, a digest of itself, and the entries, see [Manifest]. There is one way to write it: two spaces of
// indentation, the fields in the order of the types, no field that is empty, the entries sorted by kind
// and name, and a line feed at the end.
//
// In a file the manifest comes first, then the contents by name. Every entry of the tar is a
// plain ustar header (mode 0644, no owner, time zero), the content, and zeros to the next multiple of 512
// bytes; two blocks of zeros end it. So the manifest determines all other bytes: the same
// contents are the same file on every machine.
//
// The content of a pack is a tar, too: its files, sorted, with mode 0644 or 0755. Packages
// are as their indices delivered them.
//
// # Trust
//
// A bundle comes from elsewhere. [Open] refuses a manifest that is not written in this way, and a file
// with any other byte between the contents; links, names that lead elsewhere, and files
// that are not listed are not possible in that format. The digest of a content is compared
// before it is used. [Bundle.Verify] reads everything, and also compares the digests of packs
// and packages; in a directory, it refuses files that are not listed.
//
// That does not prove who made the bundle. A pin with a tree digest, as those of a lock,
// gets that content or none. A pin of an index has only the digest of an archive, which is not in
// the bundle: its content is what the bundle states, if the index is not signed.
// Otherwise it is not delivered, unless the index states the checksum of the directory.
package bundle
