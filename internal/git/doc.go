// Package git reads the objects of git repositories (commits, trees, files
// and tags) into a [Store]: out of a pack as it arrives ([Unpack]), and one by one
// out of packs and files of a repository of this machine ([Loader]).
//
// Each object is read once, and its name is the hash of its content, computed by
// a SHA-1 that notices collisions. This package opens no file of a repository,
// follows no name, and has no notion of branches.
//
// Threat: an attacker who made the bytes wants to use up memory, time or disk,
// or to pass one object off as another. The declared size of an object is in its
// header, of a delta in its first bytes, and is checked against [Limits] before
// anything is inflated; reading stops at the first byte past the declared size.
// The ratio of inflated bytes to bytes read is limited, and so are the bytes
// read again as bases of deltas. Data that cannot be read is a [BrokenError],
// data beyond a limit a [*pack.LimitError].
package git
