package pack

// An ID names one version of a pack. It does not identify content: packs are
// re-published under the same version (see [Digest]).
type ID struct {
	Ref     Ref     `json:"ref"`
	Version Version `json:"version"`
}

// String returns "ref@version", or the ref alone when there is no version.
func (id ID) String() string {
	if id.Version.IsZero() {
		return id.Ref.String()
	}
	return id.Ref.String() + "@" + id.Version.String()
}

// A Provided pack exists outside of any store, supplied by the host (such as
// the "core" pack of a platform). It satisfies dependencies and its ref is
// reserved: no other pack may take it.
type Provided struct {
	Ref Ref `json:"ref"`
	// Version of the provided pack; the zero value satisfies every constraint.
	Version Version `json:"version"`
}

// Satisfies reports whether the provided pack satisfies c.
func (p Provided) Satisfies(c Constraint) bool {
	return p.Version.IsZero() || c.Allows(p.Version)
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
	// Pin tells where the content came from; the zero value when nobody said.
	Pin Pin
	// Directory is the content's directory checksum, Tree its tree digest, ""
	// when nobody said.
	Directory, Tree Digest
	// Path is the absolute path of the directory where its pack.yaml lies.
	Path string
}
