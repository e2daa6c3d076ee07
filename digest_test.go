package pack_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/packtrain/pack"
)

func TestDigest(t *testing.T) {
	t.Parallel()
	hex := strings.Repeat("0123456789abcdef", 4)
	d, err := pack.ParseDigest("SHA256:" + strings.ToUpper(hex))
	if err != nil || d.String() != "sha256:"+hex {
		t.Fatalf("got %s, %v", d, err)
	}
	for _, s := range []string{"", "sha256:", hex, "sha256:" + hex[1:], "sha256:" + hex + "0", "sha256:" + hex + "\n", "md5:" + hex, "sha256:" + hex[:63] + "g"} {
		if d, err := pack.ParseDigest(s); d != "" || pack.CodeOf(err) != pack.CodeChecksumMismatch {
			t.Errorf("%q: got %s, %v", s, d, err)
		}
	}
	if err := d.VerifyArchive(d); err != nil {
		t.Error(err)
	}
	for _, pair := range [][2]pack.Digest{{d, ""}, {"", d}, {"", ""}, {d, d[:70] + "0"}} {
		err := pair[0].VerifyArchive(pair[1])
		if !errors.Is(err, pack.ErrIntegrity) || pack.CodeOf(err) != pack.CodeChecksumMismatch {
			t.Errorf("%v: got %v", pair, err)
		}
	}
	if err := d.VerifyTree(""); err.Error() != "tree checksum is (none), want "+d.String() {
		t.Errorf("got %v", err)
	}
}

func TestSameContent(t *testing.T) {
	t.Parallel()
	git := pack.Pin{Scheme: "git", Location: "https://x/y", Commit: "c1"}
	other, moved, below := git, git, git
	other.Commit, moved.Location, below.Subdir = "c2", "https://x/z", "a"
	archive := pack.Pin{Scheme: "https", Location: "https://x/a", ArchiveDigest: "sha256:1"}
	mirror := pack.Pin{Scheme: "https", Location: "https://y/a", ArchiveDigest: "sha256:1"}
	tagged := pack.Pin{Scheme: "https", Location: "https://x/a", ETag: "e"}
	local := pack.Pin{Scheme: "local", Location: "/x"}
	fetched, changed, tagless := local, local, git
	fetched.TreeDigest, changed.TreeDigest, tagless.TreeDigest = "sha256:3", "sha256:4", "sha256:3"
	gitChanged := git
	gitChanged.TreeDigest = "sha256:4"
	tests := []struct {
		name string
		p, q pack.Pin
		want bool
	}{
		{"commit", git, git, true},
		{"other commit", git, other, false},
		{"other place", git, moved, false},
		{"other directory", git, below, false},
		{"mirrored archive", archive, mirror, true},
		{"archive and git", archive, git, false},
		{"local directory", local, local, false},
		{"local directory that was fetched", fetched, fetched, true},
		{"local directory that was not, and fetched", local, fetched, false},
		{"local directory that was changed", fetched, changed, false},
		{"files from another place", fetched, tagless, true},
		{"other files of one commit", tagless, gitChanged, false},
		{"commit that was fetched", git, tagless, true},
		{"entity tag", tagged, tagged, true},
		{"directory checksum", pack.Pin{Scheme: "git", DirectoryChecksum: "sha256:2"}, pack.Pin{Scheme: "https", DirectoryChecksum: "sha256:2"}, true},
	}
	for _, tt := range tests {
		if tt.p.SameContent(tt.q) != tt.want || tt.q.SameContent(tt.p) != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, !tt.want, tt.want)
		}
	}
}
