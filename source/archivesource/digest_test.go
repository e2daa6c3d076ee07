package archivesource_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/archivetest"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/localsource"
	"github.com/packtrain/pack/source/sourcetest"
)

// TestOneDigest: the same content has the same digests from each format and from
// a directory.
func TestOneDigest(t *testing.T) {
	t.Parallel()
	content := fstest.MapFS{
		"pack.yaml":          {Data: []byte("ref: demo\nversion: 1.0.0\n"), Mode: 0o644},
		"actions/run.sh":     {Data: []byte("#!/bin/sh\n"), Mode: 0o755},
		"actions/ünïcode.py": {Data: []byte("pass\n"), Mode: 0o644},
		"docs/empty":         {Mode: 0o644},
	}
	dir := filepath.Join(t.TempDir(), "demo")
	if err := os.CopyFS(dir, content); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "actions", "run.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
	local, err := localsource.New(localsource.Options{AllowAll: true, Archives: archivesource.NewUnpacker(&archivesource.UnpackerOptions{XZ: archivetest.XZ})})
	if err != nil {
		t.Fatal(err)
	}
	want := sourcetest.Receive(t, local, source.Locator{Scheme: source.SchemeLocal, Location: dir}, "")
	if digest, err := pack.TreeDigest(content); err != nil || digest != want.TreeDigest {
		t.Fatalf("a directory gives %+v, want %s, %v", want, digest, err)
	}
	web := newSourceWith(t, archivesource.Options{XZ: archivetest.XZ})
	for ext, make := range formats(t) {
		archive := make(entries(t, content)...)
		path := filepath.Join(t.TempDir(), "demo."+ext)
		if err := os.WriteFile(path, archive, 0o600); err != nil {
			t.Fatal(err)
		}
		url := serveBytes(t, archive).URL + "/demo." + ext
		for _, got := range []source.TreeResult{
			sourcetest.Receive(t, local, source.Locator{Scheme: source.SchemeLocal, Location: path}, ""),
			sourcetest.Receive(t, web, source.Locator{Scheme: source.SchemeHTTP, Location: url}, ""),
		} {
			if got.TreeDigest != want.TreeDigest || got.DirectoryChecksum != want.DirectoryChecksum {
				t.Errorf("%s gives %+v, want %+v", ext, got, want)
			}
		}
	}
}
