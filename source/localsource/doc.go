// Package localsource delivers packs from directories and archive files of this
// machine.
//
// Whoever names the path of a pack may be somebody else than the owner of the
// machine, so a host says below which directories packs may lie:
//
//	src, err := localsource.New(localsource.Options{
//		Roots: []string{"/srv/packs"},
//	})
//
// What a source promises about the directory it is pointed to:
//
//   - Nothing outside of the allowed directories is opened. Each step from an
//     allowed directory down is made from the directory that is open already;
//     symbolic links on the way are refused, not followed. With AllowAll only
//     the pack's directory itself has to be no link.
//   - Symbolic links, pipes, sockets and devices inside a pack are named to the
//     sink, which refuses them, and never opened.
//   - Left out, and told to Options.OnExcluded, are directories of version control
//     systems (.git, .hg, .svn, .bzr), what vim and emacs keep beside files that
//     are being edited, and sockets in node_modules.
//   - A file or directory that changes while the pack is read is an error
//     ([pack.CodeContentChanged]); one that cannot be read is one too
//     ([pack.CodeIO]). So what is delivered was there at one time: no file
//     half old and half new, none missed or met twice because it was moved. For
//     that, what was changed within the last 20 milliseconds is waited for; a
//     file system that counts time in seconds defeats it, and so does whoever
//     sets times back.
//   - Files of the system whose size means nothing, as in /proc, are refused
//     ([pack.CodeForbiddenEntry]).
//   - What lies inside of or around a directory in Options.Apart is denied
//     ([pack.CodePolicyDenied]). Hard links, and files of other users, are denied
//     only with Options.OnlyOwned.
//
// A directory has no immutable mark, so its pins have none: fetched again, a pin
// gives what is there then. The pin of an archive file has its digest. Archive
// files are read by what the host hands in, so that a host of directories alone
// links no decompressors:
//
//	src, err := localsource.New(localsource.Options{
//		Roots:    []string{"/srv/packs"},
//		Archives: archivesource.NewUnpacker(nil),
//	})
package localsource
