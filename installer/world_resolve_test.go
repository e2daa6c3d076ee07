package installer_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/internal/worldtest"
)

var _ deps.World = (*installer.World)(nil)

// staging stages below the temporary directory of a test.
type staging struct{ t *testing.T }

func (s staging) Stage(context.Context) (dir string, release func(), err error) {
	return s.t.TempDir(), func() {}, nil
}

// TestWorldReadsManifests: a pack.yaml is read once for each content, by the pin, and one
// at a place by its spec.
func TestWorldReadsManifests(t *testing.T) {
	t.Parallel()
	w := worldtest.New()
	files := worldtest.Files("log@1.0.0")
	files[pack.ManifestFile].Data = append(files[pack.ManifestFile].Data, "dependencies: {attune_version: ^2, packs: [tool@^1]}\n"...)
	w.Add("log", files)
	sum, err := pack.DirectoryChecksum(files)
	if err != nil {
		t.Fatal(err)
	}
	version, err := pack.ParseVersion("1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	world := installer.NewWorld(installer.WorldConfig{Installer: newDownloader(t, w), Staging: staging{t}})
	c := pack.Candidate{ID: pack.ID{Ref: "log", Version: version}, Pins: []pack.Pin{{Scheme: "test", Location: "log", DirectoryChecksum: sum}}}
	for range 2 {
		got, err := world.Dependencies(t.Context(), c)
		if err != nil || !got.DependenciesKnown || len(got.Dependencies) != 1 || got.Dependencies[0].String() != "tool@^1" || got.Platform.String() != "^2" || !slices.Equal(got.Pins, c.Pins) {
			t.Fatalf("got %+v, %v", got, err)
		}
	}
	if diff := cmp.Diff([]string{"log"}, w.Fetches()); diff != "" {
		t.Errorf("fetched (-want +got)\n%s", diff)
	}
	found, err := world.Candidates(t.Context(), pack.Want{Spec: "test:log"})
	if err != nil || len(found) != 1 || found[0].ID != c.ID || !found[0].DependenciesKnown || found[0].Pins[0].TreeDigest == "" {
		t.Errorf("got %+v, %v", found, err)
	}
	c.Version, err = pack.ParseVersion("2.0.0")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := world.Dependencies(t.Context(), c); pack.CodeOf(err) != pack.CodeInvalidVersion {
		t.Errorf("another version: got %v", err)
	}
	if _, err := world.Candidates(t.Context(), pack.Want{Spec: "test:none"}); pack.CodeOf(err) != pack.CodeNotFound {
		t.Errorf("no place: got %v", err)
	}
}

// TestWorldOfNothing: parts that are missing have nothing.
func TestWorldOfNothing(t *testing.T) {
	t.Parallel()
	world := installer.NewWorld(installer.WorldConfig{})
	installed, err := world.Installed(t.Context())
	if err != nil || len(installed) != 0 {
		t.Errorf("got %v, %v", installed, err)
	}
	for _, want := range []pack.Want{{Ref: "log"}, {Spec: "test:log"}} {
		if _, err := world.Candidates(t.Context(), want); pack.CodeOf(err) != pack.CodeNotFound {
			t.Errorf("%+v: got %v", want, err)
		}
	}
	if _, err := world.Dependencies(t.Context(), pack.Candidate{}); pack.CodeOf(err) != pack.CodeNotFound {
		t.Errorf("got %v", err)
	}
}

// TestDownloadByPins: a spec whose pins the request states is not resolved.
func TestDownloadByPins(t *testing.T) {
	t.Parallel()
	w := worldtest.New()
	w.Add("old", worldtest.Files("log@1.0.0"))
	w.Add("web", worldtest.Files("web@2.0.0"))
	w.Pins["log"] = []pack.Pin{{Scheme: "test", Location: "web"}}
	rep, err := download(t, w, installer.DownloadRequest{
		Specs: []string{"log@1.0.0", "test:web"}, Dest: t.TempDir(), Pins: map[string][]pack.Pin{"log@1.0.0": {{Scheme: "test", Location: "old"}}},
	})
	if err != nil || len(rep.Downloaded) != 2 || rep.Downloaded[0].Content.ID.String() != "log@1.0.0" {
		t.Fatalf("got %+v, %v", rep, err)
	}
	if len(w.Resolved) != 1 || w.Resolved[0].Location != "web" {
		t.Errorf("resolved %+v", w.Resolved)
	}
}
