package envbuild

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"

	"github.com/packtrain/pack/internal/text/pep440"
	"github.com/packtrain/pack/internal/text/pep508"
)

// checkSet checks that the packages in a virtualenv, which were installed without looking at what
// they require, meet the requirements of the pack and each other's, and that none is there
// without being required. Markers are not evaluated: a requirement with one may be met.
func (v *virtualenv) checkSet(dir string) error {
	if v.set == nil {
		return nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }() // it was only read
	infos, err := fs.Glob(root.FS(), sitePackages()+"/*.dist-info")
	if err != nil {
		return err
	}
	have, needs := map[string]string{}, map[string][]string{}
	for _, info := range infos {
		d := pythonDistribution(root.FS(), info)
		name := pep508.NormalizeName(d.Name)
		have[name], needs[name] = d.Version, required(root.FS(), info)
	}
	for name, lines := range needs {
		if err := checkRequirements(name+" "+have[name], lines, have); err != nil {
			return err
		}
	}
	return checkReached(v.set.Wants, needs)
}

// required returns the requirements of the distribution with the metadata in info.
func required(fsys fs.FS, info string) (lines []string) {
	for line := range strings.Lines(head(fsys, path.Join(info, "METADATA"))) {
		key, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), ": ")
		if key == "" {
			break // the description follows
		}
		if key == "Requires-Dist" {
			lines = append(lines, value)
		}
	}
	return lines
}

// checkRequirements returns an error for a requirement of by that what there is, versions
// by normal names, does not meet.
func checkRequirements(by string, lines []string, have map[string]string) error {
	for _, text := range lines {
		line, err := pep508.ParseLine(text)
		if err != nil || line.Marker != "" {
			continue
		}
		version, ok := have[pep508.NormalizeName(line.Name)]
		switch {
		case !ok:
			return deviation("%s requires %s, and the lock does not state it", by, line.Requirement.String())
		case !admits(&line.Requirement, version):
			return deviation("%s requires %s, and the lock states %s", by, line.Requirement.String(), version)
		}
	}
	return nil
}

var finalRelease = regexp.MustCompile(`^(?:\d+!)?\d+(?:\.\d+)*(?:\.post\d+)?$`)

// admits reports whether a requirement admits a version. Whether it admits pre-releases
// depends on the tool, and is not judged.
func admits(r *pep508.Requirement, version string) bool {
	if !strings.Contains(r.Specifier(), "+") {
		version, _, _ = strings.Cut(version, "+")
	}
	if r.URL != "" || !finalRelease.MatchString(version) {
		return true
	}
	allowed, err := pep440.ParseRange(r.Specifier())
	return err != nil || allowed.Allows(version)
}

// checkReached returns an error for a package that nothing requires. Needs has the
// requirements of each package.
func checkReached(wants []string, needs map[string][]string) error {
	reached := map[string]bool{}
	for next := wants; len(next) > 0; {
		var more []string
		for _, text := range next {
			line, _ := pep508.ParseLine(text)
			if name := pep508.NormalizeName(line.Name); !reached[name] {
				reached[name] = true
				more = append(more, needs[name]...)
			}
		}
		next = more
	}
	for name := range needs {
		if !reached[name] {
			return deviation("the lock states %s, which nothing requires", name)
		}
	}
	return nil
}
