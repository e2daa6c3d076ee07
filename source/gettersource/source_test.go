package gettersource_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/gettersource"
)

func TestNewChecksItsConfig(t *testing.T) {
	t.Parallel()
	archives := archivesource.NewUnpacker(nil)
	for name, c := range map[string]gettersource.Config{
		"nothing":     {},
		"no scratch":  {Archives: archives},
		"relative":    {Scratch: "scratch", Archives: archives},
		"no archives": {Scratch: "/scratch"},
	} {
		if _, err := gettersource.New(c); pack.CodeOf(err) != pack.CodeInvalidRequest {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestNotation resolves what a user writes, as source.Parse reads it.
func TestNotation(t *testing.T) {
	t.Parallel()
	const sum = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("ETag", `"v1"`) })
	for spec, want := range map[string]pack.Pin{
		"/x.tar.gz":                                      {Location: "/x.tar.gz"},
		"/x.tar.gz//packs/slack":                         {Location: "/x.tar.gz", Subdir: "packs/slack"},
		"/x.tar.gz//packs/?b=2&a=1":                      {Location: "/x.tar.gz?a=1&b=2", Subdir: "packs"},
		"/x.tar.gz?checksum=" + sum:                      {Location: "/x.tar.gz", ArchiveDigest: sum},
		"/x.tar.gz?checksum=" + strings.ToUpper(sum[7:]): {},
		"/a%2fb/x.tar.gz//c%20d?checksum=" + sum:         {Location: "/a%2fb/x.tar.gz", Subdir: "c d", ArchiveDigest: sum},
		"//sub":                                          {Location: "", Subdir: "sub"},
	} {
		loc, err := source.Parse("getter:" + url + spec)
		if err != nil {
			t.Errorf("%s: %v", spec, err)
			continue
		}
		pins, err := newSource(t, gettersource.Config{}).Resolve(t.Context(), loc)
		if want == (pack.Pin{}) {
			wantCode(t, err, pack.CodeChecksumMismatch)
			continue
		}
		want.Scheme, want.Location, want.StripTop, want.ETag = gettersource.Scheme, url+want.Location, true, `"v1"`
		if diff := cmp.Diff([]pack.Pin{want}, pins); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got)\n%s", spec, err, diff)
		}
	}
}

func TestTwoDirectoriesAreRefused(t *testing.T) {
	t.Parallel()
	s := newSource(t, gettersource.Config{})
	loc := source.Locator{Scheme: gettersource.Scheme, Location: "http://127.0.0.1:1/x.tar.gz//a", Subdir: "b"}
	_, err := s.Resolve(t.Context(), loc)
	wantCode(t, err, pack.CodeInvalidRequest)
	loc.Subdir, loc.Rev = "", "main"
	_, err = s.Resolve(t.Context(), loc)
	wantCode(t, err, pack.CodeInvalidRequest)
}

// FuzzLocation: an accepted location leaves go-getter only a plain URL.
func FuzzLocation(f *testing.F) {
	for _, s := range []string{
		"https://host/x.tar.gz//sub?checksum=sha256:00&b=1", "git::https://host/x", "https://host//a//b", "https://host/%2f%2fa?archive=1",
		"https://host/x?a=%3a%3a", "https://host/?", "https://host:443//", "https://host/a%2f/b",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, location string) {
		got, subdir, _, err := gettersource.ParseLocation(location)
		if err != nil {
			if pack.CodeOf(err) == "" {
				t.Errorf("%q: an error without a code: %v", location, err)
			}
			return
		}
		again, sub2, digest, err := gettersource.ParseLocation(got)
		if err != nil || again != got || sub2 != "" || digest != "" {
			t.Errorf("%q is %q with %q, and then %q with %q and %q, %v", location, got, subdir, again, sub2, digest, err)
		}
	})
}
