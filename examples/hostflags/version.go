package hostflags

import (
	"fmt"
	"runtime/debug"
)

// Version returns what "--version" prints of a program: its version, the commit it was
// built from, and its Go release. nil, and a build that recorded nothing, are a
// development version of an unknown commit.
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
