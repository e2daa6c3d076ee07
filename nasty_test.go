package pack_test

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/packtrain/pack"
)

// TestNastyFiles reads real files that broke a loader. Each is either refused,
// with file and line, or read whole.
func TestNastyFiles(t *testing.T) {
	t.Parallel()
	var files []struct{ File, Path, Why string }
	readCorpusJSON(t, "nasty/MANIFEST.json", &files)
	if len(files) != 97 {
		t.Errorf("%d files, want 97", len(files))
	}
	for _, f := range files {
		t.Run(f.File, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(filepath.Join(corpusDir(t), "nasty", f.File))
			if err != nil {
				t.Fatal(err)
			}
			file := nastyPlace(f.Path)
			p, findings := loadWith(file, string(data))
			if refusal := refusalOf(findings, file); refusal != nil {
				if refusal.Line == 0 {
					t.Errorf("refused without a line: %v", refusal)
				}
				return
			}
			checkWhole(t, p, findings, file, string(data))
		})
	}
}

// nastyPlace returns where the loader reads a file that lay at p: files deeper
// than components are made components.
func nastyPlace(p string) string {
	if dir := path.Dir(p); dir != "." {
		kind, _, _ := strings.Cut(dir, "/")
		return path.Join(kind, path.Base(p))
	}
	return p
}

// loadWith loads a pack of StackStorm shape with one file replaced.
func loadWith(file, content string) (*pack.Pack, pack.Findings) {
	files := map[string]string{"pack.yaml": "name: demo\nversion: 1.0.0\nlabel: Demo\ndescription: A demo.\n"}
	files[file] = content
	fsys := mapFS(files)
	p, _ := pack.Load(fsys, &pack.LoadOptions{Shape: pack.ShapeStackStorm})
	return p, append(p.Findings, pack.Validate(fsys, p, nil)...)
}

// refusalOf returns the finding by which a file is refused: an error, or a
// warning about config.schema.yaml.
func refusalOf(findings pack.Findings, file string) *pack.Finding {
	for i, f := range findings {
		missingFile := strings.HasSuffix(string(f.Code), "_missing")
		if f.File == file && !missingFile && (f.Severity == pack.SeverityError || f.Code == "config_schema.invalid") {
			return &findings[i]
		}
	}
	return nil
}

var keyLine = regexp.MustCompile(`(?m)^\s*(?:- )*"?[A-Za-z_][\w.-]*"?\s*:(?:\s|$)`)

// checkWhole checks that no key of the file is missing.
func checkWhole(t *testing.T, p *pack.Pack, findings pack.Findings, file, content string) {
	t.Helper()
	written := len(keyLine.FindAllString(content, -1))
	switch {
	case file == "pack.yaml":
		for key := range p.Manifest.Extra {
			if !strings.Contains(fmt.Sprint(findings), fmt.Sprintf("%q is not known", key)) {
				t.Errorf("no warning of the unknown key %q", key)
			}
		}
		if p.Manifest.ID().Version.IsZero() || p.Manifest.Author == "" {
			t.Errorf("got %+v", p.Manifest)
		}
	case len(p.Components) == 1:
		if got := countKeys(p.Components[0].Spec); got < written { // aliases make more
			t.Errorf("%d keys of %d are there:\n%s\n%v", got, written, content, p.Components[0].Spec)
		}
	default:
		t.Errorf("neither refused nor loaded: %v", findings)
	}
}

func countKeys(v any) int {
	n := 0
	switch v := v.(type) {
	case map[string]any:
		for _, value := range v {
			n += 1 + countKeys(value)
		}
	case []any:
		for _, value := range v {
			n += countKeys(value)
		}
	}
	return n
}
