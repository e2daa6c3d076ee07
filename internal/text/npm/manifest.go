// Package npm reads the package.json and package-lock.json of packs and keeps
// only what may be passed to npm: packages from a registry.
//
// npm also takes packages from git repositories, URLs and directories, and runs
// scripts. A pack that asks for these is refused, or they are left out where that
// changes nothing. What decides the result is kept: aliases, overrides, peer
// dependencies, locks.
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

	inner "github.com/packtrain/pack/internal/text/json"
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
	// ShrinkwrapFile is a lock that takes precedence over LockFile.
	ShrinkwrapFile = "npm-shrinkwrap.json"
)

// A Manifest is the part of a package.json that is about packages to install.
type Manifest struct {
	Dependencies         map[string]string `json:"dependencies"`
	OptionalDependencies map[string]string `json:"optionalDependencies,omitempty"`
	// PeerDependencies of the pack itself are installed like the others, except for those
	// that PeerMeta says are optional.
	PeerDependencies map[string]string   `json:"peerDependencies,omitempty"`
	PeerMeta         map[string]PeerMeta `json:"peerDependenciesMeta,omitempty"`
	// Overrides are as written: their order matters.
	Overrides json.RawMessage `json:"overrides,omitempty"`
	// Engine is the version range of Node.js, "" for none.
	Engine string `json:"-"`
	// Ignored are the keys that npm would heed and that have no effect here.
	Ignored []string `json:"-"`
}

// A PeerMeta says of a peer dependency that it may be missing.
type PeerMeta struct {
	Optional bool `json:"optional"`
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
		PeerDependencies:     doc.texts("peerDependencies"),
		PeerMeta:             doc.peerMeta(),
		Engine:               doc.at("engines").text("node"),
	}
	if doc.has("resolutions") {
		m.Ignored = append(m.Ignored, "resolutions")
	}
	if err := m.readOverrides(doc); err != nil {
		return nil, err
	}
	if doc.err != nil {
		return nil, invalid(ManifestFile, "%v", doc.err)
	}
	if n := len(m.Dependencies) + len(m.OptionalDependencies) + len(m.PeerDependencies); n > maxDependencies {
		return nil, tooMuch(ManifestFile, "number of dependencies", maxDependencies, int64(n))
	}
	return m, m.check()
}

// peerMeta reads peerDependenciesMeta, nil when nothing there is optional.
func (d *document) peerMeta() map[string]PeerMeta {
	var metas map[string]PeerMeta
	for name, v := range d.at("peerDependenciesMeta").value.Members() {
		if (object{v, d}).isTrue("optional") && packageName.MatchString(name) {
			if metas == nil {
				metas = map[string]PeerMeta{}
			}
			metas[name] = PeerMeta{Optional: true}
		}
	}
	return metas
}

// readOverrides checks that overrides name packages of a registry.
func (m *Manifest) readOverrides(doc *document) error {
	overrides := doc.at("overrides")
	if overrides.value.Kind() != "object" {
		return nil
	}
	if err := checkOverrides(overrides.value); err != nil {
		return err
	}
	return overrides.value.Decode(&m.Overrides)
}

func checkOverrides(v inner.Value) error {
	for key, item := range v.Members() {
		name, _, _ := strings.Cut(key[min(1, len(key)):], "@")
		if name = key[:min(1, len(key))] + name; key != "." && !packageName.MatchString(name) {
			return invalid(ManifestFile, "overrides: %.100q is not the name of a package", key)
		}
		text, isText := item.Text()
		switch {
		case item.Kind() == "object":
			if err := checkOverrides(item); err != nil {
				return err
			}
		case !isText:
			return invalid(ManifestFile, "overrides: %.100q: want a version or an object, not the type %s", key, item.Kind())
		case !isRegistrySpec(text) && (!strings.HasPrefix(text, "$") || !packageName.MatchString(text[1:])):
			return refused(ManifestFile, "overrides: %.100q: %.100q does not come from a registry", key, text)
		}
	}
	return nil
}

// Empty reports whether there is nothing to install.
func (m *Manifest) Empty() bool {
	return len(m.Dependencies)+len(m.OptionalDependencies)+len(m.PeerDependencies) == 0
}

// Asks reports whether the file lists a package.
func (m *Manifest) Asks(name string) bool { return slices.Contains(m.Names(), name) }

// Names returns the names of the packages, sorted.
func (m *Manifest) Names() []string {
	var names []string
	for _, deps := range m.lists() {
		names = append(names, slices.Collect(maps.Keys(deps))...)
	}
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

func (m *Manifest) lists() []map[string]string {
	return []map[string]string{m.Dependencies, m.OptionalDependencies, m.PeerDependencies}
}

func (m *Manifest) check() error {
	for _, deps := range m.lists() {
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
	if !isRegistrySpec(spec) {
		return refused(ManifestFile,
			"dependency %s: %.100q does not come from a registry: write a version range such as %q", name, spec, "^1.2.3")
	}
	return nil
}

// isRegistrySpec reports whether npm takes a package from a registry for spec: a range, a
// version, a tag, or one of these of another package.
func isRegistrySpec(spec string) bool {
	spec = strings.TrimSpace(spec)
	if alias, ok := strings.CutPrefix(spec, "npm:"); ok && alias != "" {
		name, versions, _ := strings.Cut(alias[1:], "@")
		if !packageName.MatchString(alias[:1] + name) {
			return false
		}
		spec = strings.TrimSpace(versions)
	}
	return spec == "" || registrySpec.MatchString(spec) && !archiveSpec.MatchString(spec)
}
