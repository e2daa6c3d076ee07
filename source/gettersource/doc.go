// Package gettersource fetches packs from archives in the notation of
// hashicorp/go-getter, with go-getter itself.
//
//	s, err := gettersource.New(gettersource.Config{
//		Scratch:  "/var/lib/host/scratch",
//		Archives: archivesource.NewUnpacker(nil),
//	})
//	loc, err := source.Parse("getter:https://host/slack.tar.gz//packs/slack?checksum=sha256:0f3b...")
//	pins, err := s.Resolve(ctx, loc)
//	err = s.Fetch(ctx, pins[0], tree)
//
// A location is an https URL (or an http one, where the policy of the [web.Client]
// allows it). The directory of the pack may follow after "//" in its path, and
// "checksum=sha256:<hex>" in its query, which becomes the digest of the pin. No other
// part of go-getter's notation is supported: no "git::" and the like, no shorthand for
// hosting services, no paths, no checksum files, and no other query parameters of
// go-getter. go-getter sorts the query of a URL, so a URL whose signature covers the
// order of its query does not work.
//
// This is for hosts whose users already write such locations. It is a separate module,
// so that other hosts do not depend on the modules of go-getter; archivesource and
// gitsource offer the same without it, and more.
//
// Threat: a location, or a server's answer, can make go-getter use many
// features: other protocols, links into the file system, programs, unpacking
// without limits. So it is used for one thing, one URL to one file. It has no
// other getter than that for http, no decompressors, no netrc, no headers that
// redirect; its client is the one of the other sources, under their policy,
// limits and retries, and the file is in a directory that only this user can
// enter. The received file is verified and then read by the host's
// [source.Unpacker], under the same rules as every archive.
package gettersource
