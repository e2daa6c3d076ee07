package localsource_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/archivetest"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/localsource"
	"github.com/packtrain/pack/source/sourcetest"
)

// demoArchives are archives of one pack, by their names.
func demoArchives() map[string][]byte {
	entries := []archivetest.Entry{
		{Name: "demo-1/pack.yaml", Mode: 0o644, Content: archivetest.Manifest},
		{Name: "demo-1/actions/run.sh", Mode: 0o755, Content: "#!/bin/sh\n"},
	}
	tar := archivetest.Tar(entries...)
	return map[string][]byte{
		"demo.zip":     archivetest.ZipOf(entries...),
		"demo.tar":     []byte(tar),
		"demo.tar.gz":  archivetest.Gzip(tar),
		"demo.tar.zst": archivetest.Zstd(tar),
		"demo":         archivetest.Gzip(tar),
	}
}

// archives writes the archives, and some that no Tree takes, into a directory.
func archives(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	all := demoArchives()
	all["escape.zip"] = archivetest.ZipOf(archivetest.Entry{Name: "../x", Content: "x"})
	all["zip.tar.gz"] = all["demo.zip"]
	all["cut.zip"] = all["demo.zip"][:100]
	all["text.zip"] = []byte("text")
	all["empty.zip"] = nil
	for name, content := range all {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func archiveSource(t *testing.T, dir string) *localsource.Source {
	t.Helper()
	return newSource(t, localsource.Options{Roots: []string{dir}, Base: dir, Archives: archivesource.NewUnpacker(nil)})
}

func TestArchiveSuite(t *testing.T) {
	t.Parallel()
	for name := range demoArchives() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sourcetest.Run(t, func(t *testing.T) sourcetest.Harness {
				t.Helper()
				dir := archives(t)
				h := sourcetest.Harness{
					Source: archiveSource(t, dir), Locator: local("./" + name), Dirs: []string{dir}, Missing: local("./missing.zip"),
					Want: fstest.MapFS{"pack.yaml": {Data: []byte(archivetest.Manifest)}, "actions/run.sh": {Data: []byte("#!/bin/sh\n"), Mode: 0o755}},
				}
				for _, name := range []string{"escape.zip", "zip.tar.gz", "cut.zip", "text.zip", "empty.zip"} {
					h.Hostile = append(h.Hostile, local("./"+name))
				}
				return h
			})
		})
	}
}

func TestArchivesArePinnedByTheirDigest(t *testing.T) {
	t.Parallel()
	dir := archives(t)
	s := archiveSource(t, dir)
	pins, err := s.Resolve(t.Context(), local("./demo.zip"))
	if err != nil || pins[0].ArchiveDigest == "" || pins[0].Size != int64(len(demoArchives()["demo.zip"])) || !pins[0].StripTop || pins[0].Location != filepath.Join(dir, "demo.zip") {
		t.Fatalf("got %+v, %v", pins, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "demo.zip"), demoArchives()["demo.tar.gz"], 0o600); err != nil {
		t.Fatal(err)
	}
	err = s.Fetch(t.Context(), pins[0], sinkFunc(func(io.Reader) error { t.Error("took it"); return nil }))
	if pack.CodeOf(err) != pack.CodeChecksumMismatch {
		t.Errorf("got %v", err)
	}
}

func TestArchiveThatChangesWhileItIsRead(t *testing.T) {
	t.Parallel()
	dir := archives(t)
	s := archiveSource(t, dir)
	pins, err := s.Resolve(t.Context(), local("./demo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	err = s.Fetch(t.Context(), pins[0], sinkFunc(func(content io.Reader) error {
		if _, err := io.Copy(io.Discard, content); err != nil {
			return err
		}
		f, err := os.OpenFile(pins[0].Location, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = f.WriteString("more")
		return err
	}))
	if pack.CodeOf(err) != pack.CodeContentChanged {
		t.Errorf("got %v", err)
	}
}

// A sinkFunc takes the content of files.
type sinkFunc func(content io.Reader) error

func (f sinkFunc) Put(_ context.Context, e source.Entry, content io.Reader) error {
	if e.Mode.IsDir() {
		return nil
	}
	return f(content)
}

func TestArchivesThatAreRefused(t *testing.T) {
	t.Parallel()
	dir := archives(t)
	if err := os.Symlink("demo.zip", filepath.Join(dir, "link.zip")); err != nil {
		t.Fatal(err)
	}
	with := func(opts localsource.Options) *localsource.Source {
		opts.Base = dir
		return newSource(t, opts)
	}
	unpacker := archivesource.NewUnpacker(nil)
	for name, tc := range map[string]struct {
		s    *localsource.Source
		spec string
		want pack.Code
	}{
		"no Archives":    {with(localsource.Options{AllowAll: true}), "./demo.zip", pack.CodeInvalidRequest},
		"outside":        {with(localsource.Options{Roots: []string{t.TempDir()}, Archives: unpacker}), "./demo.zip", pack.CodePolicyDenied},
		"too large":      {with(localsource.Options{AllowAll: true, Archives: unpacker, ArchiveBytes: 100}), "./demo.zip", pack.CodeLimitExceeded},
		"symbolic link":  {archiveSource(t, dir), "./link.zip", pack.CodePolicyDenied},
		"below a file":   {archiveSource(t, dir), "./demo.zip/x", pack.CodeInvalidRequest},
		"other format":   {archiveSource(t, dir), "./zip.tar.gz", pack.CodeMalformedContent},
		"leads outwards": {archiveSource(t, dir), "./escape.zip", pack.CodeUnsafePath},
		"no limit":       {with(localsource.Options{AllowAll: true, Archives: unpacker, ArchiveBytes: -1}), "./demo.zip", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sourcetest.Receive(t, tc.s, local(tc.spec), tc.want)
		})
	}
	s := with(localsource.Options{AllowAll: true})
	pin := pack.Pin{Scheme: source.SchemeLocal, Location: filepath.Join(dir, "demo.zip"), ArchiveDigest: pack.Digest("sha256:" + strings.Repeat("0", 64))}
	if err := s.Fetch(t.Context(), pin, sinkFunc(nil)); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("fetch without Archives: %v", err)
	}
}

// A subdirectory of an archive file is all that matters of it.
func TestArchiveSubdirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	entries := []archivetest.Entry{
		{Name: "repo/other", Mode: os.ModeSymlink | 0o777, Link: "/etc"},
		{Name: "repo/packs/demo/pack.yaml", Mode: 0o644, Content: archivetest.Manifest},
		{Name: "repo/aux.txt", Mode: 0o644},
	}
	for name, content := range map[string][]byte{"repo.zip": archivetest.ZipOf(entries...), "repo.tgz": archivetest.Gzip(archivetest.Tar(entries...))} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
		loc, err := source.Parse("./" + name + "//packs/demo")
		if err != nil {
			t.Fatal(err)
		}
		if got := sourcetest.Receive(t, archiveSource(t, dir), loc, ""); got.Files != 1 {
			t.Errorf("%s: %d files", name, got.Files)
		}
		loc.Subdir = ""
		sourcetest.Receive(t, archiveSource(t, dir), loc, pack.CodeForbiddenEntry)
	}
}

// A directory in an archive, and an archive in a directory, that are named wrongly: the
// error says what to write.
func TestSubdirectoriesThatAreNone(t *testing.T) {
	t.Parallel()
	dir := archives(t)
	s := archiveSource(t, filepath.Dir(dir))
	_, err := s.Resolve(t.Context(), source.Locator{Scheme: source.SchemeLocal, Location: dir, Subdir: "demo.zip"})
	if pack.CodeOf(err) != pack.CodeInvalidRequest || !strings.Contains(err.Error(), "one slash") {
		t.Errorf("an archive as a subdirectory: %v", err)
	}
	pins, err := s.Resolve(t.Context(), source.Locator{Scheme: source.SchemeLocal, Location: filepath.Join(dir, "demo.zip"), Subdir: "demo-1/actions"})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := source.NewTree(filepath.Join(t.TempDir(), "tree"), &source.TreeOptions{StripTop: pins[0].StripTop, Subdir: pins[0].Subdir})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Fetch(t.Context(), pins[0], tree); err != nil {
		t.Fatal(err)
	}
	if _, err := tree.Finish(); pack.CodeOf(err) != pack.CodeNotFound || !strings.Contains(err.Error(), `"demo-1" is the one directory`) {
		t.Errorf("a directory below the one that is stripped: %v", err)
	}
}
