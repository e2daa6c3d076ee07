package hostflags

import (
	"fmt"
	"runtime/debug"
)

// Version returns the text that "--version" prints: the version of the program, the
// commit it was built from, and its Go release. nil, and build information without a
// commit, yield a development version of an unknown commit.
func Version(info *debug.BuildInfo) string {
	if info == nil {
		info = &debug.BuildInfo{}
	}
	version, commit, modified := info.Main.Version, "unknown", ""
	if version == "" {
		version = "(devel)"
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = " with changes"
		}
	}
	return fmt.Sprintf("%s, commit %s%s, %s", version, commit, modified, info.GoVersion)
}
