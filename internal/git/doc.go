// Package git reads the objects of git repositories (commits, trees, files
// and tags) into a [Store]: out of a pack as it arrives ([Unpack]), and one by one
// out of packs and files of a repository of this machine ([Loader]).
//
// Each object is read once, and its name is the hash of its content, computed by
// a SHA-1 that notices collisions. Nothing here opens a file of a repository,
// follows a name, or knows what a branch is.
//
// Threat: who made the bytes wants memory, time or disk used up, or one object
// taken for another. What an object will cost is in its header, for a delta in
// its first bytes, and is held against [Limits] before anything is inflated;
// sizes that are lies end with the first byte too many. The ratio of inflated
// bytes to those read is watched, and so is how much is read again because
// deltas build on it. What cannot be read is a [BrokenError], what passes a limit
// a [*pack.LimitError].
package git
