package npm

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// An Entry is a package of a lock, without what depends on the registry that it came from.
type Entry struct {
	Place     string // such as "node_modules/a"
	Version   string
	Integrity string // its digests, or [InBundle]
	// Details are what else npm has to know, such as its dependencies: a JSON object in the
	// shortest form with sorted keys, "" for none.
	Details string
}

// InBundle is in place of a digest for a package inside another one, whose digest covers
// it.
const InBundle = "in-bundle"

// details are the keys of a package that npm needs to install it as the lock says.
func details() []string {
	return []string{
		"name", "dependencies", "optionalDependencies", "peerDependencies", "peerDependenciesMeta", "bundleDependencies",
		"bin", "engines", "os", "cpu", "libc", "optional", "peer", "devOptional", "hasInstallScript",
	}
}

// Entries returns the packages of a lock, without those for development, sorted. Locks that
// [ParseLock] refuses are errors here, too.
func Entries(data []byte) ([]Entry, error) {
	l, err := ParseLock(LockFile, data)
	if err != nil {
		return nil, err
	}
	packages, _ := l.doc["packages"].(map[string]any)
	var all []Entry
	for _, place := range slices.Sorted(maps.Keys(packages)) {
		item, _ := packages[place].(map[string]any)
		if place == "" {
			continue
		}
		e := Entry{Place: place}
		e.Version, _ = item["version"].(string)
		e.Integrity, _ = item["integrity"].(string)
		if item["inBundle"] == true {
			e.Integrity = InBundle
		}
		if e.Details, err = shortest(item); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// NameOf returns the name of the package at a place, with the details of its [Entry].
func NameOf(place, details string) (string, error) {
	var stated struct{ Name string }
	if details != "" {
		if err := json.Unmarshal([]byte(details), &stated); err != nil {
			return "", invalid(LockFile, "%.200q: %v", place, err)
		}
	}
	return cmp.Or(stated.Name, nameAt(place)), nil
}

// shortest returns the details of a package as text.
func shortest(item map[string]any) (string, error) {
	kept := map[string]any{}
	for _, key := range details() {
		if v, ok := item[key]; ok {
			kept[key] = v
		}
	}
	if len(kept) == 0 {
		return "", nil
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(kept)
	return strings.TrimSuffix(b.String(), "\n"), err
}

// NewLock returns the lock for a manifest with the given packages. What [ParseLock] refuses
// is an error here, too.
func NewLock(m *Manifest, entries []Entry) (*Lock, error) {
	top, err := m.Marshal()
	if err != nil {
		return nil, err
	}
	packages := map[string]any{"": json.RawMessage(top)}
	for i := range entries {
		e := &entries[i]
		if _, twice := packages[e.Place]; twice {
			return nil, invalid(LockFile, "%.200q is there twice", e.Place)
		}
		if packages[e.Place], err = e.item(); err != nil {
			return nil, err
		}
	}
	data, err := json.Marshal(map[string]any{
		"name": "environment", "version": "0.0.0", "lockfileVersion": 3, "requires": true, "packages": packages,
	})
	if err != nil {
		return nil, err
	}
	return ParseLock(LockFile, data)
}

func (e *Entry) item() (map[string]any, error) {
	item := map[string]any{}
	if e.Details != "" {
		if err := json.Unmarshal([]byte(e.Details), &item); err != nil {
			return nil, invalid(LockFile, "%.200q: %v", e.Place, err)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(item)) {
		if !slices.Contains(details(), key) {
			return nil, invalid(LockFile, "%.200q: key %.64q is not known", e.Place, key)
		}
	}
	if item["version"] = e.Version; e.Integrity == InBundle {
		item["inBundle"] = true
	} else {
		item["integrity"] = e.Integrity
	}
	return item, nil
}

// Wants returns what the manifest asks for, a text for each package, sorted.
func (m *Manifest) Wants() []string {
	var all []string
	for kind, list := range map[string]map[string]string{"": m.Dependencies, "optional ": m.OptionalDependencies, "peer ": m.PeerDependencies} {
		for name, version := range list {
			text := kind + name + "@" + version
			if kind == "peer " && m.PeerMeta[name].Optional {
				text = "optional " + text
			}
			all = append(all, text)
		}
	}
	if len(m.Overrides) > 0 {
		var b bytes.Buffer
		if json.Compact(&b, m.Overrides) == nil {
			all = append(all, "overrides "+b.String())
		}
	}
	slices.Sort(all)
	return all
}
