package source_test

import (
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// TestWithDefaults: a default has its place where a scheme has such a thing and the
// locator does not say.
func TestWithDefaults(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string]struct{ rev, index string }{
		"slack":                        {"", "https://index.example"},
		"github:org/repo":              {"main", ""},
		"github:org/repo@v1":           {"v1", ""},
		"https://example.com/x.tar.gz": {},
		"./dir":                        {},
		"cupboard:greet":               {},
	} {
		loc, err := source.Parse(spec)
		if err != nil {
			t.Fatal(err)
		}
		got := loc.WithDefaults("main", "https://index.example")
		if got.Rev != want.rev || got.Index != want.index || loc.WithDefaults("", "") != loc {
			t.Errorf("%s: got rev %q, index %q", spec, got.Rev, got.Index)
		}
	}
	named := source.Locator{Scheme: source.SchemeRegistry, Location: "slack", Index: "https://other.example"}
	if got := named.WithDefaults("main", "https://index.example"); got != named {
		t.Errorf("got %+v", got)
	}
}

func TestLocatorRef(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string]pack.Ref{"slack@^2": "slack", "./slack": "", "github:org/slack": "", "cupboard:slack": ""} {
		if loc, err := source.Parse(spec); err != nil || loc.Ref() != want {
			t.Errorf("%s: got %q, %v", spec, loc.Ref(), err)
		}
	}
}

func TestWhereContentOfPinsLies(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		pin     pack.Pin
		path    string
		archive bool
	}{
		{pack.Pin{Scheme: "local", Location: "/srv/slack"}, "/srv/slack", false},
		{pack.Pin{Scheme: "local", Location: "/srv/slack.zip", ArchiveDigest: "sha256:0"}, "/srv/slack.zip", true},
		{pack.Pin{Scheme: "git", Location: "file:///srv/slack.git", Commit: "0"}, "", false},
		{pack.Pin{Scheme: "https", Location: "https://example.com/x"}, "", true},
		{pack.Pin{Scheme: "getter", Location: "https://example.com/x", ETag: "x"}, "", true},
		{pack.Pin{Scheme: "cupboard", Location: "/x"}, "", false},
	} {
		if path, archive := source.LocalPath(tc.pin), source.IsArchive(tc.pin); path != tc.path || archive != tc.archive {
			t.Errorf("%+v: got %q, archive %t", tc.pin, path, archive)
		}
	}
}

func TestBelowIsTheSpecOfADirectory(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string]string{
		"./repo":                               "./repo//packs/a",
		"./repo/":                              "./repo//packs/a",
		"./what?#":                             "./what?#//packs/a",
		"./repo.tgz//x":                        "./repo.tgz//x/packs/a",
		"github:org/repo@v1":                   "github:org/repo@v1//packs/a",
		"https://example.com/repo":             "https://example.com/repo//packs/a",
		"https://example.com/repo.git@v1//x":   "https://example.com/repo.git@v1//x/packs/a",
		"https://example.com/repo#v1":          "https://example.com/repo//packs/a#v1",
		"https://example.com/repo.zip?token=x": "https://example.com/repo.zip//packs/a?***",
		"slack":                                "",
		"cupboard:slack":                       "",
	} {
		loc, err := source.Parse(spec)
		if err != nil {
			t.Fatal(err)
		}
		if got := loc.Below("packs/a"); got != want {
			t.Errorf("%s: got %q, want %q", spec, got, want)
		}
	}
	loc, _ := source.Parse("./repo")
	if got := loc.Below("a\\b"); got != "" {
		t.Errorf("got %q for a directory that no spec can name", got)
	}
}
