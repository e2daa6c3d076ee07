// Package localsource delivers packs from local directories and archive files.
//
// The user who enters the path of a pack may not be the owner of the machine, so a host
// lists the directories that may contain packs:
//
//	src, err := localsource.New(localsource.Options{
//		Roots: []string{"/srv/packs"},
//	})
//
// Guarantees about the directory of a pack:
//
//   - Nothing outside of the allowed directories is opened. Every directory below an
//     allowed one is opened relative to its open parent; symbolic links on the way are
//     refused, not followed. With AllowAll only the pack's directory itself must not be
//     a link.
//   - Symbolic links, pipes, sockets and devices inside a pack are passed by
//     name to the sink, which refuses them, and never opened.
//   - Directories of version control systems (.git, .hg, .svn, .bzr), the files that
//     vim and emacs keep beside edited files, and sockets in node_modules are omitted
//     and reported to Options.OnExcluded.
//   - A file or directory that changes while the pack is read is an error
//     ([pack.CodeContentChanged]); an unreadable one is an error too ([pack.CodeIO]).
//     So the delivered content existed at one time: no file mixes old and new content,
//     and a moved file is neither missed nor delivered twice. For that, reading waits
//     until the last change is 20 milliseconds old. File systems with timestamps in
//     seconds, and processes that reset timestamps, defeat this check.
//   - Files of the system whose size is meaningless, as in /proc, are refused
//     ([pack.CodeForbiddenEntry]).
//   - A path inside a directory, or a parent of one, in Options.Apart is denied
//     ([pack.CodePolicyDenied]). Hard links, and files of other users, are denied only
//     with Options.OnlyOwned.
//
// A directory has no immutable identity, so neither have its pins: fetching a pin
// delivers the current content. The pin of an archive file has its digest. Archive
// files are read by an Unpacker that the host supplies, so that a host that reads only
// directories links no decompressors:
//
//	src, err := localsource.New(localsource.Options{
//		Roots:    []string{"/srv/packs"},
//		Archives: archivesource.NewUnpacker(nil),
//	})
package localsource
