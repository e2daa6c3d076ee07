package crashtest

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// A planted fault damages what an interruption or a recovery leaves, as a faulty registry
// would.
type planted struct {
	act     string
	settled bool   // after recovery; otherwise killed at the step
	step    string // the first of this name
	plant   func(c checker, found rows) error
}

func plantedFaults() map[string]planted {
	move := func(c checker, ref, generation string) error {
		link := filepath.Join(c.root, "current", ref)
		return errors.Join(os.RemoveAll(link), os.Symlink("../packs/"+ref+"/"+generation+"/pack", link))
	}
	data := func(c checker, found rows, version string) string {
		return filepath.Join(c.root, "packs", "left", generationOf(found, version), "pack", "lib", "deep", "data.txt")
	}
	older := func(found rows) {
		name := generationOf(found, "1.0.0")
		found["left"] = row{"1.0.0", name, map[string]string{name: "1.0.0"}}
	}
	return map[string]planted{
		"half a set is recorded": {"set", true, "", func(_ checker, found rows) error {
			older(found)
			return nil
		}},
		"half a set is recorded, before recovery": {"set", false, "move pointer", func(_ checker, found rows) error {
			older(found)
			return nil
		}},
		"a pointer moves before the decision": {"set", false, "write records", func(c checker, _ rows) error { return move(c, "left", filepath.Base(newest(c, "left"))) }},
		"the intent goes before the pointers": {"set", false, "move pointer", func(c checker, _ rows) error {
			files, err := filepath.Glob(filepath.Join(c.root, "journal", "*.json"))
			for _, file := range files {
				err = errors.Join(err, os.Remove(file))
			}
			return err
		}},
		"recovery moves back":         {"set", true, "", func(c checker, found rows) error { return move(c, "left", generationOf(found, "1.0.0")) }},
		"a pointer is lost":           {"set", true, "", func(c checker, _ rows) error { return os.Remove(filepath.Join(c.root, "current", "left")) }},
		"a file is lost":              {"set", true, "", func(c checker, found rows) error { return os.Remove(data(c, found, "2.0.0")) }},
		"an older generation is torn": {"set", true, "", func(c checker, found rows) error { return write(data(c, found, "1.0.0"), nil) }},
		"a file lost its content":     {"set", false, "move pointer", func(c checker, found rows) error { return write(data(c, found, "2.0.0"), make([]byte, 4800)) }},
		"a script is not executable": {"set", true, "", func(c checker, _ rows) error {
			return os.Chmod(filepath.Join(c.root, "current/left/actions/run.sh"), 0o644)
		}},
		"staging is not swept":             {"set", true, "", func(c checker, _ rows) error { return os.Mkdir(filepath.Join(c.root, "staging", "x"), 0o755) }},
		"a withdrawn generation stays":     {"set", true, "", func(c checker, _ rows) error { return os.Mkdir(filepath.Join(c.root, "packs/left/000009"), 0o755) }},
		"a pack beside the set is changed": {"set", true, "", func(c checker, _ rows) error { return os.Remove(filepath.Join(c.root, "current", "beside")) }},
		"a torn intent":                    {"set", false, "move pointer", func(c checker, _ rows) error { return tear(filepath.Join(c.root, "journal", "*.json")) }},
	}
}

// generationOf returns the name of the generation of left with a version.
func generationOf(found rows, version string) string {
	for name, v := range found["left"].generations {
		if v == version {
			return name
		}
	}
	return "none of version " + version
}

// newest returns the directory of the last generation of a pack.
func newest(c checker, ref string) string {
	dirs, _ := filepath.Glob(filepath.Join(c.root, "packs", ref, "*"))
	return slices.Max(dirs)
}

// write replaces the content of a file that may not be writable.
func write(file string, data []byte) error {
	return errors.Join(os.Remove(file), os.WriteFile(file, data, 0o644))
}

func tear(pattern string) error {
	files, err := filepath.Glob(pattern)
	for _, file := range files {
		data, readErr := os.ReadFile(file)
		err = errors.Join(err, readErr, write(file, bytes.TrimRight(data[:len(data)/2], "\n")))
	}
	return err
}

// TestPlantedFaults: the checker accepts what the registry leaves, and finds each fault.
func TestPlantedFaults(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for name, p := range plantedFaults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run{Backend: backend{Kind: "files"}, Packs: b.packs, Act: p.act}
			if err := b.prepare(t.Context(), &r); err != nil {
				t.Fatal(err)
			}
			check := checker.settled
			if !p.settled {
				check = checker.interrupted
				r.Way, r.Step = kill, b.stepNamed(t, r, p.step)
			}
			if err := r.inChild(t.Context()); err != nil {
				t.Fatal(err)
			}
			found, err := r.Backend.rows(t.Context(), r.Dir)
			if err != nil {
				t.Fatal(err)
			}
			before, after := withBeside(acts()[p.act].before), withBeside(acts()[p.act].after)
			if _, err := check(r.checker(), found, before, after); err != nil {
				t.Fatalf("without the fault: %v", err)
			}
			if err := p.plant(r.checker(), found); err != nil {
				t.Fatal(err)
			}
			if _, err := check(r.checker(), found, before, after); err == nil {
				t.Error("the checker does not find it")
			}
		})
	}
}

// stepNamed returns the number of the first step of that name, in a root of its own.
func (b *bench) stepNamed(t *testing.T, r run, name string) int {
	t.Helper()
	r.Way, r.Step = failure, 0
	if err := b.prepare(t.Context(), &r); err != nil {
		t.Fatal(err)
	}
	steps, err := r.interrupt(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, step := range steps {
		if step == name {
			return i + 1
		}
	}
	t.Fatalf("no step %q among %q", name, steps)
	return 0
}
