package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack/examples/packd/wire"
)

// TestRepair removes the link to a pack: list and show mark it, repair restores it. Changed
// files without a copy are left.
func TestRepair(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "root")
	dir := writeTree(t, map[string]string{"pack.yaml": "ref: demo\nversion: 1.0.0\nlabel: Demo\ndescription: A test.\n"})
	wantStatus(t, packctl(t, "register", dir, "--root", root), exitOK)
	if o := packctl(t, "repair", "--root", root); o.status != exitOK || o.stdout != "1 pack as recorded\n" {
		t.Errorf("got %+v", o)
	}
	link := filepath.Join(root, "current", "demo")
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{{"list"}, {"show", "demo"}} {
		if o := packctl(t, append(command, "--root", root)...); o.status != exitOK || !strings.Contains(o.stdout, "repair") {
			t.Errorf("%q: got %+v", command, o)
		}
	}
	listed := decode[listReport](t, packctl(t, "list", "--json", "--root", root))
	if len(listed.Packs) != 1 || !strings.Contains(listed.Packs[0].NeedsRepair, "is missing") {
		t.Errorf("got %+v", listed)
	}
	if o := packctl(t, "repair", "demo", "--root", root); o.status != exitOK || !strings.HasPrefix(o.stdout, "demo  repaired  pointer  ") {
		t.Errorf("got %+v", o)
	}
	if err := os.WriteFile(filepath.Join(link, "added"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	o := packctl(t, "repair", "--root", root, "--json")
	report := decode[wire.RepairReport](t, o)
	if o.status != exitFailed || len(report.Left) != 1 || len(report.Repaired) != 0 {
		t.Errorf("got %+v", o)
	}
	if o := packctl(t, "repair", "--root", root); o.status != exitFailed || !strings.Contains(o.stdout, "demo  not repaired  content  ") || !strings.Contains(o.stderr, "1 of 1 pack could not be repaired") {
		t.Errorf("got %+v", o)
	}
}
