package index

import (
	stdjson "encoding/json"
	"slices"

	"github.com/packtrain/pack"
)

// A Change is what happened to a version between two documents.
type Change string

// The changes.
const (
	Added   Change = "added"
	Removed Change = "removed"
	// Republished: its install sources are others, so its content may be, too.
	Republished Change = "republished"
	Yanked      Change = "yanked"
	Unyanked    Change = "unyanked"
	// Described: its description is another one, or what it states of its needs.
	Described Change = "described"
)

// A Difference is a version that two documents state differently.
type Difference struct {
	ID     pack.ID
	Change Change
}

// Diff returns how d differs from an earlier document, ordered by ref, the highest version
// first. A version may have several changes. Entries that cannot be read are left out.
func (d *Document) Diff(earlier *Document) []Difference {
	var all []Difference
	for _, e := range earlier.entries {
		if e.id.Ref != "" && d.find(e.id) == nil {
			all = append(all, Difference{e.id, Removed})
		}
	}
	for _, e := range d.entries {
		switch old := earlier.find(e.id); {
		case e.id.Ref == "":
		case old == nil:
			all = append(all, Difference{e.id, Added})
		default:
			all = append(all, compared(e.id, members(old.text), members(e.text))...)
		}
	}
	slices.SortStableFunc(all, func(a, b Difference) int { return compare(a.ID, b.ID) })
	return all
}

// compared returns how an entry differs from an earlier one.
func compared(id pack.ID, old, now map[string]stdjson.RawMessage) (all []Difference) {
	_, was := old["yanked"]
	_, is := now["yanked"]
	if is && !was {
		all = append(all, Difference{id, Yanked})
	}
	if was && !is {
		all = append(all, Difference{id, Unyanked})
	}
	if !equal(orNull(old["install_sources"]), orNull(now["install_sources"])) {
		all = append(all, Difference{id, Republished})
	}
	for _, key := range []string{"yanked", "install_sources"} {
		delete(old, key)
		delete(now, key)
	}
	if !equal(marshal(old), marshal(now)) {
		all = append(all, Difference{id, Described})
	}
	return all
}

func orNull(text []byte) []byte {
	if text == nil {
		return []byte("null")
	}
	return text
}

// members returns the members of an entry.
func members(text []byte) map[string]stdjson.RawMessage {
	var m map[string]stdjson.RawMessage
	_ = stdjson.Unmarshal(text, &m) // it has an ID
	return m
}

// find returns the entry of a version, nil for none.
func (d *Document) find(id pack.ID) *entry {
	at := slices.IndexFunc(d.entries, func(e entry) bool { return e.id == id })
	if at < 0 {
		return nil
	}
	return &d.entries[at]
}
