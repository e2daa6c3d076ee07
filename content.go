package pack

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
	// Pin tells where the content came from; the zero value when nobody said.
	Pin Pin
	// Directory is the content's directory checksum, Tree its tree digest, ""
	// when nobody said.
	Directory, Tree Digest
	// Path is the absolute path of the directory where its pack.yaml lies.
	Path string
}
