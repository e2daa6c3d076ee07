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
//   - What git would not track is left out: directories of version control systems
//     (.git, .hg, .svn, .bzr); .venv, venv, node_modules and __pycache__, unless they
//     are files; *.pyc, ._*, .DS_Store, Thumbs.db, desktop.ini, and the files that vim
//     and emacs keep beside edited ones; and what a file .packignore in the pack
//     names, which is written as a .gitignore and may keep with "!" what this list
//     has. What the git repository that holds the pack does track stays, except for
//     directories of version control systems. Fetch tells by [pack.Note] what was
//     left out. So the pack has the digests that it has when it comes by git.
//   - A file or directory that changes while the pack is read is an error
//     ([pack.CodeContentChanged]); an unreadable one is an error too ([pack.CodeIO]).
//     So the delivered content existed at one time: no file mixes old and new content,
//     and a moved file is neither missed nor delivered twice. For that, reading waits
//     until the last change is 20 milliseconds old. File systems with timestamps in
//     seconds, and processes that reset timestamps, defeat this check.
//   - Files of the system whose size is meaningless, as in /proc, are refused
//     ([pack.CodeForbiddenEntry]).
//   - A path inside a directory, or a parent of one, in Options.Apart is denied
//     ([pack.CodePolicyDenied]). So is a file with other names (hard links) whose owner
//     is not that of the pack's directory, or an archive file whose owner is not that
//     of the directory it lies in, unless Options.AllowLinked allows it. All hard
//     links, and files of other users, are denied only with Options.OnlyOwned.
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
