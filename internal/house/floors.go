package house

import (
	"go/version"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// A floor is the lowest version of a module without a known vulnerability that
// affects us.
type floor struct{ path, version, why string }

func floors() []floor {
	return []floor{
		{"github.com/go-git/go-git/v5", "5.19.2", "CVE-2026-71556 and CVE-2026-71557: symbolic links and ref names"},
		{"github.com/go-git/go-billy/v5", "5.9.0", "CVE-2026-44740 and CVE-2026-44973: paths out of the file system"},
		{"github.com/jackc/pgx/v5", "5.9.2", "CVE-2026-41889: placeholders that were confused"},
		{"github.com/hashicorp/go-getter/v2", "2.2.5", "CVE-2025-8959: copies through symbolic links"},
		{"github.com/klauspost/compress", "1.18.7", "GHSA-259r: memory while decoding"},
		{"github.com/ulikunitz/xz", "0.5.15", "CVE-2025-58058: memory while decoding"},
	}
}

// goLine returns the go line of the go.mod in a directory: the oldest release that
// builds the module, so that hosts choose theirs freely.
func goLine(dir string) string {
	if dir == "source/gettersource" {
		return "1.26.8" // demanded by go-getter, in every release above its floor
	}
	return "1.26.0"
}

// goFloor is the oldest Go release without a known vulnerability in archive/tar,
// os.Root and net/http that affects us. Our own checks must run on it or a newer
// one; a go line that required it would decide for hosts.
const goFloor = "1.26.6"

// Toolchain returns a violation when a Go release, named as [runtime.Version]
// names it, is older than the oldest one without a known vulnerability.
func Toolchain(running string) []Violation {
	release, _, _ := strings.Cut(strings.TrimPrefix(running, "devel "), " ") // "go1.26.8 X:experiment"
	switch {
	case !version.IsValid(release):
		return []Violation{violation("toolchain", "cannot read the version %q", running)}
	case version.Compare(release, "go"+goFloor) < 0:
		return []Violation{violation("toolchain", "%s has known security holes: install Go %s or newer", release, goFloor)}
	}
	return nil
}

// A ban is a module that none of our modules may require, not even indirectly.
type ban struct{ path, except, why string }

func bans() []ban {
	const archiver = "unpacks archives without our rules for each entry"
	return []ban{
		{"github.com/goccy/go-yaml", "", "200 kB of brackets exhaust the memory"},
		{"github.com/mholt/archiver", "", archiver},
		{"github.com/mholt/archives", "", archiver},
		{"github.com/codeclysm/extract", "", archiver},
		{"github.com/hashicorp/go-getter", "source/gettersource", "ten holes in one dependency: it stays in a module of its own"},
	}
}

func (t *Tree) checkFloors() []Violation {
	var vs []Violation
	for _, m := range t.modules {
		if want := goLine(m.dir); m.goLine != want {
			vs = append(vs, violation(m.file(), "go %q: the go line of this module is %q", m.goLine, want))
		}
		if m.blocks["toolchain"] {
			vs = append(vs, violation(m.file(), "has a toolchain line: the host chooses the toolchain"))
		}
		for _, r := range m.requirements {
			vs = append(vs, m.checkRequirement(r)...)
		}
	}
	return vs
}

func (m *module) checkRequirement(r requirement) []Violation {
	var vs []Violation
	for _, f := range floors() {
		if r.path == f.path && below(r.version, f.version) {
			vs = append(vs, violation(m.file(), "%s %s: at least %s is needed: %s", r.path, r.version, f.version, f.why))
		}
	}
	for _, b := range bans() {
		if within(b.path, r.path) && (b.except == "" || b.except != m.dir) {
			vs = append(vs, violation(m.file(), "requires %s: %s", r.path, b.why))
		}
	}
	return vs
}

// below reports whether version is lower than limit, or cannot be read.
func below(version, limit string) bool {
	v, err := semver.NewVersion(version)
	return err != nil || v.LessThan(semver.MustParse(limit))
}
