package pack

import "io/fs"

// Content is one pack on its way through the stages: where its files are, and
// what the stages before found out about them, so that it is received, hashed and
// loaded once. A Content with nothing but Dir stands for a path of which nothing
// is known yet. It is never serialised.
type Content struct {
	// FS holds the pack's files, with pack.yaml at its root. When it is not nil,
	// what is read from it has the digests below, or reading fails with
	// [CodeContentChanged]. It is nil where files can only be reached by Dir, and
	// for stages that run elsewhere.
	FS fs.FS
	// Dir is the absolute path of the directory where pack.yaml lies.
	Dir string
	// ID as pack.yaml states it; the zero value while that was not read.
	ID ID
	// Pin tells where the content came from; the zero value when that is not known.
	Pin Pin
	// TreeDigest and DirectoryChecksum are the digests of the files when they were
	// received, "" when they are not known. A stage that finds other content fails
	// with [CodeContentChanged].
	TreeDigest        Digest
	DirectoryChecksum Digest
	// Pack is what [Load] returned for all of the pack, nil while it was not
	// loaded.
	Pack *Pack
	// Staged says that Dir lies in the staging of the installation that the
	// content is for: the stage that registers it owns it and may move it.
	Staged bool
}

// Contents returns a Content for each path, of which nothing but Dir is known, and
// after them those of contents.
func Contents(paths []string, contents []*Content) []*Content {
	all := make([]*Content, 0, len(paths)+len(contents))
	for _, path := range paths {
		all = append(all, &Content{Dir: path})
	}
	return append(all, contents...)
}

// A Candidate is one version of a pack that could be installed, as an index
// describes it.
type Candidate struct {
	ID
	// Dependencies of this version, when DependenciesKnown.
	Dependencies []Dependency
	// DependenciesKnown says that the index states the dependencies. When
	// false they are learned from the pack itself, after it was downloaded.
	DependenciesKnown bool
}

// An InstalledPack is a pack that is on hand already.
type InstalledPack struct {
	ID
	// Pin tells where the content came from; the zero value when that is not known.
	Pin Pin
	// DirectoryChecksum and TreeDigest of the content, "" when they are not known.
	DirectoryChecksum, TreeDigest Digest
	// Path is the absolute path of the directory where its pack.yaml lies.
	Path string
}
