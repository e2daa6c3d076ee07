package bundle

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/packtrain/pack/internal/text/pep440"
	"github.com/packtrain/pack/internal/text/pep508"
)

// isOf reports whether the archive is one of a release: by its digest, or by its name as
// far as the page states no digest.
func (l link) isOf(r *PythonRelease) bool {
	name, version := nameOf(l.file)
	if pep508.NormalizeName(name) != pep508.NormalizeName(r.Name) || pep440.Compare(version, r.Version) != 0 {
		return false
	}
	return l.digest == "" || slices.Contains(r.Digests, string(l.digest))
}

var sdist = regexp.MustCompile(`^(.+)-([0-9][^-]*)\.(?:tar\.gz|zip)$`)

// nameOf returns the package and the version that the name of an archive states.
func nameOf(file string) (name, version string) {
	if !strings.HasSuffix(file, ".whl") {
		m := append(sdist.FindStringSubmatch(file), "", "", "")
		return m[1], m[2]
	}
	parts := strings.Split(file, "-")
	if len(parts) < 5 {
		return "", ""
	}
	return parts[0], parts[1]
}

// fits reports whether a wheel may be installed on a platform, such as
// "linux/amd64/cp311" or "linux/arm64/cp313t-musl". A wheel that needs a newer system than
// the platform says fits, too.
func fits(file, platform string) bool {
	parts := strings.Split(strings.TrimSuffix(file, ".whl"), "-")
	system := strings.Split(platform, "/")
	if !strings.HasSuffix(file, ".whl") || len(parts) < 5 || len(system) != 3 {
		return false
	}
	python, musl := strings.CutSuffix(system[2], "-musl")
	tags := parts[len(parts)-3:]
	return anyOf(tags[2], func(tag string) bool { return fitsSystem(tag, system[0], system[1], musl) }) &&
		anyOf(tags[1], func(tag string) bool { return fitsABI(tag, python) }) &&
		anyOf(tags[0], func(tag string) bool { return fitsPython(tag, python) })
}

func anyOf(tags string, is func(string) bool) bool {
	return slices.ContainsFunc(strings.Split(tags, "."), is)
}

func fitsSystem(tag, system, machine string, musl bool) bool {
	switch {
	case tag == "any":
		return true
	case system == "linux" && strings.HasPrefix(tag, "musllinux"):
		return musl && strings.HasSuffix(tag, "_"+uname(machine))
	case system == "linux":
		return !musl && (strings.HasPrefix(tag, "manylinux") || strings.HasPrefix(tag, "linux")) && strings.HasSuffix(tag, "_"+uname(machine))
	case system == "darwin":
		return strings.HasPrefix(tag, "macosx") && (strings.HasSuffix(tag, "_universal2") || strings.HasSuffix(tag, "_"+strings.Replace(machine, "amd64", "x86_64", 1)))
	case system == "windows":
		return tag == "win_"+machine || machine == "386" && tag == "win32"
	}
	return false
}

// uname returns what Linux calls a machine.
func uname(machine string) string {
	switch machine {
	case "amd64":
		return "x86_64"
	case "arm64":
		return "aarch64"
	case "386":
		return "i686"
	case "arm":
		return "armv7l"
	}
	return machine
}

func fitsABI(tag, python string) bool {
	return tag == "none" || tag == python || tag == "abi3" && strings.HasPrefix(python, "cp") && !strings.HasSuffix(python, "t")
}

var pythonTag = regexp.MustCompile(`^(py|cp)(\d)(\d*)$`)

// fitsPython reports whether a tag such as "py3", "cp311" or "cp37" (with abi3) admits an
// interpreter such as "cp311".
func fitsPython(tag, python string) bool {
	of := pythonTag.FindStringSubmatch(strings.TrimSuffix(python, "t"))
	m := pythonTag.FindStringSubmatch(tag)
	if of == nil || m == nil {
		return of == nil // wheels for other interpreters are not judged
	}
	least, err := strconv.Atoi(m[3])
	minor, err2 := strconv.Atoi(of[3])
	return m[2] == of[2] && (err != nil || err2 == nil && least <= minor)
}
