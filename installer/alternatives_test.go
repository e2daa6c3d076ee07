package installer_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/internal/worldtest"
)

func TestAlternatives(t *testing.T) {
	t.Parallel()
	web := worldtest.Files("web@1.2.0", "data", "right")
	sum, err := pack.DirectoryChecksum(web)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := pack.TreeDigest(web)
	if err != nil {
		t.Fatal(err)
	}
	unavailable := &pack.UnavailableError{Target: "host", Err: errors.New("down")}
	tests := []struct {
		name    string
		first   fstest.MapFS
		firstBy pack.Pin
		err     error
		want    []string // fetched
		code    pack.Code
	}{
		{name: "the first does", first: web, want: []string{"first"}},
		{name: "the first is unavailable half way", first: fstest.MapFS{"half": worldtest.File("x")}, err: unavailable, want: []string{"first", "second"}},
		{name: "the first is not there", err: pack.Errorf(pack.CodeNotFound, "gone"), want: []string{"first", "second"}},
		{name: "the first has other content", first: worldtest.Files("web@1.2.0", "data", "wrong"), firstBy: pack.Pin{DirectoryChecksum: sum}, want: []string{"first"}, code: pack.CodeChecksumMismatch},
		{name: "the first has other files", first: worldtest.Files("web@1.2.0", "data", "wrong"), firstBy: pack.Pin{TreeDigest: tree}, want: []string{"first"}, code: pack.CodeChecksumMismatch},
		{name: "the first has other bytes", err: pack.Digest("").VerifyArchive(""), want: []string{"first"}, code: pack.CodeChecksumMismatch},
		{name: "the first has changed since it was resolved", err: pack.Errorf(pack.CodeContentChanged, "other tag"), want: []string{"first", "second"}},
		{name: "the first is malformed", err: pack.Errorf(pack.CodeMalformedContent, "no archive"), want: []string{"first"}, code: pack.CodeMalformedContent},
		{name: "the first is another pack", first: worldtest.Files("log@1.2.0"), firstBy: pack.Pin{Ref: "web"}, want: []string{"first"}, code: pack.CodeInvalidRef},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := worldtest.New()
			tt.firstBy.Scheme, tt.firstBy.Location = "https", "first"
			second := pack.Pin{Scheme: "git", Location: "second", DirectoryChecksum: sum}
			w.Pins["web"] = []pack.Pin{tt.firstBy, second}
			w.Add("first", tt.first)
			w.Add("second", web)
			w.Broken["first"] = tt.err
			rep, err := download(t, w, installer.DownloadRequest{Specs: []string{"web"}, Dest: t.TempDir()})
			if got := pack.CodeOf(err); got != tt.code {
				t.Fatalf("got %v with code %q, want %q", err, got, tt.code)
			}
			if diff := cmp.Diff(tt.want, w.Fetches()); diff != "" {
				t.Errorf("fetched (-want +got)\n%s", diff)
			}
			if tt.code == "" && rep.Downloaded[0].Content.Pin.Location != tt.want[len(tt.want)-1] {
				t.Errorf("got pin %+v", rep.Downloaded[0].Content.Pin)
			}
		})
	}
}

func TestAllAlternativesFail(t *testing.T) {
	t.Parallel()
	w := worldtest.New()
	w.Pins["web"] = []pack.Pin{{Scheme: "https", Location: "first"}, {Scheme: "git", Location: "second"}}
	w.Broken["first"] = &pack.UnavailableError{Target: "one", Err: errors.New("down")}
	w.Broken["second"] = &pack.UnavailableError{Target: "two", Err: errors.New("gone")}
	_, err := download(t, w, installer.DownloadRequest{Specs: []string{"web"}, Dest: t.TempDir()})
	if !errors.Is(err, pack.ErrUnavailable) || !strings.Contains(err.Error(), "one: down") || !strings.Contains(err.Error(), "two: gone") {
		t.Errorf("got %v", err)
	}
}

// TestAlternativeStartsClean: what the first one delivered is gone before the
// second one is asked.
func TestAlternativeStartsClean(t *testing.T) {
	t.Parallel()
	w, dest := worldtest.New(), t.TempDir()
	w.Pins["web"] = []pack.Pin{{Scheme: "https", Location: "first"}, {Scheme: "git", Location: "second"}}
	w.Add("first", worldtest.Files("web@1.0.0"))
	w.Add("second", worldtest.Files("web@1.0.0"))
	w.Broken["first"] = &pack.UnavailableError{Target: "one", Err: errors.New("down")}
	var trees [][]string
	w.OnFetch = func(context.Context, pack.Pin) error {
		found, err := filepath.Glob(filepath.Join(dest, ".staging-*", "*"))
		trees = append(trees, found)
		return err
	}
	if _, err := download(t, w, installer.DownloadRequest{Specs: []string{"web"}, Dest: dest}); err != nil {
		t.Fatal(err)
	}
	if len(trees) != 2 || len(trees[0]) != 1 || len(trees[1]) != 1 || trees[0][0] == trees[1][0] {
		t.Errorf("got trees %q, want another one each time", trees)
	}
}

func TestNoAlternativeIsTriedWhenTimeIsUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := worldtest.New()
		w.Pins["web"] = []pack.Pin{{Scheme: "https", Location: "first"}, {Scheme: "git", Location: "second"}}
		w.OnFetch = func(ctx context.Context, _ pack.Pin) error {
			<-ctx.Done()
			return &pack.UnavailableError{Target: "one", Err: ctx.Err()}
		}
		_, err := download(t, w, installer.DownloadRequest{Specs: []string{"web"}, Dest: t.TempDir(), Timeout: time.Second})
		if pack.CodeOf(err) != pack.CodeTimeout {
			t.Errorf("got %v", err)
		}
		if diff := cmp.Diff([]string{"first"}, w.Fetches()); diff != "" {
			t.Errorf("fetched (-want +got)\n%s", diff)
		}
	})
}

func TestDirectoryChecksumInEitherOrder(t *testing.T) {
	t.Parallel()
	// The order of whole strings differs: "a-b" comes before "a/c".
	web := worldtest.Files("web@1.2.0", "a/c", "1", "a-b", "2")
	byString := pack.Digest("sha256:" + strings.Repeat("0", 64))
	if err := pack.VerifyDirectory(web, byString); !errors.Is(err, pack.ErrIntegrity) {
		t.Fatal(err)
	}
	byComponent, err := pack.DirectoryChecksum(web)
	if err != nil {
		t.Fatal(err)
	}
	for name, sum := range map[string]pack.Digest{"component": byComponent, "string": checksumByString(t, web)} {
		w := worldtest.New()
		w.Pins["web"] = []pack.Pin{{Scheme: "git", Location: "there", DirectoryChecksum: sum}}
		w.Add("there", web)
		rep, err := download(t, w, installer.DownloadRequest{Specs: []string{"web"}, Dest: t.TempDir()})
		if err != nil {
			t.Errorf("%s order: %v", name, err)
		} else if rep.Downloaded[0].DirectoryChecksum != byComponent {
			t.Errorf("%s order: got checksum %s", name, rep.Downloaded[0].DirectoryChecksum)
		}
	}
}

func TestStripTopAndSubdir(t *testing.T) {
	t.Parallel()
	inner := worldtest.Files("web@1.2.0", "data", "x")
	tests := []struct {
		name    string
		content fstest.MapFS
		pin     pack.Pin
		path    string // relative to the destination
		whole   fstest.MapFS
	}{
		{name: "stripped", content: worldtest.Below("web-main", inner), pin: pack.Pin{StripTop: true}, path: "web", whole: inner},
		{name: "subdirectory", content: worldtest.Below("packs/web", inner), pin: pack.Pin{Subdir: "packs/web"}, path: "web", whole: inner},
		{name: "both", content: worldtest.Below("top/packs/web", inner), pin: pack.Pin{StripTop: true, Subdir: "packs/web"}, path: "web", whole: inner},
		{name: "in pack/", content: worldtest.Below("pack", inner), path: "web/pack", whole: worldtest.Below("pack", inner)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, dest := worldtest.New(), t.TempDir()
			tt.pin.Scheme, tt.pin.Location = "test", "there"
			w.Pins["web"] = []pack.Pin{tt.pin}
			w.Add("there", tt.content)
			rep, err := download(t, w, installer.DownloadRequest{Specs: []string{"test:web"}, Dest: dest})
			if err != nil {
				t.Fatal(err)
			}
			if got, want := rep.Downloaded[0].Content.Dir, filepath.Join(dest, tt.path); got != want {
				t.Errorf("got path %q, want %q", got, want)
			}
			if diff := cmp.Diff(worldtest.Contents(tt.whole), worldtest.Read(t, filepath.Join(dest, "web"))); diff != "" {
				t.Errorf("content (-want +got)\n%s", diff)
			}
			sum, err := pack.DirectoryChecksum(tt.whole)
			if err != nil || rep.Downloaded[0].DirectoryChecksum != sum {
				t.Errorf("got checksum %s, want %s (%v)", rep.Downloaded[0].DirectoryChecksum, sum, err)
			}
		})
	}
}
