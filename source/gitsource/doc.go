// Package gitsource fetches packs from git repositories, over https or from local ones,
// without the git program.
//
//	s, err := gitsource.New(client, &gitsource.Options{Scratch: "/var/lib/host/scratch"}) // client from web.New
//	pins, err := s.Resolve(ctx, loc) // loc from source.Parse("github:org/slack-pack@v1.2.0")
//	err = s.Fetch(ctx, pins[0], tree)
//
// A pin holds a commit. Resolve finds the commit of a branch, a tag or the default
// branch in the server's list; a full commit ID of 40 digits is used unchanged.
//
// Fetch requests only the pinned commit, without history, in one request. Servers that
// serve only advertised commits refuse this. Then Fetch looks for a branch or tag that
// points to the commit, and as a last resort receives the history of the branch in the
// pin's rev, or of the default branch. The delivered files have exactly the committed
// bytes: line endings are not converted, and neither keywords nor filters are applied.
// Symbolic links are delivered as such, for the [source.Sink] to refuse; submodules are
// refused here, and so is a pack.yaml that is a pointer of Git LFS.
//
// A local repository, bare or with a work tree, has the spec "git+file:///path" and has
// to lie below one of the directories in Options.Roots; without any, such locations are
// denied. Only its branches, tags and objects are read, packed or not: its
// configuration, hooks, grafts, replacements and alternates have no effect. Links are
// not followed.
//
// Not supported: ssh, submodules, LFS, reftables, repositories that name objects by
// SHA-256.
//
// Threat: an attacker who controls the server, or the repository at a known URL, wants
// to start a program, to write a file outside of the destination, to install content
// that differs from the pinned one, or to use up memory, disk and time. No code that
// could start a program is linked: go-git only reads protocol lines and computes hashes
// here, so there are no hooks, filters, configuration, work trees and transports.
// Servers are contacted by https only, and by http where the policy of the [web.Client]
// allows it; the policy holds for redirects. Each object's name is the hash of its
// content, computed with a collision-detecting SHA-1, and the walk starts at the pinned
// commit. The size of an object is known from its header and checked before it is
// inflated; [Limits] bound sizes, numbers, the compression ratio and the walk, and
// lists hold while they are read. Names of branches are compared, never used as file
// names. The Sink checks names of files. Text of a server is escaped and shortened in
// errors.
//
// With a scratch directory, at most 32 MiB of a repository are held in memory,
// plus two files while a delta between them is applied.
package gitsource
