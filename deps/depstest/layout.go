package depstest

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
)

// layOut writes the pack that text describes as in [NewUniverse], with more
// lines for its pack.yaml and more files (name, content, ...), and returns its
// path.
func (b *bench) layOut(text string, more ...string) (path string, err error) {
	c, err := parseCandidate(text)
	if err != nil {
		return "", err
	}
	yaml := fmt.Sprintf("ref: %s\nversion: %s\nlabel: Test\ndescription: Test\n", c.Ref, c.Version)
	if len(c.Dependencies) > 0 || !c.Platform.Any() {
		yaml += fmt.Sprintf("dependencies:\n  attune_version: %q\n  packs:\n", c.Platform)
	}
	for _, d := range c.Dependencies {
		yaml += fmt.Sprintf("    - %q\n", d)
	}
	if len(more) > 0 {
		yaml += more[0]
		more = more[1:]
	}
	path = filepath.Join(b.dir, c.Ref.String())
	files := append([]string{pack.ManifestFile, yaml}, more...)
	for i := 0; i < len(files); i += 2 {
		if err := writeFile(filepath.Join(path, files[i]), files[i+1]); err != nil {
			return "", err
		}
	}
	return path, nil
}

func writeFile(name, content string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(content), 0o644)
}
