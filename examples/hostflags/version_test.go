package hostflags_test

import (
	"runtime/debug"
	"testing"

	"github.com/packtrain/pack/examples/hostflags"
)

func TestVersion(t *testing.T) {
	t.Parallel()
	setting := func(key, value string) debug.BuildSetting { return debug.BuildSetting{Key: key, Value: value} }
	for want, info := range map[string]*debug.BuildInfo{
		"(devel), commit unknown, ": nil,
		"v1.2.3, commit unknown, go1.26.0": {
			GoVersion: "go1.26.0", Main: debug.Module{Version: "v1.2.3"},
		},
		"(devel), commit abc, go1.26.0": {
			GoVersion: "go1.26.0", Main: debug.Module{Version: "(devel)"},
			Settings: []debug.BuildSetting{setting("vcs.revision", "abc"), setting("vcs.modified", "false")},
		},
		"v1.2.3, commit abc with changes, go1.26.0": {
			GoVersion: "go1.26.0", Main: debug.Module{Version: "v1.2.3"},
			Settings: []debug.BuildSetting{setting("vcs.modified", "true"), setting("vcs.revision", "abc")},
		},
	} {
		if got := hostflags.Version(info); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
