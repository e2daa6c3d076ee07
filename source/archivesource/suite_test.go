package archivesource_test

import (
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack/internal/testkit/archivetest"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/sourcetest"
)

// formats make an archive of entries, by the extension of its name.
func formats(t *testing.T) map[string]func(...archivetest.Entry) []byte {
	t.Helper()
	return map[string]func(...archivetest.Entry) []byte{
		"zip":     archivetest.ZipOf,
		"tar":     func(e ...archivetest.Entry) []byte { return []byte(archivetest.Tar(e...)) },
		"tar.gz":  func(e ...archivetest.Entry) []byte { return archivetest.Gzip(archivetest.Tar(e...)) },
		"tar.zst": func(e ...archivetest.Entry) []byte { return archivetest.Zstd(archivetest.Tar(e...)) },
		"tar.bz2": func(e ...archivetest.Entry) []byte { return compress(t, "bzip2", archivetest.Tar(e...)) },
		"tar.xz":  func(e ...archivetest.Entry) []byte { return compress(t, "xz", archivetest.Tar(e...)) },
	}
}

// compress compresses with a program.
func compress(t *testing.T, program, content string) []byte {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil && os.Getenv("CI") == "" {
		t.Skipf("%s is not installed", program)
	}
	cmd := exec.CommandContext(t.Context(), path)
	cmd.Stdin = strings.NewReader(content)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSuite(t *testing.T) {
	t.Parallel()
	for ext, make := range formats(t) {
		t.Run(ext+"/kind server", func(t *testing.T) {
			t.Parallel()
			sourcetest.Run(t, func(t *testing.T) sourcetest.Harness {
				t.Helper()
				return harness(t, ext, make, func(w http.ResponseWriter, _ *http.Request, data []byte) {
					w.Header().Set("ETag", string(`"`+digest(data)+`"`))
					w.Write(data)
				})
			})
		})
		t.Run(ext+"/unkind server", func(t *testing.T) {
			t.Parallel()
			sourcetest.Run(t, func(t *testing.T) sourcetest.Harness {
				t.Helper()
				return harness(t, ext, make, unkind)
			})
		})
	}
}

// unkind has no HEAD, no entity tag, no length, a redirect, and pieces of one
// byte.
func unkind(w http.ResponseWriter, r *http.Request, data []byte) {
	switch {
	case r.Method == http.MethodHead:
		w.WriteHeader(http.StatusMethodNotAllowed)
	case !r.URL.Query().Has("moved"):
		http.Redirect(w, r, r.URL.Path+"?moved", http.StatusFound)
	default:
		for i := range data {
			w.Write(data[i : i+1])
			w.(http.Flusher).Flush()
		}
	}
}

// harness serves a pack, and what no tree takes, through answer.
func harness(t *testing.T, ext string, make func(...archivetest.Entry) []byte, answer func(http.ResponseWriter, *http.Request, []byte)) sourcetest.Harness {
	t.Helper()
	want := fstest.MapFS{
		"pack.yaml":      {Data: []byte("ref: demo\nversion: 1.0.0\n"), Mode: 0o644},
		"actions/run.sh": {Data: []byte("#!/bin/sh\n"), Mode: 0o755},
		"empty":          {Mode: 0o644},
	}
	good := make(entries(t, want)...)
	manifest := archivetest.Entry{Name: "pack.yaml", Mode: 0o644, Content: "x"}
	archives := map[string][]byte{
		"/demo.":    good,
		"/link.":    make(manifest, archivetest.Entry{Name: "l", Mode: fs.ModeSymlink | 0o777, Link: "pack.yaml"}),
		"/escape.":  make(manifest, archivetest.Entry{Name: "../x", Mode: 0o644, Content: "x"}),
		"/collide.": make(manifest, archivetest.Entry{Name: "PACK.yaml", Mode: 0o644, Content: "x"}),
		"/cut.":     good[:len(good)-1],
	}
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		data, ok := archives[strings.TrimSuffix(r.URL.Path, ext)]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		answer(w, r, data)
	})
	locator := func(name string) source.Locator {
		return source.Locator{Scheme: source.SchemeHTTP, Location: srv.URL + name + ext}
	}
	scratch := t.TempDir()
	h := sourcetest.Harness{
		Source:  newSourceWith(t, archivesource.Options{Scratch: scratch, XZ: archivetest.XZ}),
		Locator: locator("/demo."), Want: want, Missing: locator("/missing."), Dirs: []string{scratch},
	}
	for name := range archives {
		if name != "/demo." {
			h.Hostile = append(h.Hostile, locator(name))
		}
	}
	return h
}

// entries describes the files of fsys, below one top directory.
func entries(t *testing.T, fsys fs.FS) []archivetest.Entry {
	t.Helper()
	all := []archivetest.Entry{{Name: "demo-1.0.0/", Mode: fs.ModeDir | 0o755}}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		content, err := fs.ReadFile(fsys, name)
		all = append(all, archivetest.Entry{Name: "demo-1.0.0/" + name, Mode: info.Mode(), Content: string(content)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
