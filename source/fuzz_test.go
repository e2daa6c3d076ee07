package source_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// FuzzTree puts entries of any name and type, one per line, the type first. What
// a Tree takes is on the disk exactly as it says, and nothing else is.
func FuzzTree(f *testing.F) {
	f.Add("fa\nfb/c\ndb\nd.\nf./x", "b", false)
	f.Add("ftop/a\nxtop/sub/run\nftop/sub/d/e", "sub", true)
	f.Add("fa\nfA", "", false)
	f.Add("fa\nl../../x", "", true)
	f.Add("f../x\nf/abs\nfa\\b", "", false)
	f.Add("fé\nfe\u0301\nfa//b", "é", true)
	modes := map[byte]fs.FileMode{'d': fs.ModeDir, 'l': fs.ModeSymlink, 'x': 0o755, 'p': fs.ModeNamedPipe}
	f.Fuzz(func(t *testing.T, entries, subdir string, strip bool) {
		parent := t.TempDir()
		tree, err := source.NewTree(filepath.Join(parent, "tree"), &source.TreeOptions{Subdir: subdir, StripTop: strip, DirectoryChecksum: true})
		if err != nil {
			return
		}
		for line := range strings.SplitSeq(entries, "\n") {
			if line == "" {
				continue
			}
			e := source.Entry{Name: line[1:], Mode: modes[line[0]], Size: -1}
			err = tree.Put(t.Context(), e, strings.NewReader(line))
			if err != nil {
				break
			}
		}
		var result source.TreeResult
		if err == nil {
			result, err = tree.Finish()
		}
		if err == nil {
			checkResult(t, result)
		} else if pack.CodeOf(err) == "" || pack.CodeOf(err) == pack.CodeIO {
			t.Errorf("%q: got %q, %v", entries, pack.CodeOf(err), err)
		}
		if err := tree.Discard(); err != nil {
			t.Error(err)
		}
		if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
			t.Errorf("%q: left %v, %v", entries, left, err)
		}
	})
}

func checkResult(t *testing.T, got source.TreeResult) {
	t.Helper()
	fsys := os.DirFS(got.Dir)
	digest, err := pack.TreeDigest(fsys)
	if err != nil || digest != got.TreeDigest {
		t.Errorf("got the digest %s, on the disk is %s, %v", got.TreeDigest, digest, err)
	}
	sum, err := pack.DirectoryChecksum(fsys)
	if err != nil || sum != got.DirectoryChecksum {
		t.Errorf("got the checksum %s, on the disk is %s, %v", got.DirectoryChecksum, sum, err)
	}
}
