package pipeline_test

import (
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/internal/worldtest"
	"github.com/packtrain/pack/internal/testkit/archivetest"
	"github.com/packtrain/pack/internal/testkit/gittest"
	"github.com/packtrain/pack/source"
)

// A refusal is a row of the corpus of hostile input, one for each group and code.
type refusal struct {
	id string
	// serve puts the content somewhere and says where.
	serve   func(t *testing.T, local string) source.Locator
	promise func(pin *pack.Pin) // what the index says of it, may be nil
	code    pack.Code
	entry   string // which the error names
}

func refusals(t *testing.T) []refusal {
	t.Helper()
	return slices.Concat(archives(), network(), repositories(), directories())
}

// served serves requests and returns the URL of an archive there.
func served(name string, h http.HandlerFunc) func(t *testing.T, _ string) source.Locator {
	return func(t *testing.T, _ string) source.Locator {
		t.Helper()
		srv := httptest.NewServer(h)
		t.Cleanup(srv.Close)
		return source.Locator{Scheme: source.SchemeHTTP, Location: srv.URL + "/" + name}
	}
}

func bytesOf(name string, content []byte) func(t *testing.T, _ string) source.Locator {
	return served(name, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(content) })
}

// archives are rows of the groups A to C, taken from the corpus of archives: the
// first that has to be refused with each code.
func archives() []refusal {
	entries := map[pack.Code]string{
		pack.CodeUnsafePath: `"../x"`, pack.CodeLimitExceeded: `"ccc`, pack.CodeNameCollision: `"a"`,
		pack.CodeForbiddenEntry: `"l"`, pack.CodeInvalidManifest: ".git",
	}
	zips := map[string]string{"A08": `"日本"`, "N02/" + string(pack.CodeUnsafePath): `"é"`} // "a" in others
	var rows []refusal
	add := func(id, name string, code pack.Code, archive []byte, entry string) {
		isRow := func(r refusal) bool { return r.id[0] == id[0] && r.code == code }
		if code != "" && !slices.ContainsFunc(rows, isRow) {
			rows = append(rows, refusal{id: id, serve: bytesOf(name, archive), code: code, entry: entry})
		}
	}
	for _, tree := range archivetest.Trees() {
		add(tree.ID, "x.tar.gz", tree.Want, archivetest.Gzip(archivetest.Tar(tree.Entries...)), entries[tree.Want])
	}
	for _, c := range archivetest.Zips() {
		add(c.ID, "x.zip", c.Want, c.Archive, cmp.Or(zips[c.ID], zips[c.ID+"/"+string(c.Want)], `"a"`))
	}
	add("B06", "x.zip", pack.CodeLimitExceeded, archivetest.ZipZeros(1<<30), "ratio")
	for _, c := range archivetest.Tars() {
		add(c.ID, "x.tar.gz", c.Want, archivetest.Gzip(c.Archive), "entry")
	}
	for _, c := range archivetest.Zstds() {
		add(c.ID, "x.tar.zst", c.Want, c.Archive, "window")
	}
	add("C18", "x.tar", pack.CodeInvalidManifest, []byte(archivetest.Header('5', "a/", 0)+archivetest.End()), "pack.yaml")
	return rows
}

func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func network() []refusal {
	good := archivetest.Gzip(archivetest.Good())
	return []refusal{
		{id: "G03", code: pack.CodePolicyDenied, entry: "169.254.169.254", serve: served("x.tar.gz", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/x.tar.gz", http.StatusFound)
		})},
		{id: "G13", code: pack.CodeUnavailable, entry: "x.tar.gz", serve: served("x.tar.gz", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(good)))
			_, _ = w.Write(good[:len(good)/2])
		})},
		{id: "G14", code: pack.CodeChecksumMismatch, entry: "sha256:" + strings.Repeat("0", 64), serve: bytesOf("x.tar.gz", good), promise: func(pin *pack.Pin) {
			pin.ArchiveDigest = pack.Digest("sha256:" + strings.Repeat("0", 64))
		}},
		{id: "G18", code: pack.CodeNotFound, entry: "404", serve: served("x.tar.gz", http.NotFound)},
	}
}

// repository serves what commit leaves on the branch main.
func repository(commit func(r *gittest.Repo), faults ...gittest.Fault) func(t *testing.T, _ string) source.Locator {
	return func(t *testing.T, _ string) source.Locator {
		t.Helper()
		r := gittest.NewRepo(t)
		commit(r)
		srv := gittest.NewServer(t, map[string]*gittest.Repo{"demo.git": r}, faults...)
		return source.Locator{Scheme: source.SchemeGit, Location: srv.URL + "/demo.git", Rev: "main"}
	}
}

// entry commits a tree with one entry of the given mode and name, whose object
// is a blob.
func entry(header string) func(r *gittest.Repo) {
	return func(r *gittest.Repo) {
		blob := gittest.ObjectName("blob", []byte("content"))
		r.Object("blob", []byte("content"))
		r.CommitTree("main", r.Object("tree", gittest.TreeObject(blob, header)))
	}
}

func fine(r *gittest.Repo) { r.Commit("main", worldtest.Files("demo@1.0.0")) }

func repositories() []refusal {
	pointer := "version https://git-lfs.github.com/spec/v1\noid sha256:" + strings.Repeat("0a", 32) + "\nsize 12345\n"
	return []refusal{
		{id: "H04", code: pack.CodePolicyDenied, entry: "demo.git", serve: repository(fine, gittest.Redirect("http://169.254.169.254", http.StatusMovedPermanently))},
		{id: "H06", code: pack.CodeContentChanged, entry: strings.Repeat("1", 40), serve: repository(fine), promise: func(pin *pack.Pin) { pin.Commit = strings.Repeat("1", 40) }},
		{id: "H09", code: pack.CodeUnsafePath, entry: `"a\\b"`, serve: repository(entry(`100644 a\b`))},
		{id: "H10", code: pack.CodeForbiddenEntry, entry: `"l"`, serve: repository(entry("120000 l"))},
		{id: "H14", code: pack.CodeInvalidManifest, entry: ".git", serve: repository(entry("100644 .git"))},
		{id: "H16", code: pack.CodeInvalidManifest, entry: "LFS", serve: repository(func(r *gittest.Repo) { r.Commit("main", fstest.MapFS{"pack.yaml": worldtest.File(pointer)}) })},
		{id: "H17", code: pack.CodeLimitExceeded, entry: `"ccc`, serve: repository(entry("100644 " + strings.Repeat("c", 256)))},
		{id: "H19", code: pack.CodeUnauthorized, entry: "demo.git", serve: repository(fine, gittest.Status(http.StatusUnauthorized))},
		{id: "H18", code: pack.CodeGit, entry: "demo.git", serve: repository(fine, gittest.Truncate(30))},
	}
}

// directory is a pack in a directory to which something is done.
func directory(do func(dir string) error) func(t *testing.T, local string) source.Locator {
	return func(t *testing.T, local string) source.Locator {
		t.Helper()
		dir := filepath.Join(local, "demo")
		if err := os.CopyFS(dir, worldtest.Files("demo@1.0.0", "data", "hostile")); err != nil {
			t.Fatal(err)
		}
		if err := do(dir); err != nil {
			t.Fatal(err)
		}
		return source.Locator{Scheme: source.SchemeLocal, Location: dir}
	}
}

func directories() []refusal {
	return []refusal{
		{id: "I01", code: pack.CodePolicyDenied, entry: "demo", serve: directory(func(dir string) error {
			if err := os.Rename(dir, dir+"-away"); err != nil {
				return err
			}
			return os.Symlink(dir+"-away", dir)
		})},
		{id: "I03", code: pack.CodeForbiddenEntry, entry: `"pipe"`, serve: directory(func(dir string) error { return syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600) })},
		{id: "I08", code: pack.CodeLimitExceeded, entry: "depth", serve: directory(func(dir string) error {
			return os.MkdirAll(filepath.Join(dir, strings.Repeat("d/", 100)), 0o755)
		})},
		{id: "I09", code: pack.CodeUnsafePath, entry: `"a\xff"`, serve: directory(func(dir string) error { return os.WriteFile(filepath.Join(dir, "a\xff"), nil, 0o600) })},
		{id: "I09", code: pack.CodeNameCollision, entry: `"data"`, serve: directory(func(dir string) error { return os.WriteFile(filepath.Join(dir, "DATA"), nil, 0o600) })},
		{id: "I01", code: pack.CodeNotFound, entry: "demo", serve: directory(os.RemoveAll)},
		{id: "I07", code: pack.CodeChecksumMismatch, entry: "x.tar", serve: func(t *testing.T, local string) source.Locator {
			t.Helper()
			return source.Locator{Scheme: source.SchemeLocal, Location: write(t, filepath.Join(local, "x.tar"), archivetest.Good())}
		}, promise: func(pin *pack.Pin) { _ = os.WriteFile(pin.Location, []byte(archivetest.Good()+"changed"), 0o600) }},
	}
}
