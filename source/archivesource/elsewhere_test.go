package archivesource_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/archivetest"
	"github.com/packtrain/pack/source"
)

// What lies outside of the subdirectory that was asked for does not matter: every
// hostile tree becomes acceptable beside it, in each kind of archive, except for
// those that programs may take apart in different ways.
func TestWhatLiesOutsideOfTheSubdirDoesNotMatter(t *testing.T) {
	t.Parallel()
	var refused []string
	for _, tree := range archivetest.Trees() {
		entries := append(slices.Clone(tree.Entries), archivetest.Entry{Name: "wanted/pack/pack.yaml", Mode: 0o644, Content: archivetest.Manifest})
		archives := map[string][]byte{"x.tar.gz": archivetest.Gzip(archivetest.Tar(entries...))}
		if !tree.TarOnly {
			archives["x.zip"] = archivetest.ZipOf(entries...)
		}
		for name, archive := range archives {
			got, err := fetchSubdir(t, serveBytes(t, archive).URL+"/"+name, "wanted/pack")
			switch {
			case err != nil && pack.CodeOf(err) == tree.Want:
				refused = append(refused, strings.ReplaceAll(name+" "+tree.ID+" "+tree.Name, "\x00", "NUL"))
			case err != nil || got.Files != 1:
				t.Errorf("%s %s: %v, %d files", tree.ID, tree.Name, err, got.Files)
			}
		}
	}
	slices.Sort(refused)
	want := []string{
		"x.tar.gz A06 aNULb", "x.tar.gz A06 in a long name of GNU", "x.tar.gz A06 pack.yamlNUL.txt",
		"x.tar.gz A18 contiguous file", "x.tar.gz A18 door", "x.tar.gz A18 multi-volume", "x.tar.gz A18 socket",
		"x.tar.gz A18 unknown type", "x.tar.gz A18 volume label",
	}
	if diff := cmp.Diff(want, refused); diff != "" {
		t.Errorf("refused (-want +got)\n%s", diff)
	}
}

func fetchSubdir(t *testing.T, url, subdir string) (source.TreeResult, error) {
	t.Helper()
	pin := pinOf(url)
	pin.Subdir, pin.StripTop = subdir, true
	return fetch(t, newSource(), pin)
}
