package registry_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// TestPlatformVersion registers packs that ask for platform version ^3.
func TestPlatformVersion(t *testing.T) {
	t.Parallel()
	asking := simplePack("demo", "1.0.0")
	asking["pack.yaml"] += "dependencies: {attune_version: ^3}\n"
	for _, tt := range []struct {
		platform string
		skip     bool
		code     pack.Code
		warnings int
	}{
		{"", false, "", 1},
		{"3.1.0", false, "", 0},
		{"3.2.0-rc.1", false, "", 0},
		{"2.1.0", false, pack.CodeDependencyConflict, 0},
		{"2.1.0", true, "", 1},
	} {
		t.Run(tt.platform, func(t *testing.T) {
			t.Parallel()
			r := newRoot(t)
			c := r.config()
			if err := c.PlatformVersion.UnmarshalText([]byte(tt.platform)); err != nil {
				t.Fatal(err)
			}
			s := r.openWith(t, c)
			report, err := s.Register(t.Context(), registry.Request{Paths: []string{write(t, asking)}, SkipValidation: tt.skip})
			if diff := cmp.Diff(tt.warnings, len(report.Warnings)); diff != "" {
				t.Errorf("warnings (-want +got)\n%s\n%+v", diff, report.Warnings)
			}
			if tt.code == "" {
				if err != nil {
					t.Errorf("got %v", err)
				}
				return
			}
			wantFailure(t, report, err, pack.StageDependencies, tt.code)
			if e, ok := errors.AsType[*pack.PlatformError](err); !ok || e.Required.String() != "^3" || e.Actual != c.PlatformVersion {
				t.Errorf("got %v", err)
			}
		})
	}
}
