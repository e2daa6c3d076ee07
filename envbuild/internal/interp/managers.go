package interp

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A manager is a version manager with a directory of shims: programs that start one of the
// installed versions, as files say that may change at any time. A shim is not asked: the
// programs that it stands for are.
type manager struct {
	root string // "shims" is below it
	lang string // of the program, as managers of several languages name it
}

// managerOf returns the version manager of a shim.
func managerOf(path string) (manager, bool) {
	dir := filepath.Dir(path)
	lang := "python"
	if strings.HasPrefix(filepath.Base(path), "node") {
		lang = "node"
	}
	m := manager{filepath.Dir(dir), lang}
	return m, filepath.Base(dir) == "shims" && len(m.homes()) > 0
}

// homes returns the directories with the installed versions: those of pyenv and nodenv, of
// asdf, and of mise.
func (m manager) homes() []string {
	var homes []string
	for _, dir := range []string{"versions", "installs/" + m.lang, "installs/nodejs"} {
		if dir == "installs/nodejs" && m.lang != "node" {
			continue
		}
		if info, err := os.Stat(filepath.Join(m.root, dir)); err == nil && info.IsDir() {
			homes = append(homes, filepath.Join(m.root, dir))
		}
	}
	return homes
}

// programs returns the programs of a name, of all versions: the active ones first, then the
// newest.
func (m manager) programs(name string) []string {
	var paths []string
	for _, home := range m.homes() {
		for _, version := range m.ordered(installedIn(home)) {
			if path := filepath.Join(home, version, "bin", name); isProgram(path) {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

// installedIn returns the versions in a directory. Links are other names of some.
func installedIn(home string) []string {
	entries, _ := os.ReadDir(home) // without it, none is installed
	var versions []string
	for _, e := range entries {
		if e.IsDir() {
			versions = append(versions, e.Name())
		}
	}
	return versions
}

func (m manager) ordered(versions []string) []string {
	active := m.active()
	place := func(version string) int {
		if i := slices.Index(active, version); i >= 0 {
			return i
		}
		return len(active)
	}
	slices.SortStableFunc(versions, func(a, b string) int {
		return cmp.Or(place(a)-place(b), slices.Compare(numbers(b), numbers(a)))
	})
	return versions
}

// active returns the versions that the user chose, the first one first: in the file
// "version" of pyenv and nodenv, or in the user's ".tool-versions" of asdf, which mise
// reads too.
func (m manager) active() []string {
	text, _ := os.ReadFile(filepath.Join(m.root, "version")) // nothing was chosen
	versions := strings.Fields(string(text))
	tools, _ := os.ReadFile(filepath.Join(filepath.Dir(m.root), ".tool-versions")) // the same
	for line := range strings.Lines(string(tools)) {
		if fields := strings.Fields(line); len(fields) > 1 && strings.HasPrefix(fields[0], m.lang) {
			versions = append(versions, fields[1:]...)
		}
	}
	return versions
}

var number = regexp.MustCompile(`[0-9]+`)

// numbers returns the numbers in the name of a version, by which versions are ordered.
func numbers(version string) []int {
	var list []int
	for _, digits := range number.FindAllString(version, 4) {
		n, _ := strconv.Atoi(digits) // a longer one is not a version
		list = append(list, n)
	}
	return list
}
