package npm

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"regexp"
	"strings"
)

// A Lock is a package-lock.json.
type Lock struct{ doc map[string]any }

// ReadLock reads the lock of a pack that npm uses, by a function that returns the content
// of a file; nil when there is none.
func ReadLock(read func(name string) ([]byte, error)) (*Lock, error) {
	for _, name := range []string{ShrinkwrapFile, LockFile} {
		data, err := read(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return ParseLock(name, data)
	}
	return nil, nil //nolint:nilnil // no lock is not an error
}

// ForeignLocks are the lock files of other tools.
func ForeignLocks() []string { return []string{"yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"} }

// ParseLock reads a lock. Only locks that npm 7 and later write are accepted, and only
// packages that come from a registry with a strong digest; others are [Refused]. What is
// for development alone is left out.
func ParseLock(file string, data []byte) (*Lock, error) {
	doc, _, err := parseLock(file, data, true)
	if err != nil {
		return nil, err
	}
	l := &Lock{}
	if err := doc.value.Decode(&l.doc); err != nil {
		return nil, invalid(file, "%v", err)
	}
	l.dropDevelopment()
	return l, nil
}

// WithoutAddresses returns the lock without the URLs of packages that have a digest, which
// npm then gets from its registry by name and version.
func (l *Lock) WithoutAddresses() *Lock {
	c := &Lock{doc: maps.Clone(l.doc)}
	packages, _ := l.doc["packages"].(map[string]any)
	kept := map[string]any{}
	for place, v := range packages {
		kept[place] = v
		if item, ok := v.(map[string]any); ok && item["integrity"] != nil {
			item = maps.Clone(item)
			delete(item, "resolved")
			kept[place] = item
		}
	}
	c.doc["packages"] = kept
	return c
}

// Packages returns the packages of the lock, in no order.
func (l *Lock) Packages() ([]Package, error) {
	data, err := l.MarshalJSON()
	if err != nil {
		return nil, err
	}
	_, packages, err := parseLock(LockFile, data, true)
	return packages, err
}

// dropDevelopment leaves out what is only installed for development, and the form of the
// lock that npm 6 reads.
func (l *Lock) dropDevelopment() {
	delete(l.doc, "dependencies")
	packages, _ := l.doc["packages"].(map[string]any)
	for place, v := range packages {
		item, _ := v.(map[string]any)
		if place == "" {
			delete(item, "devDependencies")
		} else if item["dev"] == true {
			delete(packages, place)
		}
	}
}

// A Package is an installed package. Version, Resolved (its URL) and Integrity (its
// digests, as Subresource Integrity has them) are "" where the lock does not say.
type Package struct {
	Place                              string // where it is, such as "node_modules/a"
	Name, Version, Resolved, Integrity string
	Script                             bool // it has a script that is run when it is installed

	// fits says on which systems it is installed.
	fits                  platforms
	optional, development bool
}

// Installed returns the packages of the lock that npm keeps in a node_modules
// directory. A package that came from elsewhere than a registry,
// because another one asked for it, is [Refused]. Digests do not matter here:
// the registry that delivered the packages stated them.
func Installed(data []byte) ([]Package, error) {
	_, installed, err := parseLock(LockFile, data, false)
	if err != nil {
		return nil, fmt.Errorf("installed packages: %w", err)
	}
	return installed, nil
}

// parseLock judges a lock and lists its packages.
func parseLock(file string, data []byte, digests bool) (*document, []Package, error) {
	doc, err := parse(file, data, MaxLockSize)
	if err != nil {
		return nil, nil, err
	}
	var version any
	_ = doc.value.Get("lockfileVersion").Decode(&version) // stays nil when there is none
	if version != 2.0 && version != 3.0 {
		return nil, nil, refused(file, "lockfileVersion %v has no digest for every package: write it anew with npm 7 or later", version)
	}
	installed, packages := []Package{}, doc.at("packages")
	for place, v := range packages.value.Members() {
		if place == "" {
			continue
		}
		packages.want(place, v, "object")
		item := object{v, doc}
		if digests && item.isTrue("dev") {
			continue // it is not installed
		}
		if reason := fault(place, item, digests); reason != "" {
			return nil, nil, refused(file, "%.200q %s", place, reason)
		}
		installed = append(installed, Package{
			Place: place, Name: cmp.Or(item.text("name"), nameAt(place)), Version: item.text("version"),
			Resolved: item.text("resolved"), Integrity: item.text("integrity"), Script: item.isTrue("hasInstallScript"),
			fits:     platforms{item.list("os"), item.list("cpu"), item.list("libc")},
			optional: item.isTrue("optional"), development: item.isTrue("dev"),
		})
	}
	if doc.err != nil {
		return nil, nil, invalid(file, "%v", doc.err)
	}
	return doc, installed, nil
}

// MarshalJSON returns the lock in a normal form.
func (l *Lock) MarshalJSON() ([]byte, error) { return json.Marshal(l.doc) }

var strongDigest = regexp.MustCompile(`(?:^| )sha(?:256|384|512)-[A-Za-z0-9+/]+=*(?: |$)`)

// fault returns the fault of the entry of packages at a place such as
// "node_modules/a/node_modules/@b/c", "" when nothing is.
func fault(place string, item object, digests bool) string {
	name := nameAt(place)
	switch {
	case name == "":
		return "is not the place of a package"
	case item.has("link"):
		return "is a link: only packages of a registry are installed"
	case item.has("name") && !packageName.MatchString(item.text("name")):
		return "is an alias of something that is not a package"
	case !fromWeb(item.text("resolved")):
		return "does not come from a registry"
	case item.isTrue("inBundle"): // it is inside another package, whose digest covers it
		return ""
	case item.text("version") == "":
		return "has no version"
	case digests && !strongDigest.MatchString(item.text("integrity")):
		return "has no strong digest (integrity): write the lock anew with npm 7 or later"
	}
	return ""
}

// nameAt returns the name of the package at a place, "" when it is none.
func nameAt(place string) string {
	rest, ok := strings.CutPrefix(place, "node_modules/")
	name := ""
	for _, name = range strings.Split(rest, "/node_modules/") {
		ok = ok && packageName.MatchString(name)
	}
	if !ok {
		return ""
	}
	return name
}

// fromWeb reports whether a package's address can be one of a registry. The host
// does not matter: npm is configured to use one registry.
func fromWeb(resolved string) bool {
	if resolved == "" {
		return true
	}
	u, err := url.Parse(resolved)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.User == nil
}
