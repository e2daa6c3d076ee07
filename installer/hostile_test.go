package installer_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/internal/worldtest"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/localsource"
)

// TestHostile holds the rows of the corpus of hostile input that the Downloader
// has to refuse by itself, and some that show how it uses the tree. Whatever is
// refused, what was there before stays, and nothing else appears.
func TestHostile(t *testing.T) {
	t.Parallel()
	t.Run("N05 the first source has another digest", mismatch)
	resolveHostile(t)
	for _, tt := range hostileCases(t) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, dir := worldtest.New(), t.TempDir()
			dest := filepath.Join(dir, "packs")
			w.Add("before", worldtest.Files("web@1.0.0", "data", "before"))
			if _, err := download(t, w, installer.DownloadRequest{Specs: []string{"test:before"}, Dest: dest}); err != nil {
				t.Fatal(err)
			}
			tt.pin.Location, tt.pin.Scheme = "there", "test"
			w.Pins["web"] = []pack.Pin{tt.pin}
			w.Add("there", tt.content)
			rep, err := download(t, w, installer.DownloadRequest{Specs: []string{tt.spec}, Dest: dest})
			if got := pack.CodeOf(err); got != tt.code || len(rep.Failed) != 1 {
				t.Errorf("got %v with code %q, want %q", err, got, tt.code)
			}
			want := map[string]string{"packs/web/pack.yaml": string(w.Content["before"]["pack.yaml"].Data), "packs/web/data": "before"}
			if diff := cmp.Diff(want, worldtest.Read(t, dir)); diff != "" {
				t.Errorf("what lies there (-want +got)\n%s", diff)
			}
		})
	}
}

// mismatch is N05: an alternative that does not have the promised digest ends the
// download, unless policy allows the next one; then both digests are reported.
func mismatch(t *testing.T) {
	t.Parallel()
	w := worldtest.New()
	right, wrong := worldtest.Files("web@1.0.0", "data", "right"), worldtest.Files("web@1.0.0", "data", "wrong")
	want, err := pack.DirectoryChecksum(right)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pack.DirectoryChecksum(wrong)
	if err != nil {
		t.Fatal(err)
	}
	w.Pins["web"] = []pack.Pin{{Scheme: "https", Location: "first", DirectoryChecksum: want}, {Scheme: "git", Location: "second", DirectoryChecksum: want}}
	w.Add("first", wrong)
	w.Add("second", right)
	for _, pass := range []bool{false, true} {
		d, err := installer.NewDownloader(installer.DownloadConfig{Source: w, PassMismatch: pass})
		if err != nil {
			t.Fatal(err)
		}
		dest := t.TempDir()
		rep, err := d.Download(t.Context(), installer.DownloadRequest{Specs: []string{"web"}, Dest: dest})
		said := ""
		switch {
		case !pass && (pack.CodeOf(err) != pack.CodeChecksumMismatch || len(worldtest.Read(t, dest)) > 0):
			t.Errorf("got %v, and %v is there", err, worldtest.Read(t, dest))
		case pass && (err != nil || len(rep.Warnings) != 1 || rep.Downloaded[0].Content.Pin.Location != "second"):
			t.Errorf("policy allows the next one: got %v with %+v", err, rep)
		case !pass:
			said = err.Error()
		default:
			said = rep.Warnings[0].Message
		}
		for _, digest := range []pack.Digest{want, got} {
			if !strings.Contains(said, string(digest)) {
				t.Errorf("%q does not name %s", said, digest)
			}
		}
	}
}

type hostileCase struct {
	name    string
	spec    string
	content fstest.MapFS
	pin     pack.Pin
	code    pack.Code
}

func hostileCases(t *testing.T) []hostileCase {
	t.Helper()
	version, err := pack.ParseVersion("1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	with := func(name string, f *fstest.MapFile) fstest.MapFS {
		fsys := worldtest.Files("web@1.0.0")
		fsys[name] = f
		return fsys
	}
	manifest := func(text string) fstest.MapFS { return fstest.MapFS{"pack.yaml": worldtest.File(text)} }
	const spec = "test:web"
	return []hostileCase{
		{name: "A14 symlink", spec: spec, content: with("l", &fstest.MapFile{Data: []byte("/etc/passwd"), Mode: fs.ModeSymlink}), code: pack.CodeForbiddenEntry},
		{name: "A18 pipe", spec: spec, content: with("p", &fstest.MapFile{Mode: fs.ModeNamedPipe}), code: pack.CodeForbiddenEntry},
		{name: "A11 names that are one on some system", spec: spec, content: with("PACK.YAML", worldtest.File("")), code: pack.CodeNameCollision},
		{name: "A22 directory of a version control system", spec: spec, content: with(".hg/hgrc", worldtest.File("")), code: pack.CodeInvalidManifest},
		{name: "A23 pack.yaml is a directory", spec: spec, content: fstest.MapFS{"pack.yaml/x": worldtest.File("")}, code: pack.CodeForbiddenEntry},
		{name: "A23 pack.yaml is empty", spec: spec, content: manifest(""), code: pack.CodeInvalidManifest},
		{name: "A23 pack.yaml is too large", spec: spec, content: manifest("label: " + strings.Repeat("x", 300<<10)), code: pack.CodeLimitExceeded},
		{name: "A24 two packs", spec: spec, content: with("pack/pack.yaml", worldtest.File("")), code: pack.CodeInvalidManifest},
		{name: "A24 no pack", spec: spec, content: fstest.MapFS{"a/b/pack.yaml": worldtest.File("")}, code: pack.CodeInvalidManifest},
		{name: "C18 nothing", spec: spec, code: pack.CodeInvalidManifest},
		{name: "N06 second document", spec: spec, content: manifest("ref: web\nversion: 1.0.0\n---\nref: log\nversion: 1.0.0\n"), code: pack.CodeInvalidManifest},
		{name: "N06 key twice", spec: spec, content: manifest("ref: web\nversion: 1.0.0\nref: log\n"), code: pack.CodeInvalidManifest},
		{name: "N06 key twice below", spec: spec, content: manifest("ref: web\nversion: 1.0.0\nmeta: {a: 1, a: 2}\n"), code: pack.CodeInvalidManifest},
		{name: "N06 key in two cases", spec: spec, content: manifest("ref: web\nversion: 1.0.0\nRef: log\n"), code: pack.CodeInvalidManifest},
		{name: "N06 alias", spec: spec, content: manifest("ref: &a web\nversion: 1.0.0\nlabel: *a\n"), code: pack.CodeInvalidManifest},
		{name: "N06 tag", spec: spec, content: manifest("ref: web\nversion: 1.0.0\nemail: !!binary aGk=\n"), code: pack.CodeInvalidManifest},
		{name: "E10 version", spec: spec, content: worldtest.Files("web@1.10"), code: pack.CodeInvalidVersion},
		{name: "E12 ref", spec: spec, content: worldtest.Files("../web@1.0.0"), code: pack.CodeInvalidRef},
		{name: "E12 reserved ref", spec: spec, content: worldtest.Files("core@1.0.0"), code: pack.CodeInvalidRef},
		{name: "E13 other ref than the index says", spec: spec, content: worldtest.Files("log@1.0.0"), pin: pack.Pin{Ref: "web"}, code: pack.CodeInvalidRef},
		{name: "E13 other ref than was asked for", spec: "web", content: worldtest.Files("log@1.0.0"), code: pack.CodeInvalidRef},
		{name: "E14 other version than the index says", spec: spec, content: worldtest.Files("web@1.0.1"), pin: pack.Pin{Version: version}, code: pack.CodeInvalidVersion},
		{name: "E14 other version than was asked for", spec: "web@^2", content: worldtest.Files("web@1.0.1"), code: pack.CodeInvalidVersion},
		{name: "F14 content of another entry", spec: spec, content: worldtest.Files("web@1.0.0"), pin: pack.Pin{DirectoryChecksum: pack.Digest("sha256:" + strings.Repeat("0", 64))}, code: pack.CodeChecksumMismatch},
		{name: "F14 other files", spec: spec, content: worldtest.Files("web@1.0.0"), pin: pack.Pin{TreeDigest: pack.Digest("sha256:" + strings.Repeat("0", 64))}, code: pack.CodeChecksumMismatch},
		{name: "F14 other size", spec: spec, content: worldtest.Files("web@1.0.0"), pin: pack.Pin{Size: 7}, code: pack.CodeChecksumMismatch},
		{name: "H24 subdirectory that is not there", spec: spec, content: worldtest.Files("web@1.0.0"), pin: pack.Pin{Subdir: "none"}, code: pack.CodeNotFound},
		{name: "H24 subdirectory outside", spec: spec, content: worldtest.Files("web@1.0.0"), pin: pack.Pin{Subdir: "../.."}, code: pack.CodeUnsafePath},
	}
}

// TestModesAreNormal: what a pack brings is neither writable for others nor
// set-user-id (A19).
func TestModesAreNormal(t *testing.T) {
	t.Parallel()
	w, dest := worldtest.New(), t.TempDir()
	web := worldtest.Files("web@1.0.0")
	web["run"] = &fstest.MapFile{Mode: fs.ModeSetuid | 0o777}
	w.Add("web", web)
	if _, err := download(t, w, installer.DownloadRequest{Specs: []string{"test:web"}, Dest: dest}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{"web": fs.ModeDir | 0o755, "web/run": 0o755, "web/pack.yaml": 0o644} {
		if info, err := os.Stat(filepath.Join(dest, name)); err != nil || info.Mode() != want {
			t.Errorf("%s: got %v, %v, want %v", name, info.Mode(), err, want)
		}
	}
}

// TestLimits: the limits of the configuration reach the tree.
func TestLimits(t *testing.T) {
	t.Parallel()
	w, dest := worldtest.New(), t.TempDir()
	w.Add("web", worldtest.Files("web@1.0.0", "data", strings.Repeat("x", 1000)))
	d, err := installer.NewDownloader(installer.DownloadConfig{Source: w, Limits: source.Limits{FileBytes: 999}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Download(t.Context(), installer.DownloadRequest{Specs: []string{"test:web"}, Dest: dest}); pack.CodeOf(err) != pack.CodeLimitExceeded {
		t.Errorf("got %v", err)
	}
	worldtest.CheckClean(t, dest)
}

// TestDestinationInsideOfThePack: copying would never come to an end (I02).
func TestDestinationInsideOfThePack(t *testing.T) {
	t.Parallel()
	outer := t.TempDir()
	dir := filepath.Join(outer, "web")
	if err := os.CopyFS(dir, worldtest.Files("web@1.0.0")); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(outer, "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	local, err := localsource.New(localsource.Options{AllowAll: true})
	if err != nil {
		t.Fatal(err)
	}
	for dest, want := range map[string]pack.Code{
		dir: pack.CodePolicyDenied, filepath.Join(dir, "packs"): pack.CodePolicyDenied,
		filepath.Join(link, "packs"): pack.CodePolicyDenied, filepath.Join(outer, "webs"): "",
	} {
		_, err := newDownloader(t, local).Download(t.Context(), installer.DownloadRequest{Specs: []string{dir}, Dest: dest})
		if got := pack.CodeOf(err); got != want {
			t.Errorf("to %q: got %v", dest, err)
		}
	}
}
