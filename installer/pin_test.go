package installer_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/internal/worldtest"
)

// TestPinOfADownload: the pin that a report carries stands for exactly the files
// that were received, also in a place whose content changes.
func TestPinOfADownload(t *testing.T) {
	t.Parallel()
	w := worldtest.New()
	web := worldtest.Files("web@1.0.0")
	w.Add("web", worldtest.Below("sub/pack", web))
	w.Pins["here"] = []pack.Pin{{Scheme: "test", Location: "web", Subdir: "sub"}}
	pin := downloadedPin(t, w)
	want, err := pack.TreeDigest(worldtest.Below("pack", web))
	if err != nil {
		t.Fatal(err)
	}
	if size := int64(len(web[pack.ManifestFile].Data)); pin.TreeDigest != want || pin.Size != size {
		t.Errorf("got tree digest %s and size %d, want those of all that was received, %s and %d", pin.TreeDigest, pin.Size, want, size)
	}

	w.Pins["here"] = []pack.Pin{pin}
	if again := downloadedPin(t, w); again != pin {
		t.Errorf("fetched again, the pin is %+v, want %+v", again, pin)
	}
	w.Add("web", worldtest.Below("sub/pack", worldtest.Files("web@1.0.0", "data", "more")))
	_, err = download(t, w, installer.DownloadRequest{Specs: []string{"test:here"}, Dest: t.TempDir()})
	changed, err2 := pack.TreeDigest(worldtest.Below("pack", worldtest.Files("web@1.0.0", "data", "more")))
	if err2 != nil {
		t.Fatal(err2)
	}
	if want := fmt.Sprintf("tree checksum is %s, want %s", changed, pin.TreeDigest); !errors.Is(err, pack.ErrIntegrity) || !strings.Contains(err.Error(), want) {
		t.Errorf("fetched after a change: got %v, want both tree digests", err)
	}
}

func downloadedPin(t *testing.T, w *worldtest.World) pack.Pin {
	t.Helper()
	rep, err := download(t, w, installer.DownloadRequest{Specs: []string{"test:here"}, Dest: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return rep.Downloaded[0].Content.Pin
}
