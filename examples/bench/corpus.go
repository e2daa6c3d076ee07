package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// Published packs consist of many small YAML files and the scripts they refer to.
const (
	packCount   = 100
	actionCount = 25
	scriptSize  = 5_500
)

// writePacks writes packCount packs of about 54 files and 156 kB below dir and
// returns their directories.
func writePacks(dir string) ([]string, error) {
	random := rand.New(rand.NewPCG(1, 2))
	var dirs []string
	for i := range packCount {
		ref := fmt.Sprintf("pack%03d", i)
		for name, data := range packFiles(ref, random) {
			path := filepath.Join(dir, ref, filepath.FromSlash(name))
			if err := writeFile(path, data); err != nil {
				return nil, err
			}
		}
		dirs = append(dirs, filepath.Join(dir, ref))
	}
	return dirs, nil
}

// writeBigPack writes one pack of about 2,000 files and 37 MB and returns its
// directory.
func writeBigPack(dir string) (string, error) {
	const files, size = 2_000, 18_500
	random := rand.New(rand.NewPCG(3, 4))
	dir = filepath.Join(dir, "big")
	for i := range files {
		path := filepath.Join(dir, fmt.Sprintf("lib%02d", i/50), fmt.Sprintf("module%04d.py", i))
		if err := writeFile(path, words(random, size)); err != nil {
			return "", err
		}
	}
	return dir, writeFile(filepath.Join(dir, "pack.yaml"), "ref: big\nlabel: big\ndescription: made for timing\nversion: 1.0.0\n")
}

func writeFile(path, data string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(data), 0o644)
}

func packFiles(ref string, random *rand.Rand) map[string]string {
	files := map[string]string{
		"pack.yaml":         fmt.Sprintf("ref: %s\nlabel: %s\ndescription: made for timing\nversion: 1.0.0\n", ref, ref),
		"README.md":         words(random, 6_000),
		"LICENSE":           words(random, 8_000),
		"tests/test_all.py": words(random, 2_000),
	}
	for i := range actionCount {
		name := fmt.Sprintf("action%02d", i)
		files["actions/"+name+".yaml"] = fmt.Sprintf("ref: %s.%s\nlabel: %s\ndescription: %s\nrunner_type: python\nentry_point: %s.py\n",
			ref, name, name, words(random, 200), name)
		files["actions/"+name+".py"] = words(random, scriptSize)
	}
	return files
}

// words returns about n bytes of text that compresses like source code.
func words(random *rand.Rand, n int) string {
	var b strings.Builder
	for b.Len() < n {
		fmt.Fprintf(&b, "word%d ", random.IntN(2_000))
	}
	return b.String()
}
