// Package gitsource fetches packs from git repositories, by https or on this
// machine, without a git program.
//
//	s, err := gitsource.New(client, &gitsource.Options{Scratch: "/var/lib/host/scratch"}) // client from web.New
//	pins, err := s.Resolve(ctx, loc) // loc from source.Parse("github:org/slack-pack@v1.2.0")
//	err = s.Fetch(ctx, pins[0], tree)
//
// A pin holds a commit. Resolve finds that of a branch, a tag or the default
// branch in the server's list; a commit with all of its 40 digits is taken as it
// is.
//
// Fetch asks for the pinned commit alone, without history, in one request. A
// server that serves only what it advertises refuses that; then the list says
// whether a branch or tag is at the commit, and as a last resort the history of
// the branch that the pin's rev names is received, or of the default branch.
// The files delivered are the bytes that were committed: no line endings,
// keywords or filters are applied. Symbolic links are delivered as such, for
// the [source.Sink] to refuse; submodules are refused here, and so is a pack.yaml
// that is a pointer of Git LFS.
//
// A repository of this machine, bare or with a work tree, is named as
// "git+file:///path" and has to lie below one of the directories in
// Options.Roots; without any, such locations are denied. Its branches, tags and
// objects are read where they lie, packed or not, and nothing else of it: no
// configuration, hooks, grafts, replacements, nor the repositories that it
// borrows from. Links are not followed.
//
// Not here: ssh, submodules, LFS, reftables, repositories that name objects by
// SHA-256.
//
// Threat: whoever controls the server, or the repository behind a known URL,
// wants a program started, a file written elsewhere, another content installed
// than the one that was pinned, or memory, disk and time used up. Nothing that
// could start a program is linked: go-git reads lines and hashes here, and
// nothing else, so there are no hooks, filters, configuration, work trees and
// transports. Only https is spoken to servers, and http where the
// policy of the [web.Client] allows it; the policy holds for redirects. Each object's
// name is the hash of its content, computed here by a SHA-1 that notices
// collisions, and the walk starts at the pinned commit. What an object will cost
// is known from its header and checked before it is inflated; [Limits] bound
// sizes, numbers, the compression ratio and the walk, and lists hold while they
// are read. Names of branches are compared, never written anywhere. Names of
// files are judged by the Sink. What a server says is escaped and shortened in
// errors.
//
// With a scratch directory, at most 32 MiB of a repository are held in memory,
// and two files more while one is made out of the other because the server sent
// the difference.
package gitsource
