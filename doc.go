// Package pack is the vocabulary of Packtrain: the values that describe an automation
// pack, and those passed between the stages of an installation.
//
// A pack is a directory with a pack.yaml: actions, sensors, triggers, rules,
// workflows and policies, plus the Python and Node.js dependencies they need.
// [Load] reads one, [Validate] checks the rest of its tree, and both report
// everything they find as [Findings] with file and line:
//
//	fsys := os.DirFS(dir)
//	p, err := pack.Load(fsys, nil)
//	if err != nil {
//		return err // no pack.yaml, or one without a valid ref and version
//	}
//	for _, f := range append(p.Findings, pack.Validate(fsys, p, nil)...) {
//		log.Print(f) // pack.yaml:7: version "1.10": want three numbers ...
//	}
//
// [Root] finds the pack in a received tree; [TreeDigest] and
// [DirectoryChecksum] identify its content. Dependencies consist of a [Ref] and
// a [Constraint] on its [Version]. A [Pin] is a choice of content that can be
// fetched again.
//
// Errors of all packages of this module have a stable [Code] (see [CodeOf]) and
// match one of the sentinels such as [ErrNotFound]. The codes of findings are
// listed in docs/findings.md.
//
// Each stage is a separate package, and a host imports those it needs:
//
//	source     where packs come from (registry, git, archive, directory)
//	installer  stage 1, downloading; below it pipeline, through all stages
//	deps       stage 2, analysing dependencies
//	envbuild   stage 3, building Python and Node.js environments
//	registry   stage 4, testing, registering, activating and rolling back
//
// This package is a leaf. Its only I/O is reading from a given fs.FS. It starts no
// processes and has no state: values are plain data, and functions are safe for
// concurrent use. All input is treated as hostile: see [Limits].
package pack
