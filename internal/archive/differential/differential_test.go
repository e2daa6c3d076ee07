package differential_test

import (
	"errors"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/packtrain/pack/internal/testkit/archivetest"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
)

// unpack returns what we make of an archive file. It writes beside it.
func unpack(t *testing.T, path string, strip bool) (found content, err error) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	tree, err := source.NewTree(filepath.Join(filepath.Dir(path), "ours"), &source.TreeOptions{StripTop: strip})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { err = errors.Join(err, tree.Discard()) }()
	u := archivesource.NewUnpacker(&archivesource.UnpackerOptions{XZ: archivetest.XZ})
	if err := u.Unpack(t.Context(), filepath.Base(path), io.NewSectionReader(f, 0, info.Size()), tree); err != nil {
		return nil, err
	}
	result, err := tree.Finish()
	if err != nil {
		return nil, err
	}
	return contentOf(result.Dir)
}

// TestDifferential changes archives at random, and makes odd ones. What we accept, every other
// program must unpack to the same files, with the same executable bits unless it keeps none.
func TestDifferential(t *testing.T) {
	t.Parallel()
	needPrograms(t, "bash", "unzip", "7z", "bsdtar", "tar", "zstd", "python3", "bzip2", "xz", "busybox")
	var wg sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), 8)
	var accepted atomic.Int64
	for w := range workers {
		wg.Go(func() {
			d := &differential{t: t, dir: t.TempDir(), python: startPython(t), random: rand.New(rand.NewPCG(*differentialSeed, uint64(w)))}
			d.seeds = mutable(d.random)
			for range *mutants / workers {
				if d.one() {
					accepted.Add(1)
				}
			}
		})
	}
	wg.Wait()
	t.Logf("seed %d: %d of %d archives were accepted", *differentialSeed, accepted.Load(), *mutants)
	if accepted.Load() == 0 {
		t.Error("nothing was accepted, so nothing was compared")
	}
}

var (
	mutants          = flag.Int("mutants", 400, "how many changed archives TestDifferential reads")
	differentialSeed = flag.Uint64("seed", 1, "which changes TestDifferential makes")
)

// A differential compares programs on archives, one after another.
type differential struct {
	t      *testing.T
	dir    string
	python *python
	random *rand.Rand
	seeds  []mutant
}

// one changes one archive, and reports whether it was accepted.
func (d *differential) one() bool {
	end, data := generate(d.random)
	if oneIn(d.random, 3) {
		m := pick(d.random, d.seeds...)
		end, data = m.end, m.change(d.random)
	}
	path := filepath.Join(d.dir, "x"+end)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		d.t.Error(err)
		return false
	}
	want, err := unpack(d.t, path, false)
	if err != nil {
		return false
	}
	for _, e := range extractors() {
		if !e.reads(path, data) {
			continue
		}
		if got, err := e.extract(d.t, path); err == nil || !e.lenient {
			d.compare(e.name, data, want, got, err)
		}
	}
	if end != ".tar.zst" && end != ".tar.xz" { // Python reads zstd from 3.14 on, and no padding between streams of xz
		got, err := d.python.extract(path)
		if end == ".zip" { // Python's zipfile knows no modes
			want = want.withoutModes()
		}
		d.compare("Python", data, want, got, err)
	}
	return true
}

func (d *differential) compare(name string, data []byte, want, got content, err error) {
	d.t.Helper()
	diff := cmp.Diff(want, got, cmpopts.EquateEmpty())
	if diff == "" {
		return
	}
	kept := filepath.Join(os.TempDir(), "differential-"+sum(data)[:16])
	if err := os.WriteFile(kept, data, 0o600); err != nil {
		d.t.Error(err)
	}
	d.t.Errorf("%s disagrees on %s: %v\n%s", name, kept, err, diff)
}
