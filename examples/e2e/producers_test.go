//go:build e2e

package e2e_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
)

// A packer is a library of a public registry that packs the directory demo.
type packer struct {
	name, end string
	ascii     bool // unzip misreads its other names, so they are refused
	plain     bool // it keeps no executable bits
}

// TestProducers: the archives of packing libraries hold the tree that was packed. The producers
// of Debian are tested with the readers of archives.
func TestProducers(t *testing.T) {
	t.Parallel()
	t.Run("npm", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		run(t, dir, nil, "npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "archiver@7", "jszip@3", "yazl@3", "adm-zip@0.6", "fflate@0.8")
		for _, p := range []packer{
			{name: "archiver zip", end: ".zip"},
			{name: "archiver zip64", end: ".zip"},
			{name: "archiver tar", end: ".tar.gz"},
			{name: "jszip", end: ".zip", plain: true},
			{name: "jszip streamed", end: ".zip", plain: true},
			{name: "jszip on Unix", end: ".zip"},
			{name: "yazl files", end: ".zip"},
			{name: "yazl streams", end: ".zip"},
			{name: "yazl zip64", end: ".zip"},
			{name: "adm-zip", end: ".zip"},
			{name: "fflate", end: ".zip"},
			{name: "fflate without modes", end: ".zip", ascii: true, plain: true},
		} {
			p.test(t, []string{"NODE_PATH=" + filepath.Join(dir, "node_modules")}, "node", "pack.js")
		}
	})
	t.Run("PyPI", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		run(t, dir, nil, "python3", "-m", "pip", "install", "--quiet", "--target", dir, "zipstream-ng", "stream-zip")
		for _, p := range []packer{
			{name: "zipstream", end: ".zip"},
			{name: "zipstream of iterators", end: ".zip", plain: true},
			{name: "stream-zip", end: ".zip"},
			{name: "stream-zip, zip64", end: ".zip"},
		} {
			p.test(t, []string{"PYTHONPATH=" + dir}, "python3", "pack.py")
		}
	})
}

// test packs a tree with a script of testdata, and compares what comes out.
func (p packer) test(t *testing.T, env []string, program, script string) {
	t.Helper()
	t.Run(p.name, func(t *testing.T) {
		t.Parallel()
		path, err := filepath.Abs(filepath.Join("testdata", script))
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		p.makeTree(t, filepath.Join(dir, "demo"))
		want, err := pack.TreeDigest(os.DirFS(filepath.Join(dir, "demo")))
		if err != nil {
			t.Fatal(err)
		}
		archive := filepath.Join(dir, "x"+p.end)
		run(t, dir, env, program, path, p.name, archive)
		if got := unpacked(t, archive); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func (p packer) makeTree(t *testing.T, dir string) {
	t.Helper()
	files := map[string]string{
		"pack.yaml": "ref: demo\nversion: 1.0.0\n", "empty": "", "actions/run.sh": "#!/bin/sh\n", "docs/two words.md": strings.Repeat("text ", 1000),
		strings.Repeat("long-directory-name/", 6) + strings.Repeat("f", 80): "deep",
	}
	if !p.ascii {
		files["docs/ünïcode-日本.md"] = "text"
	}
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		mode := os.FileMode(0o644)
		if strings.HasSuffix(name, ".sh") && !p.plain {
			mode = 0o755
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
	}
}

func unpacked(t *testing.T, archive string) pack.Digest {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	tree, err := source.NewTree(t.TempDir(), &source.TreeOptions{StripTop: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := archivesource.NewUnpacker(nil).Unpack(t.Context(), filepath.Base(archive), io.NewSectionReader(f, 0, info.Size()), tree); err != nil {
		t.Fatal(err)
	}
	result, err := tree.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return result.TreeDigest
}

func run(t *testing.T, dir string, env []string, program string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
}
