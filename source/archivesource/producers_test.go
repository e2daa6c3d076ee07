package archivesource_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var benignTrees = flag.Int("benign", 2, "how many trees every producer packs in TestBenign")

// A producer is a program that packs the directory "demo" of the current one
// into $1, with $1's ending.
type producer struct {
	name   string
	needs  string
	script string
	ends   []string
	// ascii: it does not mark names beyond ASCII as UTF-8, so that programs
	// disagree on them, and they are refused.
	ascii bool
}

func producers() []producer {
	py := func(code string) string {
		return `python3 -c 'import sys, os, io, shutil, tarfile, zipfile; out = sys.argv[1]; ` + code + `' "$1"`
	}
	git := `git init -q g && cp -r demo/. g/ && cd g && git add -A && git -c user.name=x -c user.email=x@example.org commit -qm x && `
	return []producer{
		{name: "GNU tar", needs: "tar", script: `tar -caf "$1" demo`, ends: []string{".tar.gz", ".tar.bz2", ".tar.zst", ".tar"}},
		{name: "GNU tar of the directory itself", needs: "tar", script: `tar -caf "$1" -C demo .`, ends: []string{".tar.gz"}},
		{name: "GNU tar, pax", needs: "tar", script: `tar --format=pax -caf "$1" demo`, ends: []string{".tar.gz"}},
		{name: "GNU tar through pigz", needs: "pigz", script: `tar -c demo | pigz -b 128 >"$1"`, ends: []string{".tar.gz"}},
		{name: "bsdtar", needs: "bsdtar", script: `bsdtar -caf "$1" demo`, ends: []string{".tar.gz", ".tar.zst", ".zip"}},
		{name: "git archive", needs: "git", script: git + `git archive --prefix=demo-1/ -o "$1" HEAD`, ends: []string{".tar.gz", ".zip"}},
		{name: "Python's shutil", needs: "python3", script: py(`shutil.make_archive("a", "gztar", ".", "demo"); os.rename("a.tar.gz", out)`), ends: []string{".tar.gz"}},
		{name: "Python's shutil", needs: "python3", script: py(`shutil.make_archive("a", "zip", ".", "demo"); os.rename("a.zip", out)`), ends: []string{".zip"}},
		{name: "Python to a pipe", needs: "python3", script: py(`z = zipfile.ZipFile(sys.stdout.buffer, "w", zipfile.ZIP_DEFLATED); [z.write(os.path.join(d, f)) for d, _, fs in os.walk("demo") for f in fs]; z.close()`) + ` | cat >"$1"`, ends: []string{".zip"}},
		{name: "Info-ZIP", needs: "zip", script: `zip -qr "$1" demo`, ends: []string{".zip"}, ascii: true},
		{name: "Info-ZIP to a pipe", needs: "zip", script: `zip -qr - demo | cat >"$1"`, ends: []string{".zip"}, ascii: true},
		{name: "7z", needs: "7z", script: `7z a -bd "$1" demo >/dev/null`, ends: []string{".zip", ".tar"}},
		{name: "npm style", needs: "bsdtar", script: `bsdtar --format=ustar -s ,^demo,package, -czf "$1" demo`, ends: []string{".tar.gz"}},
		{name: "Python's zipfile", needs: "python3", script: py(`z = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED); [z.write(os.path.join(d, f)) for d, _, fs in os.walk("demo") for f in fs]; z.close()`), ends: []string{".zip"}},
		{name: "Python's tarfile", needs: "python3", script: py(`t = tarfile.open(out, "w:gz"); t.add("demo"); t.close()`), ends: []string{".tar.gz"}},
	}
}

// pack runs the producer in dir.
func (p producer) pack(t *testing.T, dir, archive string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-o", "pipefail", "-c", p.script, "bash", archive)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", p.name, err, out)
	}
}

// makeTree makes the directory demo below dir, with what real packs have.
func makeTree(t *testing.T, dir string, seed int, ascii bool) content {
	t.Helper()
	random := rand.New(rand.NewPCG(uint64(seed), 1))
	files := map[string]string{"pack.yaml": "ref: demo\nversion: 1.0.0\n", "empty": "", "actions/run.sh": "#!/bin/sh\n", "docs/two words.md": "x"}
	if !ascii {
		files["docs/ünïcode-日本.md"] = "text"
	}
	files[strings.Repeat("long-directory-name/", 6)+strings.Repeat("f", 80)] = "deep"
	for i := range random.IntN(12) {
		text := make([]byte, random.IntN(3000))
		for j := range text {
			text[j] = byte('a' + random.IntN(2+i))
		}
		files[fmt.Sprintf("actions/lib%d/file%d.py", i%3, i)] = string(text)
	}
	want := content{}
	for name, text := range files {
		path := filepath.Join(dir, "demo", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		mode := os.FileMode(0o644)
		if strings.HasSuffix(name, ".sh") {
			mode = 0o755
		}
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		want[name] = sum([]byte(text))
	}
	if err := os.Mkdir(filepath.Join(dir, "demo", "nothing"), 0o755); err != nil {
		t.Fatal(err)
	}
	return want
}

// TestBenign: what ordinary programs make of ordinary trees is accepted.
func TestBenign(t *testing.T) {
	t.Parallel()
	for _, p := range producers() {
		for _, end := range p.ends {
			t.Run(p.name+end, func(t *testing.T) {
				t.Parallel()
				needPrograms(t, "bash", p.needs)
				for seed := range *benignTrees {
					dir := t.TempDir()
					want := makeTree(t, dir, seed, p.ascii)
					archive := filepath.Join(dir, "x"+end)
					p.pack(t, dir, archive)
					got, err := unpack(t, archive, true)
					if diff := cmp.Diff(want, got); diff != "" || err != nil {
						t.Errorf("tree %d: %v\n%s", seed, err, diff)
					}
				}
			})
		}
	}
}
