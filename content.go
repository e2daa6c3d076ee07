package pack

import (
	"cmp"
	"io/fs"
	"slices"
)

// Content is one pack in progress: where its files are, and what earlier stages
// learned about them, so that it is received, hashed and loaded only once. A
// Content that only has Dir stands for a path about which nothing else is known
// yet. It is never serialised.
type Content struct {
	// FS holds the pack's files, with pack.yaml at its root. When it is not nil,
	// content read from it has the digests below, or reading fails with
	// [CodeContentChanged]. It is nil where files can only be reached through Dir,
	// and for stages that run elsewhere.
	FS fs.FS
	// Dir is the absolute path of the directory that contains pack.yaml.
	Dir string
	// ID as pack.yaml states it; the zero value until pack.yaml was read.
	ID ID
	// Pin says where the content came from; the zero value if unknown.
	Pin Pin
	// TreeDigest and DirectoryChecksum are the digests of the files when they were
	// received, "" if unknown. A stage that finds other content fails
	// with [CodeContentChanged].
	TreeDigest        Digest
	DirectoryChecksum Digest
	// Pack is the result of [Load] for the whole pack, nil until it was loaded.
	Pack *Pack
	// Followed are the packs that the URLs among the dependencies of its pack.yaml turned
	// out to be, each with its URL: it needs them as if it had named them.
	Followed []Dependency
	// Staged says that Dir is in the staging directory of the installation that
	// the content is for: the stage that registers it owns Dir and may move it.
	Staged bool
}

// Contents returns a Content with only Dir set for each path, followed by
// contents.
func Contents(paths []string, contents []*Content) []*Content {
	all := make([]*Content, 0, len(paths)+len(contents))
	for _, path := range paths {
		all = append(all, &Content{Dir: path})
	}
	return append(all, contents...)
}

// A Want is a request before resolution: a pack of a registry by Ref and Constraint, or
// the pack of a Spec.
type Want struct {
	// Ref is the pack, "" when only the content at Spec tells.
	Ref Ref
	// Constraint limits its versions. The zero value admits any.
	Constraint Constraint
	// Spec is a locator as text, which the one who resolves it parses; "" for a
	// pack of a registry.
	Spec string
	// By is the pack that asked, as "ref@version", for messages; "" for a user.
	By string
	// Index, when not "", is the index to ask instead of the configured one.
	Index string
}

// A Candidate is one version of a pack that could be installed, as an index
// describes it.
type Candidate struct {
	ID
	// Dependencies of this version, if DependenciesKnown.
	Dependencies []Dependency
	// URLs are those dependencies that are places of packs, as written, until it is
	// found out which packs these are: then Dependencies has them, with their URLs.
	URLs []string
	// DependenciesKnown says that the index states the dependencies. If false,
	// they are read from the pack itself after it is downloaded.
	DependenciesKnown bool
	// Platform limits the versions of the platform that this version suits, as far
	// as the index says so. The zero value means any.
	Platform Constraint
	// Pins are alternatives for the content, best first; none when they are not
	// known before the version is resolved.
	Pins []Pin
	// Unusable says why this version exists but cannot be installed, such as an entry
	// of an index that cannot be read. Its Version is zero when that cannot be read
	// either. nil: it can be installed.
	Unusable error
}

// Size returns the size in bytes of what has to be fetched for c, that of the first
// pin, or 0 if it is unknown.
func (c Candidate) Size() int64 {
	if len(c.Pins) == 0 {
		return 0
	}
	return c.Pins[0].Size
}

// Needs returns what c says that it needs, sorted: other packs, and the places of packs,
// also of those whose refs were found out since.
func (c Candidate) Needs() []string {
	needs := slices.Clone(c.URLs)
	for _, d := range c.Dependencies {
		needs = append(needs, cmp.Or(d.URL, d.String()))
	}
	slices.Sort(needs)
	return slices.Compact(needs)
}

// Followed returns those of dependencies that pack.yaml states as URLs.
func Followed(dependencies []Dependency) []Dependency {
	followed := []Dependency{}
	for _, d := range dependencies {
		if d.URL != "" {
			followed = append(followed, d)
		}
	}
	return followed
}

// An InstalledPack is a pack that is already installed or otherwise available.
type InstalledPack struct {
	ID
	// Pin says where the content came from; the zero value if unknown.
	Pin Pin
	// DirectoryChecksum and TreeDigest of the content, "" if unknown.
	DirectoryChecksum, TreeDigest Digest
	// Dependencies are the packs that it needs, and Platform limits the versions of the
	// platform that it suits.
	Dependencies []Dependency
	Platform     Constraint
	// Path is the absolute path of the directory that contains its pack.yaml.
	Path string
}
