package npm

import (
	"fmt"
	"slices"
	"strings"
)

// A Platform is a system, as Node.js names it: "linux", "x64", "glibc".
type Platform struct{ OS, CPU, Libc string }

// Chosen returns the packages of a package-lock.json that are installed on a system.
// Optional ones for other systems are not, and neither are those for development alone.
func Chosen(data []byte, on Platform) ([]Package, error) {
	_, all, err := parseLock(LockFile, data, false)
	if err != nil {
		return nil, fmt.Errorf("chosen packages: %w", err)
	}
	return slices.DeleteFunc(all, func(p Package) bool { return p.development || p.optional && !p.fits.admit(on) }), nil
}

// platforms are the systems that a package is for: lists of names, where "!" excludes one.
type platforms struct{ os, cpu, libc []string }

func (p platforms) admit(on Platform) bool {
	return admit(p.os, on.OS) && admit(p.cpu, on.CPU) && (len(p.libc) == 0 || on.OS == "linux" && admit(p.libc, on.Libc))
}

// admit reports whether a list admits a name; an empty one admits all.
func admit(list []string, name string) bool {
	if slices.Contains(list, "!"+name) {
		return false
	}
	excludesAlone := !slices.ContainsFunc(list, func(entry string) bool { return !strings.HasPrefix(entry, "!") })
	return excludesAlone || slices.Contains(list, name) || slices.Contains(list, "any")
}
