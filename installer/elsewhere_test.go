package installer_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/internal/worldtest"
)

// Content without a pack at its root: the error has the spec that would work.
func TestErrorsNameThePackThatLiesElsewhere(t *testing.T) {
	t.Parallel()
	web := worldtest.Files("web@1.0.0")
	for _, tt := range []struct {
		spec, location string
		content        fstest.MapFS
		want, never    string
	}{
		{"./repo", "./repo", worldtest.Below("packs/web", web), `found in packs/web: write ./repo//packs/web`, ""},
		{"./repo", "./repo", worldtest.Below("web", web), `found in web: write ./repo//web`, ""},
		{"https://example.com/repo.git@v1", "https://example.com/repo.git", worldtest.Below("packs/web", web), "write https://example.com/repo.git@v1//packs/web", ""},
		{"./repo", "./repo", fstest.MapFS{"a/b/c/pack.yaml": {}, "z/pack.yaml": {}}, "write ./repo//z", ""},
		{"./repo", "./repo", fstest.MapFS{"pack.yml": {}}, `found "pack.yml": rename it to pack.yaml`, "write"},
		{"./repo", "./repo", fstest.MapFS{"web/pack.yml": {}}, `found "web/pack.yml": rename it to pack.yaml`, "write"},
		{"./repo", "./repo", fstest.MapFS{"pack.yaml": {}, "pack/pack.yaml": {}}, "keep one", "write"},
		{"./repo", "./repo", fstest.MapFS{"pack.yaml": {Data: []byte("ref: 1")}, "web/pack.yaml": {}}, "pack.yaml", "write"},
		{"./repo", "./repo", fstest.MapFS{"a/b/c/d/e/pack.yaml": {}}, "no pack.yaml", "write"},
		{"web", "web", worldtest.Below("packs/web", web), "no pack.yaml", "write"},
	} {
		w := worldtest.New()
		w.Pins[tt.location] = []pack.Pin{{Scheme: "test", Location: "there"}}
		w.Add("there", tt.content)
		_, err := download(t, w, installer.DownloadRequest{Specs: []string{tt.spec}, Dest: t.TempDir()})
		if err == nil || !strings.Contains(err.Error(), tt.want) || tt.never != "" && strings.Contains(err.Error(), tt.never) {
			t.Errorf("%s: got %v, want %q and no %q", tt.spec, err, tt.want, tt.never)
		}
	}
}
