package archivesource_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/archivetest"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/sourcetest"
)

// receive serves an archive under a name and takes it as an installation does.
func receive(t *testing.T, name string, archive []byte, want pack.Code) source.TreeResult {
	t.Helper()
	url := serveBytes(t, archive).URL + "/" + name
	return sourcetest.Receive(t, newSource(), source.Locator{Scheme: source.SchemeHTTP, Location: url}, want)
}

// receiveAll takes a tar archive in each kind of compression.
func receiveAll(t *testing.T, tar string, want pack.Code) {
	t.Helper()
	digests := map[pack.Digest]bool{
		receive(t, "x.tar.gz", archivetest.Gzip(tar), want).TreeDigest:  true,
		receive(t, "x.tar.zst", archivetest.Zstd(tar), want).TreeDigest: true,
	}
	if len(digests) > 1 {
		t.Errorf("the compressions differ: %v", digests)
	}
}

func TestHostile(t *testing.T) {
	bombs(t)
	t.Parallel()
	for _, tree := range archivetest.Trees() {
		t.Run(tree.ID+"/"+tree.Name, func(t *testing.T) {
			t.Parallel()
			receiveAll(t, archivetest.Tar(tree.Entries...), tree.Want)
			if !tree.TarOnly {
				receive(t, "x.zip", archivetest.ZipOf(tree.Entries...), tree.Want)
			}
		})
	}
	for _, c := range archivetest.Tars() {
		if c.ID == "C18" {
			c.Want = pack.CodeInvalidManifest // an archive, and no pack
		}
		t.Run(c.ID+"/"+c.Name, func(t *testing.T) {
			t.Parallel()
			receiveAll(t, c.Archive, c.Want)
		})
	}
	for ext, cases := range map[string][]archivetest.Case{"zip": archivetest.Zips(), "tar.gz": archivetest.Gzips(), "tar.zst": archivetest.Zstds()} {
		for _, c := range cases {
			t.Run(c.ID+"/"+c.Name, func(t *testing.T) {
				t.Parallel()
				receive(t, "x."+ext, c.Archive, c.Want)
			})
		}
	}
	t.Run("A08/code page 437", codePage)
	t.Run("A23/2 GiB", hugeManifest)
	t.Run("B19/cut anywhere", func(t *testing.T) { t.Parallel(); cutAnywhere(t, "zip", archivetest.ZipOf(sample()...)) })
	t.Run("C04/gzip cut anywhere", func(t *testing.T) {
		t.Parallel()
		cutAnywhere(t, "tar.gz", archivetest.Gzip(archivetest.Tar(sample()...)))
	})
	t.Run("C04/zstd cut anywhere", func(t *testing.T) {
		t.Parallel()
		cutAnywhere(t, "tar.zst", archivetest.Zstd(archivetest.Tar(sample()...)))
	})
	t.Run("B20", namesAndContents)
	t.Run("C15/old formats", oldFormats)
	t.Run("N04/many directories", manyDirectories)
}

// manyDirectories are archives of a few kilobytes, and of so many directories that
// creating them would take much longer than receiving them.
func manyDirectories(t *testing.T) {
	t.Parallel()
	const most, depth = 10_000, 60
	for name, tc := range map[string]struct {
		dirs int
		want pack.Code
	}{
		"some":         {1000, ""},
		"one too many": {most + 1, pack.CodeLimitExceeded},
		"far too many": {4 * most, pack.CodeLimitExceeded},
	} {
		entries := []archivetest.Entry{{Name: "pack.yaml", Mode: 0o644, Content: archivetest.Manifest}}
		for n := 0; n < tc.dirs; n += depth {
			chain := fmt.Sprint(n, strings.Repeat("/d", min(depth, tc.dirs-n)-1), "/f")
			entries = append(entries, archivetest.Entry{Name: chain, Mode: 0o644})
		}
		for ext, archive := range map[string][]byte{"zip": archivetest.ZipOf(entries...), "tar.gz": archivetest.Gzip(archivetest.Tar(entries...))} {
			t.Run(name+"/"+ext, func(t *testing.T) {
				start := time.Now()
				receive(t, "x."+ext, archive, tc.want)
				if took := time.Since(start); took > time.Minute {
					t.Errorf("%d directories took %v", tc.dirs, took)
				}
			})
		}
	}
	t.Run("told before anything is created", func(t *testing.T) {
		t.Parallel()
		s := archivesource.NewUnpacker(&archivesource.UnpackerOptions{Limits: archivesource.Limits{Directories: 1}})
		archive := archivetest.ZipOf(archivetest.Entry{Name: "a/x", Content: "x"}, archivetest.Entry{Name: "./a/y"}, archivetest.Entry{Name: "a/b/", Mode: fs.ModeDir})
		put := 0
		sink := sinkFunc(func(source.Entry, io.Reader) error { put++; return nil })
		err := s.Unpack(t.Context(), "x.zip", io.NewSectionReader(bytes.NewReader(archive), 0, int64(len(archive))), sink)
		if limit, ok := errors.AsType[*pack.LimitError](err); !ok || limit.Value != 2 || put > 0 {
			t.Errorf("%d entries were put, %v", put, err)
		}
	})
}

func codePage(t *testing.T) {
	t.Parallel()
	zip := archivetest.Zip{Files: []archivetest.ZipFile{{Name: "pack.yaml", Content: archivetest.Manifest}, {Name: "caf\x82", Content: "x"}}}
	receive(t, "x.zip", zip.Bytes(), pack.CodeUnsafePath)
	zip.Files[1].Name = "caf\u00e9" // UTF-8, and nothing says so
	receive(t, "x.zip", zip.Bytes(), pack.CodeUnsafePath)
}

func hugeManifest(t *testing.T) {
	t.Parallel()
	receiveAll(t, archivetest.Header('0', "pack.yaml", 2<<30)+archivetest.Manifest, pack.CodeLimitExceeded)
	declared := func(at int) archivetest.Edit { return archivetest.Put32(at, 2<<30) }
	zip := archivetest.Zip{Files: []archivetest.ZipFile{{Name: "pack.yaml", Content: archivetest.Text(), Local: declared(22), Central: declared(24)}}}
	receive(t, "x.zip", zip.Bytes(), pack.CodeLimitExceeded)
}

// sample makes a zip archive of about 2 KiB.
func sample() []archivetest.Entry {
	var entries []archivetest.Entry
	for i := range 17 {
		entries = append(entries, archivetest.Entry{Name: fmt.Sprintf("dir/file%d", i), Mode: 0o644, Content: fmt.Sprint(i) + archivetest.Text()})
	}
	return entries
}

// cutAnywhere cuts an archive in many places; the packages that read the framing
// do so at every byte.
func cutAnywhere(t *testing.T, ext string, archive []byte) {
	t.Helper()
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(strings.Split(r.URL.Path, "/")[1])
		w.Write(archive[:n])
	})
	s := newSource()
	for n := 0; n < len(archive); n += 29 {
		loc := source.Locator{Scheme: source.SchemeHTTP, Location: fmt.Sprintf("%s/%d/x.%s", srv.URL, n, ext)}
		sourcetest.Receive(t, s, loc, pack.CodeMalformedContent)
	}
}

func namesAndContents(t *testing.T) {
	t.Parallel()
	good := archivetest.Good()
	zip := string(archivetest.ZipOf(archivetest.Entry{Name: "pack.yaml", Mode: 0o644, Content: archivetest.Manifest}))
	gz, zst := string(archivetest.Gzip(good)), string(archivetest.Zstd(good))
	for _, tc := range []struct{ name, path, content, text string }{
		{"zip as tar.gz", "x.tar.gz", zip, "is zip, although its name says gzip"},
		{"tar as tar.gz", "x.tgz", good, "is uncompressed tar"},
		{"tar.gz as zip", "x.zip", gz, "is gzip, although its name says zip"},
		{"zstd as tar.gz", "x.tar.gz", zst, "is zstd, although its name says gzip"},
		{"zip in front of tar", "x", "PK\x03\x04" + good[4:], "can be read as zip and as uncompressed tar"},
		{"zip after tar", "x", good + zip, "unexpected data after"},
		{"zip after tar.gz", "x", gz + zip, "gzip stream is broken"},
		{"zip after tar.zst", "x", zst + zip, "unexpected data after"},
		{"tar after zip", "x", zip + good, "after its end record"},
		{"xz without a decoder", "x", "\xfd7zXZ\x00", "need a decoder"},
		{"7z", "x", "7z\xbc\xaf\x27\x1c", "7z are not supported"},
		{"web page", "x.tar.gz", "\n <html><body>Log in", "web page"},
		{"nothing", "x.tar.gz", "", "the archive is empty"},
		{"something", "x.tar.gz", "something", "not an archive"},
		{"one byte of gzip", "x.tar.gz", "\x1f", "not an archive"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			receive(t, tc.path, []byte(tc.content), pack.CodeMalformedContent)
			_, err := fetch(t, newSource(), pinOf(serveBytes(t, []byte(tc.content)).URL+"/"+tc.path))
			if err == nil || !strings.Contains(err.Error(), tc.text) {
				t.Errorf("error %v does not say %q", err, tc.text)
			}
		})
	}
	for path, content := range map[string]string{"v1.2.3": zip, "x.ZIP": zip, "tar.gz/main": gz, "x.tgz": gz, "x.tar.zst": zst, "x.tar": good, "main": good} {
		receive(t, path, []byte(content), "")
	}
}

// oldFormats have the same content in formats that are no longer written.
func oldFormats(t *testing.T) {
	t.Parallel()
	file := func(edits ...archivetest.Edit) string {
		return archivetest.File("top/pack.yaml", archivetest.Manifest, edits...) + archivetest.End()
	}
	set := archivetest.Set
	noMagic := set(257, "\x00\x00\x00\x00\x00\x00\x00\x00")
	want := receive(t, "x.zip", archivetest.ZipOf(archivetest.Entry{Name: "pack.yaml", Mode: 0o644, Content: archivetest.Manifest}), "").TreeDigest
	for name, tar := range map[string]string{
		"V7":           file(noMagic, set(156, "\x00")),
		"Solaris":      file(set(263, "\x00\x00")),
		"ustar prefix": file(set(0, "pack.yaml\x00\x00\x00\x00"), set(345, "top")),
		"star":         file(set(0, "pack.yaml\x00\x00\x00\x00"), set(345, "top"), set(476, "00000000000 00000000000 "), set(508, "tar\x00")),
		"GNU":          file(set(257, "ustar  \x00")),
	} {
		if got := receive(t, "x.tar.gz", archivetest.Gzip(tar), "").TreeDigest; got != want {
			t.Errorf("%s: the content is %s, want %s", name, got, want)
		}
	}
}
