// Package pack is the vocabulary of Packtrain: the values that describe an
// automation pack and that the stages of an installation exchange.
//
// A pack is a directory with a pack.yaml: actions, sensors, triggers, rules,
// workflows and policies, plus the Python and Node.js dependencies they need.
// [Load] reads one from an [io/fs.FS] and reports every [Finding] with its file
// and line; [Validate] checks the whole tree; [TreeDigest] and
// [DirectoryChecksum] identify its content.
//
// The stages live in packages of their own, and a host imports those it wants:
//
//	source     where packs come from (registry, git, archive, directory)
//	installer  stage 1, downloading, and the Pipeline through all stages
//	deps       stage 2, analysing dependencies
//	envbuild   stage 3, building Python and Node.js environments
//	registry   stage 4, testing, registering, activating and rolling back
//
// This package performs no I/O but reading from the fs.FS it is given. Its
// values are plain data; functions are safe for concurrent use.
package pack
