package installer_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/internal/worldtest"
)

// A listing is an index with one version of one pack, of which it states no dependencies.
type listing struct{ pack.Candidate }

func (l listing) Candidates(_ context.Context, want pack.Want) ([]pack.Candidate, error) {
	if want.Ref != l.Ref {
		return nil, pack.Errorf(pack.CodeNotFound, "there is no pack %s", want.Ref)
	}
	return []pack.Candidate{l.Candidate}, nil
}

// A hostileManifest is a pack.yaml that is read to choose versions.
type hostileManifest struct {
	row, text string
	code      pack.Code
}

func hostileManifests() []hostileManifest {
	const minimal = "ref: web\nversion: 1.0.0\nlabel: L\ndescription: D\n"
	invalid, limit, badRef, badVersion := pack.CodeInvalidManifest, pack.CodeLimitExceeded, pack.CodeInvalidRef, pack.CodeInvalidVersion
	return []hostileManifest{
		{"E01/anchor in itself", minimal + "meta: &a [*a]\n", invalid},
		{"E02/alias", minimal + "meta: &a {}\nconfig: *a\n", invalid},
		{"E02/merge key", minimal + "meta: {<<: {a: b}}\n", invalid},
		{"E03/10,000 brackets", minimal + "meta: " + strings.Repeat("[", 9999) + strings.Repeat("]", 9999), limit},
		{"E03/a million brackets", strings.Repeat("[", 1_000_000), limit},
		{"E04/50,000 keys", minimal + strings.Repeat("k: 1\n", 60_000), limit},
		{"E05/twice", minimal + "ref: other\n", invalid},
		{"E06/other case", "Ref: web\nversion: 1.0.0\n", invalid},
		{"E07/two documents", minimal + "---\nref: other\n", invalid},
		{"E07/empty", "", invalid},
		{"E07/list", "- ref: web\n", invalid},
		{"E08/UTF-16", "\xff\xfer\x00e\x00f\x00", invalid},
		{"E08/NUL", "ref: we\x00b\n", invalid},
		{"E09/tag", minimal + "meta: !!python/object:os.system {}\n", invalid},
		{"E10/two numbers", "ref: web\nversion: 1.10\n", badVersion},
		{"E10/date", "ref: web\nversion: 2024-01-02\n", badVersion},
		{"E11/20 MiB", minimal + "author: " + strings.Repeat("x", 20<<20) + "\n", limit},
		{"E12/climbing", "ref: ../a\nversion: 1.0.0\n", badRef},
		{"E12/look-alike", "ref: w\u0435b\nversion: 1.0.0\n", badRef},
		{"E13/other ref", "ref: log\nversion: 1.0.0\nlabel: L\ndescription: D\n", badRef},
		{"E14/other version", "ref: web\nversion: 1.0.1\nlabel: L\ndescription: D\n", badVersion},
		{"E28/escape", minimal + "author: \x1b[31m\n", invalid},
	}
}

// resolveHostile runs hostile pack.yaml files through the choice of versions: each is
// refused with its code and a short text.
func resolveHostile(t *testing.T) {
	t.Helper()
	version, err := pack.ParseVersion("1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range hostileManifests() {
		t.Run(tt.row+"/resolve", func(t *testing.T) {
			t.Parallel()
			w := worldtest.New()
			w.Add("there", fstest.MapFS{"pack.yaml": worldtest.File(tt.text)})
			c := pack.Candidate{ID: pack.ID{Ref: "web", Version: version}, Pins: []pack.Pin{{Ref: "web", Version: version, Scheme: "test", Location: "there"}}}
			world := installer.NewWorld(installer.WorldConfig{Index: listing{c}, Installer: newDownloader(t, w), Staging: staging{t}})
			res, err := deps.Resolve(t.Context(), world, []pack.Want{{Ref: "web"}}, &deps.Policy{AllOrNothing: true})
			if pack.CodeOf(err) != tt.code || res != nil {
				t.Fatalf("got %v (%s), want %s", err, pack.CodeOf(err), tt.code)
			}
			if text := err.Error(); len(text) > 4096 || strings.ContainsAny(text, "\x00\x1b") {
				t.Errorf("text of %d bytes: %.200q", len(text), text)
			}
		})
	}
}
