package pipeline_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/deps/depstest"
	"github.com/packtrain/pack/installer/internal/worldtest"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/internal/solve"
	"github.com/packtrain/pack/internal/testkit/solvetest"
)

var seed = flag.Uint64("seed", 1, "which universes TestUniverses makes")

// TestUniverses installs in small universes, of which the index does not always say
// what packs need, and compares what is installed with all selections. There are 200, or a
// tenth of PACK_UNIVERSES.
func TestUniverses(t *testing.T) {
	t.Parallel()
	n := universesOf(t, 200)
	random := rand.New(rand.NewPCG(*seed, 2))
	solved := 0
	for i := range n {
		mode := solvetest.Modes()[i%len(solvetest.Modes())]
		p := plain(mode.Make(random, 3+random.IntN(3), 3))
		h := p.house(t, random)
		rep, err := h.pipeline.Install(t.Context(), pipeline.Request{Specs: p.specs(), AllOrNothing: true})
		fault := ""
		switch u, unsolvable := errors.AsType[*deps.Unsolvable](err); {
		case unsolvable && len(p.Wants) == len(rep.Failed):
			fault = p.possibleWith()
		case unsolvable:
			if len(u.Demands) > 0 && solvetest.Possible(p.Problem, solvetest.Demands(p.Problem)) {
				fault = "there is a selection"
			}
		case err != nil:
			t.Fatal(err)
		default:
			solved++
			fault = solvetest.Judge(p.Problem, h.ids(), nil)
		}
		if fault != "" {
			t.Fatalf("universe %d of seed %d, %s: %s\n%s\ngot %v\n%v\n%v", i, *seed, mode.Name, fault, solvetest.Text(p.Problem), outcomes(rep), h.ids(), err)
		}
	}
	t.Logf("%d of %d can be solved", solved, n)
	if solved < n/5 || solved > n*4/5 {
		t.Errorf("%d of %d can be solved", solved, n)
	}
}

// universesOf returns n, or a tenth of PACK_UNIVERSES.
func universesOf(t *testing.T, n int) int {
	t.Helper()
	text := os.Getenv("PACK_UNIVERSES")
	if text == "" {
		return n
	}
	all, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return all / 10
}

// A problem is one that packs can have.
type problem struct{ *solve.Problem }

// plain returns p without locks, packs that need themselves, and versions that are lower
// than what is installed; the wants name their packs.
func plain(p *solve.Problem) problem {
	for i := range p.Packs {
		k := &p.Packs[i]
		k.Named = slices.ContainsFunc(p.Wants, func(d solve.Dependency) bool { return d.Ref == k.Ref })
		for j := range k.Versions {
			v := &k.Versions[j]
			v.Locked = false
			v.Dependencies = slices.DeleteFunc(v.Dependencies, func(d solve.Dependency) bool { return d.Ref == k.Ref })
		}
		for _, v := range k.Versions {
			if v.Installed {
				k.Versions = slices.DeleteFunc(slices.Clone(k.Versions), func(o solve.Version) bool { return o.Version != v.Version && o.Version.Compare(v.Version) <= 0 })
			}
		}
	}
	p.Provided = nil
	return problem{p}
}

func (p problem) specs() (specs []string) {
	for _, w := range p.Wants {
		specs = append(specs, w.String())
	}
	return specs
}

// possibleWith returns what is wrong when all wants fail.
func (p problem) possibleWith() string {
	if solvetest.Possible(p.Problem, solvetest.Demands(p.Problem)) {
		return "there is a selection"
	}
	return ""
}

// house returns a house in which the index has the packs of p, and those that p says are
// installed.
func (p problem) house(t *testing.T, random *rand.Rand) *house {
	t.Helper()
	var lines []string
	var files []fstest.MapFS
	for _, k := range p.Packs {
		for _, v := range k.Versions {
			var needs []string
			for _, d := range v.Dependencies {
				needs = append(needs, d.String())
			}
			line := fmt.Sprintf("%s@%s", k.Ref, v.Version)
			f := worldtest.Files(line)
			on := "*"
			if v.Platform != nil {
				on = v.Platform.String()
			}
			m := f[pack.ManifestFile]
			m.Data = fmt.Appendf(m.Data, "dependencies:\n  attune_version: %q\n  packs: [%s]\n", on, quoted(needs))
			if on != "*" {
				line += " on " + on
			}
			if random.IntN(3) == 0 {
				line = fmt.Sprintf("%s@%s", k.Ref, v.Version) // the index says nothing
			} else {
				line += ": " + strings.Join(needs, ", ")
			}
			lines, files = append(lines, line), append(files, f)
		}
	}
	return p.fill(t, newHouseOf(t, p.Platform, lines), files)
}

func quoted(texts []string) string {
	var list []string
	for _, text := range texts {
		list = append(list, strconv.Quote(text))
	}
	return strings.Join(list, ", ")
}

// newHouseOf returns a house with an index of the lines, and no content.
func newHouseOf(t *testing.T, platform pack.Version, lines []string) *house {
	t.Helper()
	h := newHouse(t)
	u, err := depstest.NewUniverse(lines...)
	if err != nil {
		t.Fatal(err)
	}
	h.index.Universe = u
	h.config.World = newWorld(h.index, h.store)
	h.config.PlatformVersion = platform
	h.config.Analyzer, err = deps.New(deps.Config{World: h.config.World, PlatformVersion: platform})
	if err != nil {
		t.Fatal(err)
	}
	h.pipeline = compose(t, h.config)
	return h
}

// fill publishes the content, and installs what is installed.
func (p problem) fill(t *testing.T, h *house, files []fstest.MapFS) *house {
	t.Helper()
	for _, k := range p.Packs {
		for _, v := range k.Versions {
			id := pack.ID{Ref: k.Ref, Version: v.Version}
			sum, err := pack.DirectoryChecksum(files[0])
			if err != nil {
				t.Fatal(err)
			}
			pin := pack.Pin{Ref: k.Ref, Version: v.Version, Scheme: "test", Location: id.String(), DirectoryChecksum: sum}
			h.Add(id.String(), files[0])
			h.Index[k.Ref.String()] = append(h.Index[k.Ref.String()], pin)
			if v.Installed {
				h.store.put(t, id, pin, files[0], v)
			}
			files = files[1:]
		}
	}
	return h
}

// put makes a pack installed.
func (s *store) put(t *testing.T, id pack.ID, pin pack.Pin, files fstest.MapFS, v solve.Version) {
	t.Helper()
	dest := filepath.Join(s.root, "packs", id.Ref.String())
	if err := os.CopyFS(dest, files); err != nil {
		t.Fatal(err)
	}
	k := pack.InstalledPack{ID: id, Pin: pin, DirectoryChecksum: pin.DirectoryChecksum, Path: dest}
	for _, d := range v.Dependencies {
		c, _ := d.Constraint.(pack.Constraint)
		k.Dependencies = append(k.Dependencies, pack.Dependency{Ref: d.Ref, Constraint: c})
	}
	k.Platform, _ = v.Platform.(pack.Constraint)
	s.packs[id.Ref] = k
}

func (h *house) ids() (ids []pack.ID) {
	for _, p := range h.store.packs {
		ids = append(ids, p.ID)
	}
	return ids
}
