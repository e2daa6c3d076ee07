package crashtest

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A state is the version of each installed pack.
type state map[string]string

// rows are what the records hold of the packs of a root.
type rows map[string]row

type row struct {
	version, active string
	generations     map[string]string // the version of each generation, by its name
}

// A checker judges a root by its files. It shares no code with the registry.
type checker struct {
	root  string
	packs string // the sources, see source
}

// interrupted checks a root in which an operation was interrupted: the rows are those of
// one of the states, and readers get the content of these, or still that of before and the
// journal has what is missing.
func (c checker) interrupted(found rows, before, after state) (state, error) {
	is, err := which(found, before, after)
	if err != nil {
		return nil, err
	}
	moves, err := c.journal()
	for ref := range union(before, after) {
		err = errors.Join(err, c.generationsThere(ref, found[ref]))
		pointer, version, readErr := c.pointer(ref)
		switch {
		case readErr != nil:
			err = errors.Join(err, readErr)
		case pointer == found[ref].active && version == is[ref]:
		case !maps.Equal(is, after) || version != before[ref]:
			err = errors.Join(err, fmt.Errorf("readers get version %q of %s, the records say %q", version, ref, is[ref]))
		case !slices.Contains(moves, ref+" "+found[ref].active):
			err = errors.Join(err, fmt.Errorf("readers get version %q of %s, the records say %q, and the journal (%v) does not", version, ref, is[ref], moves))
		}
	}
	return is, err
}

// settled checks a root after recovery: nothing is left to do.
func (c checker) settled(found rows, before, after state) (state, error) {
	is, err := which(found, before, after)
	if err != nil {
		return nil, err
	}
	for ref := range union(before, after) {
		err = errors.Join(err, c.generationsThere(ref, found[ref]), c.noOthers(ref, found[ref]))
		pointer, version, readErr := c.pointer(ref)
		if readErr == nil && (pointer != found[ref].active || version != is[ref]) {
			readErr = fmt.Errorf("readers get version %q of %s, generation %q, the records say %+v", version, ref, pointer, found[ref])
		}
		err = errors.Join(err, readErr)
	}
	for _, dir := range []string{"journal", "staging"} {
		entries, readErr := os.ReadDir(filepath.Join(c.root, dir))
		if err = errors.Join(err, readErr); len(entries) > 0 {
			err = errors.Join(err, fmt.Errorf("left in %s: %v", dir, entries))
		}
	}
	return is, err
}

// which returns the state that the rows are in.
func which(found rows, before, after state) (state, error) {
	is := state{}
	for ref, r := range found {
		is[ref] = r.version
		if r.generations[r.active] != r.version {
			return nil, fmt.Errorf("the active generation of %s is not among its generations: %+v", ref, r)
		}
	}
	if !maps.Equal(is, before) && !maps.Equal(is, after) {
		return nil, fmt.Errorf("the records are at %v, neither at %v nor at %v", is, before, after)
	}
	return is, nil
}

func union(a, b state) state {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// generationsThere checks that all generations in a row have their content.
func (c checker) generationsThere(ref string, r row) (err error) {
	for name, version := range r.generations {
		got, want := tree(filepath.Join(c.root, "packs", ref, name, "pack")), tree(source(c.packs, ref, version))
		if got != want {
			err = errors.Join(err, fmt.Errorf("generation %s of %s has other content than version %s:\n%s\nwant\n%s", name, ref, version, got, want))
		}
	}
	return err
}

// noOthers checks that no directory is a generation that the row does not have.
func (c checker) noOthers(ref string, r row) (err error) {
	entries, err := os.ReadDir(filepath.Join(c.root, "packs", ref))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	for _, e := range entries {
		if r.generations[e.Name()] == "" {
			err = errors.Join(err, fmt.Errorf("generation %s of %s is on disk, the records do not have it", e.Name(), ref))
		}
	}
	return err
}

// pointer returns the generation that readers of a pack get, and its version by its
// content; "" for none.
func (c checker) pointer(ref string) (generation, version string, err error) {
	link := filepath.Join(c.root, "current", ref)
	target, err := os.Readlink(link)
	if errors.Is(err, fs.ErrNotExist) || err == nil && target == "../packs/"+ref+"/none/pack" {
		return "", "", nil
	}
	if err != nil {
		return "", "", err
	}
	content := tree(link + "/")
	for _, version := range []string{"1.0.0", "2.0.0"} {
		if content == tree(source(c.packs, ref, version)) {
			return filepath.Base(filepath.Dir(target)), version, nil
		}
	}
	return "", "", fmt.Errorf("readers of %s get what was never registered, from %s:\n%s", ref, target, content)
}

// journal returns the moves that the journal has, "ref generation" each.
func (c checker) journal() (moves []string, err error) {
	files, err := filepath.Glob(filepath.Join(c.root, "journal", "*.json"))
	for _, file := range files {
		var entry struct{ Moves []struct{ Ref, To string } }
		data, readErr := os.ReadFile(file)
		err = errors.Join(err, readErr)
		if json.Unmarshal(data, &entry) != nil {
			err = errors.Join(err, fmt.Errorf("journal entry %s is torn: %q", file, data))
		}
		for _, m := range entry.Moves {
			moves = append(moves, m.Ref+" "+m.To)
		}
	}
	return moves, err
}

// tree describes all files below a directory: path, whether it is executable, content.
func tree(dir string) string {
	var lines []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		lines = append(lines, fmt.Sprintf("%s %v %x", rel, info.Mode()&0o100 != 0, sha256.Sum256(data)))
		return err
	})
	if err != nil {
		return err.Error()
	}
	return strings.Join(lines, "\n")
}
