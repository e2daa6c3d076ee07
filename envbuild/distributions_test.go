package envbuild

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
)

func TestPythonDistributions(t *testing.T) {
	t.Parallel()
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "METADATA")
	sum := strings.Repeat("ab", 32)
	site := filepath.Join(dir, "lib", "python3.11", "site-packages")
	for name, content := range map[string]string{
		"zebra_lib-1.0.dist-info/METADATA":     "Metadata-Version: 2.1\r\nName: Zebra-Lib\r\nVersion: 1.0.post1\r\n\r\nName: other\n",
		"direct-2.0.dist-info/METADATA":        "Name: direct\nVersion: 2.0",
		"direct-2.0.dist-info/direct_url.json": `{"url": "https://user:secret@host.example/d.whl", "archive_info": {"hashes": {"sha256": "` + sum + `"}}}`,
		"bare-3.0.dist-info/RECORD":            "",
		"hostile-4.0.dist-info/METADATA":       "Name: \x1b[2J\nVersion: " + strings.Repeat("9", 300) + "\n",
		"link-5.0.dist-info/RECORD":            "",
		"not a distribution/METADATA":          "Name: x\n",
	} {
		writeFile(t, filepath.Join(site, name), content)
	}
	writeFile(t, outside, "Name: outside\n")
	if err := os.Symlink(outside, filepath.Join(site, "link-5.0.dist-info", "METADATA")); err != nil {
		t.Fatal(err)
	}
	want := []pack.Distribution{
		{Name: "Zebra-Lib", Version: "1.0.post1", Digests: []pack.Digest{}},
		{Name: "bare", Version: "3.0", Digests: []pack.Digest{}},
		{Name: "direct", Version: "2.0", Digests: []pack.Digest{pack.Digest("sha256:" + sum)}, Source: "https://host.example/d.whl"},
		{Name: "hostile", Version: "4.0", Digests: []pack.Digest{}},
		{Name: "link", Version: "5.0", Digests: []pack.Digest{}},
	}
	got, err := (&virtualenv{}).distributions(dir)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}

func TestNodeDistributions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	got, err := (&modules{}).distributions(dir)
	if err != nil || got == nil || len(got) != 0 {
		t.Errorf("nothing installed: got %v, %v", got, err)
	}
	writeFile(t, filepath.Join(dir, "node_modules", ".package-lock.json"), `{"lockfileVersion": 3, "packages": {
		"node_modules/b": {"version": "2.0.0", "resolved": "https://host.example/b.tgz", "integrity": "sha512-AAAA sha256-q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s="},
		"node_modules/b/node_modules/@s/a": {"version": "1.0.0"},
		"node_modules/@s/a": {"version": "0.9.0", "integrity": "sha512-AAAA"}}}`)
	want := []pack.Distribution{
		{Name: "@s/a", Version: "0.9.0", Digests: []pack.Digest{}, Integrity: "sha512-AAAA"},
		{Name: "@s/a", Version: "1.0.0", Digests: []pack.Digest{}},
		{
			Name: "b", Version: "2.0.0", Digests: []pack.Digest{pack.Digest("sha256:" + strings.Repeat("ab", 32))}, Source: "https://host.example/b.tgz",
			Integrity: "sha512-AAAA sha256-q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=",
		},
	}
	got, err = (&modules{}).distributions(dir)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
