package registry

import (
	"bytes"
	"cmp"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"slices"

	"github.com/packtrain/pack"
)

// ComponentChanges say how the components of two generations of a pack differ. The lists
// are ordered by kind and ref.
type ComponentChanges struct {
	Dropped []ComponentID `json:"dropped"`
	Added   []ComponentID `json:"added"`
	// Renamed are components with the same content, or the same entry point, under
	// another ref. They are neither in Dropped nor in Added.
	Renamed []Renaming `json:"renamed"`
	// Changed have another document or entry point.
	Changed []ComponentID `json:"changed"`
}

// A ComponentID names a component.
type ComponentID struct {
	Kind pack.Kind         `json:"kind"`
	Ref  pack.ComponentRef `json:"ref"`
}

// A Renaming is a component that got another ref.
type Renaming struct {
	Kind pack.Kind         `json:"kind"`
	From pack.ComponentRef `json:"from"`
	To   pack.ComponentRef `json:"to"`
}

// A side is one of two generations that are compared.
type side struct {
	files      fs.FS
	components []pack.Component
}

func (s *Store) side(ref pack.Ref, generation string) (side, error) {
	a, err := s.recall(ref, generation)
	if err != nil {
		return side{}, err
	}
	components, err := a.Documents.Components()
	return side{os.DirFS(s.disk.Content(ref, generation)), components}, err
}

// compareComponents returns how the components of after differ from those of before.
func compareComponents(before, after side) ComponentChanges {
	c := ComponentChanges{Dropped: []ComponentID{}, Added: []ComponentID{}, Renamed: []Renaming{}, Changed: []ComponentID{}}
	dropped, added := byID(before.components), byID(after.components)
	for id, old := range dropped {
		next, ok := added[id]
		if !ok {
			continue
		}
		if !reflect.DeepEqual(old.Spec, next.Spec) || !sameFile(before.files, script(old), after.files, script(next)) {
			c.Changed = append(c.Changed, id)
		}
		delete(dropped, id)
		delete(added, id)
	}
	c.Renamed = append(c.Renamed, renamings(dropped, added, sameContent(before.files, after.files))...)
	c.Renamed = append(c.Renamed, renamings(dropped, added, sameEntryPoint)...)
	c.Dropped = slices.AppendSeq(c.Dropped, maps.Keys(dropped))
	c.Added = slices.AppendSeq(c.Added, maps.Keys(added))
	for _, ids := range [][]ComponentID{c.Dropped, c.Added, c.Changed} {
		slices.SortFunc(ids, compareIDs)
	}
	slices.SortFunc(c.Renamed, func(a, b Renaming) int {
		return compareIDs(ComponentID{a.Kind, a.From}, ComponentID{b.Kind, b.From})
	})
	return c
}

func compareIDs(a, b ComponentID) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Ref, b.Ref))
}

func byID(components []pack.Component) map[ComponentID]*pack.Component {
	found := make(map[ComponentID]*pack.Component, len(components))
	for i := range components {
		found[ComponentID{components[i].Kind, components[i].Ref}] = &components[i]
	}
	return found
}

// renamings moves the pairs that are the same out of dropped and added. Each component is
// in one pair.
func renamings(dropped, added map[ComponentID]*pack.Component, same func(old, next *pack.Component) bool) []Renaming {
	var found []Renaming
	for _, from := range slices.SortedFunc(maps.Keys(dropped), compareIDs) {
		for _, to := range slices.SortedFunc(maps.Keys(added), compareIDs) {
			if from.Kind == to.Kind && same(dropped[from], added[to]) {
				found = append(found, Renaming{from.Kind, from.Ref, to.Ref})
				delete(dropped, from)
				delete(added, to)
				break
			}
		}
	}
	return found
}

// sameContent compares documents without the fields that name the component and describe
// it, and the content of the entry points.
func sameContent(before, after fs.FS) func(old, next *pack.Component) bool {
	naming := []string{"ref", "name", "label", "description", "entry_point", "workflow_file"}
	essence := func(c *pack.Component) map[string]any {
		spec := maps.Clone(c.Spec)
		for _, field := range naming {
			delete(spec, field)
		}
		return spec
	}
	return func(old, next *pack.Component) bool {
		return reflect.DeepEqual(essence(old), essence(next)) && sameFile(before, script(old), after, script(next))
	}
}

// sameEntryPoint compares the names of the entry points.
func sameEntryPoint(old, next *pack.Component) bool {
	return script(old) != "" && script(old) == script(next)
}

// script returns the file that c runs, "" for none.
func script(c *pack.Component) string {
	switch {
	case c.Action != nil:
		return cmp.Or(c.Action.EntryPoint, c.Action.WorkflowFile)
	case c.Sensor != nil:
		return c.Sensor.EntryPoint
	}
	return ""
}

// sameFile reports whether a file of one tree has the content of a file of another. Two
// files that are missing are the same; so are no files, which have the name "".
func sameFile(before fs.FS, a string, after fs.FS, b string) bool {
	if a == "" || b == "" {
		return a == b
	}
	infoA, errA := fs.Stat(before, a)
	infoB, errB := fs.Stat(after, b)
	if errA != nil || errB != nil {
		return errA != nil && errB != nil
	}
	if infoA.Size() != infoB.Size() {
		return false
	}
	dataA, errA := fs.ReadFile(before, a)
	dataB, errB := fs.ReadFile(after, b)
	return errA == nil && errB == nil && bytes.Equal(dataA, dataB)
}
