// Package cache keeps what was downloaded, so that it is not transferred again: trees
// of packs by their tree digests, the trees of immutable pins, and bytes for plug-ins
// that take a [source.Shelf].
//
//	kept, err := cache.New("/var/lib/myhost/packs/cache", nil)
//	if err != nil {
//		return err
//	}
//	downloader, err := installer.NewDownloader(installer.DownloadConfig{Source: kept.Source(mux)})
//
// [Cache.Source] decorates a source: a pin whose tree is kept is delivered from the
// cache, without asking the source. A tree is kept after its fetch succeeded, when its
// pin has an immutable mark that the source verifies (the digest of the archive, a
// commit, a strong entity tag), or the tree digest. The tree of any other pin, such as
// that of a local directory, is kept only under a context of [Cache.Keep], and found by
// its digest alone.
//
// # What is trusted
//
// The content of a tree is hashed each time before it is used; one that does not have
// its digest is removed, and fetched again. Which tree belongs to a pin without tree
// digest is only a note in the cache. Such notes are written after a fetch that the
// source verified, and protect against accidents. They do not protect against an
// attacker who can write to the cache: against that, only pins that carry
// [pack.Pin.TreeDigest] are safe. Create the cache in a directory of its user alone.
//
// # Sharing and deleting
//
// Several processes may share a cache. What is written becomes visible at once and as a
// whole; what a killed process leaves is never used, and is removed by the next [New]. What
// several of them need is fetched by one, and the others wait for it, two minutes at most.
// The directory, or anything in it, can be deleted at any moment: that costs a transfer
// and nothing else. Nothing is synced to the disk: after a power cut
// content may be damaged, which is found before it is used.
//
// On disk:
//
//	trees/<hex>    one file for each tree, by tree digest: all files, then their list
//	pins/<hex>     the tree digest of a pin, by the hash of what identifies its content
//	shelf/<hex>    one file for each entry of the Shelf, by the hash of the key
//	tmp/           files being written, each locked by its process
//	turns/<hex>    locks, empty: a tree is fetched by one process at a time
package cache
