// Package npm reads the package.json and package-lock.json of packs and keeps
// only what may be passed to npm: packages from a registry.
//
// npm also takes packages from git repositories, URLs, directories and under
// other names, and runs scripts. A pack that asks for these is refused, or they
// are left out where that changes nothing.
//
// The package imports nothing of ours but another leaf, so that validation and
// building judge a file by the same functions; errors are of type [*Error].
package npm

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Limits of the files.
const (
	MaxManifestSize = 1 << 20
	MaxLockSize     = 16 << 20
	maxDependencies = 1000
)

// The files.
const (
	ManifestFile = "package.json"
	LockFile     = "package-lock.json"
)

// A Manifest is the part of a package.json that is about packages to install.
type Manifest struct {
	Dependencies         map[string]string `json:"dependencies"`
	OptionalDependencies map[string]string `json:"optionalDependencies,omitempty"`
	// Engine is the version range of Node.js, "" for none.
	Engine string `json:"-"`
	// Ignored are the keys that npm would heed and that have no effect here.
	Ignored []string `json:"-"`
}

// ParseManifest reads a package.json. Text that is not an unambiguous JSON
// object, or whose dependencies have the wrong types, is [Invalid]; a dependency
// from elsewhere than a registry is [Refused].
func ParseManifest(data []byte) (*Manifest, error) {
	doc, err := parse(ManifestFile, data, MaxManifestSize)
	if err != nil {
		return nil, err
	}
	if doc.has("workspaces") {
		return nil, refused(ManifestFile, "workspaces are not supported: list the packages in dependencies")
	}
	m := &Manifest{
		Dependencies:         doc.texts("dependencies"),
		OptionalDependencies: doc.texts("optionalDependencies"),
		Engine:               doc.at("engines").text("node"),
	}
	for _, key := range []string{"overrides", "resolutions", "peerDependencies"} {
		if doc.has(key) {
			m.Ignored = append(m.Ignored, key)
		}
	}
	if doc.err != nil {
		return nil, invalid(ManifestFile, "%v", doc.err)
	}
	if n := len(m.Dependencies) + len(m.OptionalDependencies); n > maxDependencies {
		return nil, tooMuch(ManifestFile, "number of dependencies", maxDependencies, int64(n))
	}
	return m, m.check()
}

// Empty reports whether there is nothing to install.
func (m *Manifest) Empty() bool { return len(m.Dependencies)+len(m.OptionalDependencies) == 0 }

// Asks reports whether the file lists a package.
func (m *Manifest) Asks(name string) bool { return slices.Contains(m.Names(), name) }

// Names returns the names of the packages, sorted.
func (m *Manifest) Names() []string {
	names := slices.Concat(slices.Collect(maps.Keys(m.Dependencies)), slices.Collect(maps.Keys(m.OptionalDependencies)))
	slices.Sort(names)
	return slices.Compact(names)
}

// Marshal returns a package.json with the dependencies and nothing else. Equal
// manifests yield equal bytes.
func (m *Manifest) Marshal() ([]byte, error) {
	return json.Marshal(struct {
		Name    string `json:"name"`
		Version string `json:"version"`
		Private bool   `json:"private"`
		*Manifest
	}{"environment", "0.0.0", true, m})
}

func (m *Manifest) check() error {
	for _, deps := range []map[string]string{m.Dependencies, m.OptionalDependencies} {
		for _, name := range slices.Sorted(maps.Keys(deps)) {
			if err := checkDependency(name, deps[name]); err != nil {
				return err
			}
		}
	}
	return nil
}

var (
	packageName = regexp.MustCompile(`^(?:@[A-Za-z0-9~-][A-Za-z0-9._~-]*/)?[A-Za-z0-9~-][A-Za-z0-9._~-]*$`)
	// The characters of a range, a version or a tag. Everything else that npm
	// accepts has a colon, a slash, or looks like a file.
	registrySpec = regexp.MustCompile(`^[0-9A-Za-z^~<>=|*+_-][0-9A-Za-z.^~<>=|*+_ -]*$`)
	archiveSpec  = regexp.MustCompile(`(?i)\.(?:tgz|tar\.gz|tar)$`)
)

func checkDependency(name, spec string) error {
	if len(name) > 214 || !packageName.MatchString(name) || strings.EqualFold(name, "node_modules") {
		return invalid(ManifestFile, "%.100q is not the name of a package", name)
	}
	spec = strings.TrimSpace(spec)
	if spec != "" && !registrySpec.MatchString(spec) || archiveSpec.MatchString(spec) {
		return refused(ManifestFile,
			"dependency %s: %.100q does not come from a registry: write a version range such as %q", name, spec, "^1.2.3")
	}
	return nil
}
