// Package localsource delivers packs from directories and archive files of this
// machine.
//
// The user who names the path of a pack may not be the owner of the machine, so
// a host lists the directories below which packs may be:
//
//	src, err := localsource.New(localsource.Options{
//		Roots: []string{"/srv/packs"},
//	})
//
// Guarantees about the directory of a pack:
//
//   - Nothing outside of the allowed directories is opened. Each step from an
//     allowed directory down is made from the directory that is open already;
//     symbolic links on the way are refused, not followed. With AllowAll only
//     the pack's directory itself must not be a link.
//   - Symbolic links, pipes, sockets and devices inside a pack are passed by
//     name to the sink, which refuses them, and never opened.
//   - Directories of version control systems (.git, .hg, .svn, .bzr), the files
//     that vim and emacs keep beside edited files, and sockets in node_modules
//     are left out and reported to Options.OnExcluded.
//   - A file or directory that changes while the pack is read is an error
//     ([pack.CodeContentChanged]); one that cannot be read is one too
//     ([pack.CodeIO]). So the delivered content existed at one time: no file is
//     half old and half new, none is missed or seen twice because it was moved.
//     For that, reading waits until the last change is 20 milliseconds old; a
//     file system that counts time in seconds defeats it, and so does a process
//     that sets times back.
//   - Files of the system whose size is meaningless, as in /proc, are refused
//     ([pack.CodeForbiddenEntry]).
//   - A path inside or around a directory in Options.Apart is denied
//     ([pack.CodePolicyDenied]). Hard links, and files of other users, are denied
//     only with Options.OnlyOwned.
//
// A directory has no immutable mark, so its pins have none: fetched again, a pin
// gives the content of that time. The pin of an archive file has its digest.
// Archive files are read by an Unpacker that the host supplies, so that a host
// of directories alone links no decompressors:
//
//	src, err := localsource.New(localsource.Options{
//		Roots:    []string{"/srv/packs"},
//		Archives: archivesource.NewUnpacker(nil),
//	})
package localsource
