// Package lock reads and writes packs.lock, which states what wants resolved to, and
// packs.yaml, which states the wants.
//
//	l, err := lock.Parse(data)
//	data = l.Bytes()
//
// A lock is a text for version control. It has no time, no count and no digest of
// itself, so that what one change adds is nowhere near what another adds:
//
//	packs.lock 1
//
//	index std https://packs.example/index.json
//
//	want app ^1.2
//	want tool github:acme/tool@main
//
//	pack app 1.4.0
//	  entry std app@1.4.0
//	  pin https://dl.example/app-1.4.0.tar.gz strip
//	  alt git https://git.example/app.git commit 0123...cdef
//	  archive sha256:...
//	  directory sha256:...
//	  tree sha256:...
//	  need core * provided
//	  need log ^2
//	  need mail * from https://git.example/mail.git
//	  platform >=2
//	  env python python-7f3a91c0ffee
//
//	env python-7f3a91c0ffee python >=3.9,<4
//	  want requests>=2.30
//	  darwin/arm64/cp311 requests 2.31.0 sha256:...
//	  linux/amd64/cp311 cffi 1.17.1 sha256:... sha256:...
//	  linux/amd64/cp311 requests 2.31.0 sha256:...
//
//	env nodejs-0123456789ab nodejs
//	  want yallist@^4
//	  any node_modules/yallist 4.0.0 sha512-... with {"engines":{"node":">=8"}}
//
// # Grammar
//
// The file is UTF-8; lines end with a line feed, and fields are separated by one space.
// A field with a space, a quotation mark or a character that cannot be printed is a
// string in the syntax of Go; the constraint of a need, and what a want asks for, extend
// to the end of the line. Blocks are sorted by kind (index, want, pack, env) and name,
// facts are indented by two spaces and come in the order above, those of one kind sorted;
// only the alternatives of a pin (alt) keep their order, best first. A file of another
// version, a block and a fact that this version does not have are errors.
//
// A need that pack.yaml states as a URL has that after "from": the ref is that of the pack
// there when the lock was made.
//
// A pin names its scheme, except for https and http, and then, where they apply: "rev
// REV", "commit COMMIT", "subdir DIR", "strip" if one directory with the whole content
// is not part of it, "size BYTES", "archive DIGEST" for an alternative, and
// "query-left-out". The digests of directory and tree are those of all alternatives.
//
// # Environments
//
// The ID of an env is a digest of the runtime, its range of versions and what is wanted, so
// packs that require the same have one. What it resolved to is stated for each platform, by
// one line for each distribution, with the digests of all archives that it may come from;
// "from URL" follows if it does not come from an index. A platform alone says that nothing
// has to be installed there. Another platform adds lines. Node.js packages are named by
// their places, are the same on "any" platform, and have what else npm has to know at the
// end of the line.
//
// # What a lock omits
//
// A lock is a record: it holds no user information, query or entity tag of a URL. A pin
// with a query is marked: its content comes from elsewhere, by its digest, or the want is
// given again.
//
// # Merging
//
// Two branches that add packs merge line by line, or leave conflict markers: [Parse]
// reads both sides of those and unites them, and what the sides state differently is
// chosen again, see [Lock.Merged].
package lock
