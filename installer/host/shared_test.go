package host_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/host"
)

// TestSharedSettings opens a host with each shared setting and one without it, and
// asks all stages about a pack that only the setting decides about.
func TestSharedSettings(t *testing.T) {
	t.Parallel()
	stackStorm := files{"pack.yaml": "name: demo\nversion: 1.0.0\ndescription: D\n"}
	for _, tt := range []struct {
		setting      string
		give         func(*host.Config)
		pack         files
		given, unset codes
	}{
		{
			"Provided", func(c *host.Config) { c.Provided = []pack.Provided{{Ref: "core"}} }, demo("core"),
			codes{pack.StageDownload: pack.CodeInvalidRef, pack.StageDependencies: pack.CodeInvalidRef, pack.StageStorage: pack.CodeInvalidRef},
			codes{},
		},
		{
			"Load", func(c *host.Config) { c.Load = &pack.LoadOptions{Shape: pack.ShapeStackStorm} }, stackStorm,
			codes{},
			codes{
				pack.StageDownload: pack.CodeInvalidManifest, pack.StageDependencies: pack.CodeInvalidManifest,
				pack.StageEnvironments: pack.CodeInvalidManifest, pack.StageStorage: pack.CodeInvalidManifest,
			},
		},
	} {
		t.Run(tt.setting, func(t *testing.T) {
			t.Parallel()
			path, tools := write(t, tt.pack), newTools(t)
			config := host.Config{SearchPath: tools.SearchPath(), Runner: tools}
			if diff := cmp.Diff(tt.unset, ask(t, openHost(t, config), path)); diff != "" {
				t.Errorf("left out: -want +got:\n%s", diff)
			}
			tt.give(&config)
			if diff := cmp.Diff(tt.given, ask(t, openHost(t, config), path)); diff != "" {
				t.Errorf("given: -want +got:\n%s", diff)
			}
		})
	}
}
