package index

import (
	"bytes"
	stdjson "encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/json"
)

// A Document is an index of format 1 that can be changed. The zero value is an empty
// index without a name.
type Document struct {
	Name    string    // registry_name
	URL     string    // registry_url
	Updated time.Time // last_updated; [Update] sets it

	entries []entry
	others  map[string]stdjson.RawMessage // what else the document says
}

// An entry is a version of a pack as it is written.
type entry struct {
	id   pack.ID // zero if it cannot be read
	text stdjson.RawMessage
}

// Parse reads an index. Entries that cannot be used stay as they are, without an ID.
// Errors have [pack.CodeMalformedContent], or say which limit of JSON is passed.
func Parse(data []byte) (*Document, error) {
	root, err := json.Parse(data, json.Options{})
	if err != nil {
		return nil, pack.Errorf(pack.CodeMalformedContent, "%w", err)
	}
	d := &Document{others: map[string]stdjson.RawMessage{}}
	if version, _ := root.Get("version").Text(); version != "1.0" || root.Get("packs").Kind() != "array" {
		return nil, pack.Errorf(pack.CodeMalformedContent, "it is not an index of format 1: want version %q and a list named packs", "1.0")
	}
	for key, v := range root.Members() {
		switch key {
		case "registry_name":
			d.Name, _ = v.Text()
		case "registry_url":
			d.URL, _ = v.Text()
		case "last_updated":
			text, _ := v.Text()
			d.Updated, _ = time.Parse(time.RFC3339, text) // a date that cannot be read is none
		case "packs":
			for e := range v.Elements() {
				d.entries = append(d.entries, entry{idOf(e), raw(e)})
			}
		case "version":
		default:
			d.others[key] = raw(v)
		}
	}
	return d, nil
}

func raw(v json.Value) stdjson.RawMessage {
	var text stdjson.RawMessage
	_ = v.Decode(&text) // it was checked
	return text
}

func idOf(v json.Value) pack.ID {
	refText, _ := v.Get("ref").Text()
	versionText, _ := v.Get("version").Text()
	ref, refErr := pack.ParseRef(refText)
	version, versionErr := pack.ParseVersion(versionText)
	if refErr != nil || versionErr != nil {
		return pack.ID{}
	}
	return pack.ID{Ref: ref, Version: version}
}

// IDs returns the versions of packs in the document that can be read, in its order.
func (d *Document) IDs() []pack.ID {
	var ids []pack.ID
	for _, e := range d.entries {
		if e.id.Ref != "" {
			ids = append(ids, e.id)
		}
	}
	return ids
}

// Add adds an entry. A version that is there already is an error with
// [pack.CodeConflict], unless its entry is equal: what was published stays, because
// others have its checksum.
func (d *Document) Add(e Entry) error { return d.put(e, false) }

// Replace adds an entry, and drops one for the same version.
func (d *Document) Replace(e Entry) error { return d.put(e, true) }

func (d *Document) put(e Entry, replace bool) error {
	if len(e.InstallSources) == 0 {
		return pack.Errorf(pack.CodeInvalidRequest, "entry %s has no install source", e.id())
	}
	text := marshal(e)
	at := slices.IndexFunc(d.entries, func(other entry) bool { return other.id == e.id() })
	switch {
	case at >= 0 && !replace && !equal(d.entries[at].text, text):
		return pack.Errorf(pack.CodeConflict, "the index has another entry for %s: raise the version, or replace it", e.id())
	case at >= 0:
		d.entries[at].text = text
	default:
		d.entries = append(d.entries, entry{e.id(), text})
		slices.SortStableFunc(d.entries, func(a, b entry) int { return compare(a.id, b.id) })
	}
	return nil
}

// equal says whether two JSON texts say the same.
func equal(a, b []byte) bool {
	var x, y any
	return stdjson.Unmarshal(a, &x) == nil && stdjson.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// compare orders by ref, then the highest version first.
func compare(a, b pack.ID) int {
	if c := strings.Compare(a.Ref.String(), b.Ref.String()); c != 0 {
		return c
	}
	return b.Version.Compare(a.Version)
}

// Remove drops the entries of a pack, of one version unless that is zero. None is an
// error that matches [pack.ErrNotFound].
func (d *Document) Remove(ref pack.Ref, version pack.Version) error {
	before := len(d.entries)
	d.entries = slices.DeleteFunc(d.entries, func(e entry) bool {
		return e.id.Ref == ref && (version.IsZero() || e.id.Version == version)
	})
	if len(d.entries) == before {
		return pack.Errorf(pack.CodeNotFound, "the index has no entry for %s", pack.ID{Ref: ref, Version: version})
	}
	return nil
}

// Yank marks a version, which is not chosen any more, but stays for those whose lock
// states it. reason is told to users. A version that the document does not have is an error
// that matches [pack.ErrNotFound].
func (d *Document) Yank(id pack.ID, reason string) error {
	return d.edit(id, func(members map[string]stdjson.RawMessage) { members["yanked"] = marshal(reason) })
}

// Unyank lets a version be chosen again. Errors are those of [Document.Yank].
func (d *Document) Unyank(id pack.ID) error {
	return d.edit(id, func(members map[string]stdjson.RawMessage) { delete(members, "yanked") })
}

// edit changes the members of an entry.
func (d *Document) edit(id pack.ID, change func(members map[string]stdjson.RawMessage)) error {
	e := d.find(id)
	if e == nil {
		return pack.Errorf(pack.CodeNotFound, "the index has no entry for %s", id)
	}
	all := members(e.text)
	change(all)
	e.text = marshal(all)
	return nil
}

// Bytes returns the document as text.
func (d *Document) Bytes() []byte {
	members := maps.Clone(d.others)
	if members == nil {
		members = map[string]stdjson.RawMessage{}
	}
	entries := []stdjson.RawMessage{}
	for _, e := range d.entries {
		entries = append(entries, e.text)
	}
	known := []struct {
		key   string
		value any
	}{
		{"registry_name", d.Name},
		{"registry_url", d.URL},
		{"version", "1.0"},
		{"last_updated", d.Updated.UTC().Format(time.RFC3339)},
		{"packs", entries},
	}
	var b bytes.Buffer
	b.WriteByte('{')
	write := func(key string, value any) {
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.Write(marshal(key))
		b.WriteByte(':')
		b.Write(marshal(value))
	}
	for _, m := range known[:4] {
		write(m.key, m.value)
	}
	for _, key := range slices.Sorted(maps.Keys(members)) {
		write(key, members[key])
	}
	write(known[4].key, known[4].value)
	b.WriteByte('}')
	var out bytes.Buffer
	_ = stdjson.Indent(&out, b.Bytes(), "", "  ") // it is JSON
	out.WriteByte('\n')
	return out.Bytes()
}

// marshal returns JSON in which text stays as it is.
func marshal(v any) []byte {
	var b bytes.Buffer
	enc := stdjson.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // texts, entries and JSON
	return bytes.TrimRight(b.Bytes(), "\n")
}
