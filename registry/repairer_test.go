package registry_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// repaired returns what Repair repaired and left, as "ref kind".
func repaired(t *testing.T, s registry.Repairer, refs ...pack.Ref) (repaired, left []string) {
	t.Helper()
	report, err := s.Repair(t.Context(), refs...)
	if err != nil {
		t.Fatal(err)
	}
	texts := func(list []registry.Difference) []string {
		texts := []string{}
		for _, d := range list {
			texts = append(texts, fmt.Sprint(d.Ref, " ", d.Kind))
		}
		return texts
	}
	return texts(report.Repaired), texts(report.Left)
}

// A damagedRoot has a pack "bad" that was installed with a virtualenv: in version 1, 2, and 1
// again if copy says so. The pack "good" is as recorded.
type damagedRoot struct {
	*root
	*registry.Store

	t      *testing.T
	memory *registry.Memory
	active string // the directory of the active generation of bad
	venv   string
}

func newDamagedRoot(t *testing.T, copied bool) *damagedRoot {
	t.Helper()
	memory := registry.NewMemory()
	d := &damagedRoot{root: newRoot(t), t: t, memory: memory, venv: filepath.Join(t.TempDir(), "venv")}
	d.records = memory
	writeTo(t, d.venv, files{"bin/python": "#!/bin/sh\n"})
	v1 := write(t, simplePack("bad", "1.0.0"))
	tree, err := pack.TreeDigest(os.DirFS(v1))
	if err != nil {
		t.Fatal(err)
	}
	c := d.config()
	c.Environments = byDigest{tree: {{Runtime: pack.RuntimePython, Key: "k", Path: d.venv, Interpreter: filepath.Join(d.venv, "bin", "python")}}}
	d.Store = d.openWith(t, c)
	register(t, d, "", v1, write(t, simplePack("good", "1.0.0")))
	if copied {
		register(t, d, registry.ReplaceUpgrade, write(t, simplePack("bad", "2.0.0")))
		register(t, d, registry.ReplaceAny, v1)
	}
	if err := second(d.SetConfig(t.Context(), "bad", map[string]any{"kept": true}, nil)); err != nil {
		t.Fatal(err)
	}
	d.active = filepath.Join(d.dir, "packs", "bad", activeOf(t, d.root, "bad").Name)
	return d
}

// changeContent changes a file of the active generation of bad.
func changeContent(d *damagedRoot) error {
	return os.WriteFile(filepath.Join(d.active, "pack", "lib", "deep", "data.txt"), []byte("changed"), 0o600)
}

func damageRecord(d *damagedRoot) error {
	d.memory.Damage(d.t, "bad")
	return nil
}

// without removes a file beside the content of the active generation of bad.
func without(name string) func(*damagedRoot) error {
	return func(d *damagedRoot) error { return os.RemoveAll(filepath.Join(d.active, name)) }
}

func withoutEnvironment(d *damagedRoot) error { return os.RemoveAll(d.venv) }

// both damages in two ways.
func both(a, b func(*damagedRoot) error) func(*damagedRoot) error {
	return func(d *damagedRoot) error { return errors.Join(a(d), b(d)) }
}

// TestRepair damages one of two packs in every way.
func TestRepair(t *testing.T) {
	t.Parallel()
	link := func(replace func(link string) error) func(*damagedRoot) error {
		return func(d *damagedRoot) error { return misguided(replace)(d.dir) }
	}
	nowhere := link(func(string) error { return nil })
	newer := func(d *damagedRoot) error {
		return os.WriteFile(filepath.Join(d.dir, "journal", "x.json"), []byte(`{"format":2,"id":"x","moves":[{"ref":"bad"}]}`), 0o600)
	}
	type refs = []string
	for name, tt := range map[string]struct {
		copied         bool
		damage         func(d *damagedRoot) error
		repaired, left refs
	}{
		"nothing":              {false, func(*damagedRoot) error { return nil }, nil, nil},
		"no pointer":           {false, nowhere, refs{"bad pointer"}, nil},
		"link elsewhere":       {false, link(func(link string) error { return os.Symlink("../packs/good", link) }), refs{"bad pointer"}, nil},
		"directory":            {false, link(func(link string) error { return os.Mkdir(link, 0o755) }), nil, refs{"bad pointer"}},
		"content":              {false, changeContent, nil, refs{"bad content"}},
		"content that is kept": {true, changeContent, refs{"bad content"}, nil},
		"all files that are kept": {
			true, func(d *damagedRoot) error { return os.RemoveAll(d.active) }, refs{"bad content", "bad environment", "bad record"}, nil,
		},
		"link to environment":     {false, without("venv"), refs{"bad environment"}, nil},
		"environment":             {false, withoutEnvironment, nil, refs{"bad environment"}},
		"content and environment": {true, both(changeContent, withoutEnvironment), refs{"bad content"}, refs{"bad environment"}},
		"metadata":                {false, without("metadata.json"), refs{"bad record"}, nil},
		"record":                  {false, damageRecord, refs{"bad record"}, nil},
		"record and metadata":     {false, both(damageRecord, without("metadata.json")), nil, refs{"bad record"}},
		"not recorded": {false, func(d *damagedRoot) error {
			return os.Symlink("../packs/lost/000001-0123456789ab/pack", filepath.Join(d.dir, "current", "lost"))
		}, nil, refs{"lost record"}},
		"journal of a newer release": {false, both(newer, nowhere), nil, refs{"bad operation", "bad pointer"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDamagedRoot(t, tt.copied)
			before := activeOf(t, d.root, "bad")
			if err := tt.damage(d); err != nil {
				t.Fatal(err)
			}
			fixed, left := repaired(t, d)
			if diff := cmp.Diff([][]string{append([]string{}, tt.repaired...), append([]string{}, tt.left...)}, [][]string{fixed, left}); diff != "" {
				t.Errorf("repaired and left, -want +got:\n%s", diff)
			}
			active, err := d.records.Active(t.Context(), "bad")
			if err != nil {
				t.Fatal(err)
			}
			again, leftAgain := repaired(t, d)
			if after, err := d.records.Active(t.Context(), "bad"); err != nil || after != active {
				t.Errorf("again makes generation %s of %s: %v", after, active, err)
			}
			if diff := cmp.Diff([][]string{{}, left}, [][]string{again, leftAgain}); diff != "" {
				t.Errorf("again, -want +got:\n%s", diff)
			}
			if len(left) == 0 {
				d.checkHealed(t, before)
			}
		})
	}
}

// checkHealed checks that the pack is as before, in the same generation or a later one.
func (d *damagedRoot) checkHealed(t *testing.T, before registry.Generation) {
	t.Helper()
	if got := differences(t, d); len(got) > 0 {
		t.Errorf("differences are left: %q", got)
	}
	details, err := d.Show(t.Context(), "bad")
	if err != nil {
		t.Fatal(err)
	}
	config, err := d.Config(t.Context(), "bad")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(config.Config.Values(), len(details.Components), details.NeedsRepair); got != "map[kept:true] 1" {
		t.Errorf("got %s", got)
	}
	after := details.Active
	if after.Previous == before.Name {
		t.Error("rolling back would bring back the damaged generation")
	}
	after.Name, after.Created = before.Name, before.Created
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("generation, -before +after:\n%s", diff)
	}
}

// TestRepairRefs names packs.
func TestRepairRefs(t *testing.T) {
	t.Parallel()
	d := newDamagedRoot(t, false)
	if err := os.Remove(filepath.Join(d.dir, "current", "bad")); err != nil {
		t.Fatal(err)
	}
	if fixed, left := repaired(t, d, "good"); len(fixed)+len(left) > 0 {
		t.Errorf("another one: repaired %q, left %q", fixed, left)
	}
	if _, err := d.Repair(t.Context(), "bad", "ghost"); !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("not installed: got %v", err)
	}
	if _, err := d.Repair(t.Context(), "../x"); pack.CodeOf(err) != pack.CodeInvalidRef {
		t.Errorf("no ref: got %v", err)
	}
}

// TestRepairSettles repairs what a process left that died in the middle of each act.
func TestRepairSettles(t *testing.T) {
	t.Parallel()
	for _, a := range acts(t) {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			step := "move pointer"
			if a.name == "remove" {
				step = "remove pointer"
			}
			r := newRoot(t)
			a.setUp(t, r.open(t))
			s := r.open(t)
			dieAtStep(t, r, step, a.do)
			if fixed, left := repaired(t, s); len(fixed) != 1 || len(left) > 0 {
				t.Errorf("repaired %q, left %q", fixed, left)
			}
			state(t, r)
			if entries := mustReadDir(t, filepath.Join(r.dir, "journal")); len(entries) > 0 {
				t.Errorf("left in the journal: %v", entries)
			}
		})
	}
}

// TestRepairDies lets a repair die before each of its steps: the next one repairs the rest.
func TestRepairDies(t *testing.T) {
	t.Parallel()
	for n := 1; ; n++ {
		r := newRoot(t)
		setUp := r.open(t)
		v1 := write(t, simplePack("demo", "1.0.0"))
		register(t, setUp, "", v1)
		register(t, setUp, registry.ReplaceUpgrade, write(t, simplePack("demo", "2.0.0")))
		register(t, setUp, registry.ReplaceAny, v1)
		writeTo(t, filepath.Join(r.dir, "packs", "demo", activeOf(t, r, "demo").Name), files{"pack/lib/deep/data.txt": "changed"})
		mortality := &reaper{err: errDead}
		s := openMortal(t, r, mortality)
		mortality.step, mortality.dieAt = 0, n
		_, _ = s.Repair(context.WithoutCancel(t.Context()))
		again := r.open(t)
		if _, left := repaired(t, again); len(left) > 0 {
			t.Errorf("died at step %d: left %q", n, left)
		}
		if got := state(t, r); got != "1.0.0" || len(differences(t, again)) > 0 {
			t.Errorf("died at step %d: got %s", n, got)
		}
		checkClean(t, r)
		if mortality.step < n {
			if n < 10 {
				t.Errorf("a repair has %d steps", n)
			}
			return
		}
	}
}
