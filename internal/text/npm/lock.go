package npm

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// A Lock is a package-lock.json.
type Lock struct {
	packages int
	doc      map[string]any
}

// ParseLock reads a package-lock.json. Only locks that npm 7 and later write
// are accepted, and only packages that come from a registry with a strong
// digest; others are errors with [pack.CodePolicyDenied].
func ParseLock(data []byte) (*Lock, error) { return parseLock(data, true) }

// CountInstalled returns how many packages the lock lists that npm keeps in a
// node_modules directory. A package that came from elsewhere than a registry,
// at the wish of another one, is an error with [pack.CodePolicyDenied]. Digests
// do not matter here: the registry that delivered the packages stated them.
func CountInstalled(data []byte) (int, error) {
	l, err := parseLock(data, false)
	if err != nil {
		return 0, fmt.Errorf("installed packages: %w", err)
	}
	return l.packages, nil
}

func parseLock(data []byte, digests bool) (*Lock, error) {
	doc, err := parse("package-lock.json", data, MaxLockSize)
	if err != nil {
		return nil, err
	}
	l := &Lock{doc: doc.fields}
	if v := doc.fields["lockfileVersion"]; v != 2.0 && v != 3.0 {
		return nil, pack.Errorf(pack.CodePolicyDenied,
			"package-lock.json: lockfileVersion %v has no digest for every package: write it anew with npm 7 or later", v)
	}
	packages := doc.at("packages")
	for _, place := range slices.Sorted(maps.Keys(packages.fields)) {
		if place == "" {
			continue
		}
		l.packages++
		if reason := fault(place, packages.at(place), digests); reason != "" {
			return nil, pack.Errorf(pack.CodePolicyDenied, "package-lock.json: %.200q %s", place, reason)
		}
	}
	if doc.err != nil {
		return nil, pack.Errorf(pack.CodeInvalidManifest, "package-lock.json: %w", doc.err)
	}
	return l, nil
}

// MarshalJSON returns the lock in a normal form.
func (l *Lock) MarshalJSON() ([]byte, error) { return json.Marshal(l.doc) }

var strongDigest = regexp.MustCompile(`(?:^| )sha(?:256|384|512)-[A-Za-z0-9+/]+=*(?: |$)`)

// fault says what is wrong with the entry of packages at a place such as
// "node_modules/a/node_modules/@b/c", "" when nothing is.
func fault(place string, item *object, digests bool) string {
	name := nameAt(place)
	switch {
	case name == "":
		return "is no place of a package"
	case item.has("link"):
		return "is a link: only packages of a registry are installed"
	case item.has("name") && item.text("name") != name:
		return "stands for another package"
	case !fromWeb(item.text("resolved")):
		return "does not come from a registry"
	case item.fields["inBundle"] == true: // it is inside another package, whose digest covers it
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

// fromWeb reports whether a package's address can be one of a registry. The
// host does not matter: npm is told to ask the configured one.
func fromWeb(resolved string) bool {
	if resolved == "" {
		return true
	}
	u, err := url.Parse(resolved)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.User == nil
}
