package differential_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var benignTrees = flag.Int("benign", 2, "how many trees every producer packs in TestBenign")

// TestBenign: what ordinary programs make of ordinary trees is accepted.
func TestBenign(t *testing.T) {
	t.Parallel()
	classes := compileJava(t)
	for _, p := range producers() {
		p.classes = classes
		for _, end := range p.ends {
			t.Run(p.name+end, func(t *testing.T) {
				t.Parallel()
				benign(t, end, p, p.pack)
			})
		}
	}
	for end, pack := range goProducers() {
		t.Run("Go."+end, func(t *testing.T) {
			t.Parallel()
			benign(t, "."+end, producer{}, func(t *testing.T, dir, archive string) { t.Helper(); packGo(t, dir, archive, pack) })
		})
	}
}

// benign packs trees, and unpacks the same ones.
func benign(t *testing.T, end string, p producer, pack func(t *testing.T, dir, archive string)) {
	t.Helper()
	for seed := range *benignTrees {
		dir := t.TempDir()
		want := makeTree(t, dir, seed, p)
		archive := filepath.Join(dir, "x"+end)
		pack(t, dir, archive)
		got, err := unpack(t, archive, true)
		if p.adds != "" && got[p.adds] == "" && err == nil {
			t.Errorf("tree %d: no %s", seed, p.adds)
		}
		delete(got, p.adds)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("tree %d: %v\n%s", seed, err, diff)
		}
	}
}

// makeTree makes the directory demo below dir, with what real packs have.
func makeTree(t *testing.T, dir string, seed int, p producer) content {
	t.Helper()
	random := rand.New(rand.NewPCG(uint64(seed), 1))
	files := map[string]string{"pack.yaml": "ref: demo\nversion: 1.0.0\n", "empty": "", "actions/run.sh": "#!/bin/sh\n", "docs/two words.md": "x"}
	if !p.ascii {
		files["docs/ünïcode-日本.md"] = "text"
	}
	if !p.short {
		files[strings.Repeat("long-directory-name/", 6)+strings.Repeat("f", 80)] = "deep"
	}
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
		want[name] = sumOf([]byte(text), mode)
	}
	if p.plain {
		want = want.withoutModes()
	}
	if err := os.Mkdir(filepath.Join(dir, "demo", "nothing"), 0o755); err != nil {
		t.Fatal(err)
	}
	return want
}
