package registrysource

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/json"
)

// A document is an index of format 1. Entries are checked and decoded when they are
// asked for.
type document struct {
	data      []byte
	updated   time.Time // what it states, zero when that cannot be read as a date
	entries   []json.Raw
	positions map[string][]int // of the entries of each ref, as written
}

// parseDocument reads an index; an error describes the document found instead.
func parseDocument(data []byte, limits Limits) (*document, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, malformed("it is empty (%d bytes)", len(data))
	}
	root, entries, err := json.ParseList(data, "packs", json.Options{List: int(max(limits.Entries, 0))})
	if err != nil {
		if strings.HasPrefix(http.DetectContentType(data), "text/html") {
			return nil, malformed("it is a web page, perhaps a login page")
		}
		return nil, coded(err)
	}
	if err := checkFormat(root); err != nil {
		return nil, err
	}
	doc := &document{data: data, updated: dateOf(root), entries: entries, positions: make(map[string][]int, len(entries))}
	for i, e := range entries {
		ref, err := e.Text("ref")
		if err != nil { // it could be an entry of any pack
			return nil, fmt.Errorf("entry %d: %w", i+1, coded(err))
		}
		if ref != "" {
			doc.positions[ref] = append(doc.positions[ref], i)
		}
	}
	return doc, nil
}

// dateOf returns the date that an index states.
func dateOf(root json.Value) time.Time {
	text, _ := root.Get("last_updated").Text()
	date, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return date
}

// coded gives an error of package json its code.
func coded(err error) error {
	if limit, ok := errors.AsType[*json.LimitError](err); ok {
		return &pack.LimitError{Limit: limit.Limit, Max: limit.Max, Value: limit.Value}
	}
	return malformed("%w", err)
}

// checkFormat refuses what is not an index of format 1, and reports other known
// formats by name.
func checkFormat(doc json.Value) error {
	if doc.Kind() != "object" {
		return malformed("it is of the JSON type %s, want an index of format 1, an object", doc.Kind())
	}
	kinds := map[string]string{}
	for key, member := range doc.Members() {
		kinds[key] = member.Kind()
	}
	switch {
	case kinds["format_version"] != "":
		return malformed("it has the proposed format with format_version and releases, which is not supported yet: ask its publisher for format 1")
	case kinds["packs"] == "object" && kinds["metadata"] == "object":
		return malformed("it is the index of a StackStorm exchange, want an index of format 1")
	case kinds["packs"] != "array":
		return malformed("it is not an index of format 1: want a list named packs")
	}
	known, err := members(doc, map[string]string{
		"registry_name": "string", "registry_url": "string", "version": "string", "last_updated": "string", "packs": "array",
	})
	if err != nil {
		return err
	}
	if version, _ := known["version"].Text(); version != "1.0" {
		return malformed("it is of another version: want version %q, as a string", "1.0")
	}
	return nil
}

// members returns the known members of an object, and checks their kinds.
func members(object json.Value, kinds map[string]string) (map[string]json.Value, error) {
	known := make(map[string]json.Value, len(kinds))
	for key, member := range object.Members() {
		switch want := kinds[key]; {
		case want == member.Kind():
			known[key] = member
		case want != "":
			return nil, malformed("%s is of the JSON type %s, want %s", key, member.Kind(), want)
		default:
			if err := checkUnknown(key, kinds); err != nil {
				return nil, err
			}
		}
	}
	return known, nil
}

// checkUnknown refuses a key that differs from a known one in case only: other
// readers would accept it.
func checkUnknown(key string, kinds map[string]string) error {
	for name := range kinds {
		if strings.EqualFold(name, key) {
			return malformed("key %.80q differs from %q only in case", key, name)
		}
	}
	return nil
}

// A skipped entry cannot be used. Its version is zero when it cannot be read.
type skipped struct {
	id  pack.ID
	err error
}

// has says whether the document lists a pack.
func (doc *document) has(ref pack.Ref) bool { return len(doc.positions[ref.String()]) > 0 }

// lookup returns the entries of a listed pack that can be used, the highest version
// first, and those that cannot. When there is none, the error says why: it is that of
// the first that was skipped.
func (doc *document) lookup(ref string, d *decoder) (entries []*entry, out []skipped, err error) {
	for _, i := range doc.positions[ref] {
		e, err := decodeEntry(doc.entries[i], d)
		if err == nil {
			entries = append(entries, e)
		} else {
			out = append(out, skipped{idOf(doc.entries[i]), err})
		}
	}
	slices.SortStableFunc(entries, byVersion)
	for i := 1; i < len(entries); i++ {
		if e := entries[i]; e.id == entries[i-1].id {
			return nil, nil, pack.Errorf(pack.CodeNameCollision, "duplicate entries for %s", e.id)
		}
	}
	entries, out = withoutYanked(entries, out)
	if len(entries) == 0 {
		return nil, out, out[0].err
	}
	return entries, out, nil
}

// withoutYanked moves the entries that were yanked to those that are skipped.
func withoutYanked(entries []*entry, out []skipped) ([]*entry, []skipped) {
	var left []*entry
	for _, e := range entries {
		if e.yanked == nil {
			left = append(left, e)
		} else {
			out = append(out, skipped{e.id, e.yanked})
		}
	}
	return left, out
}

// refs returns the refs of all entries, sorted.
func (doc *document) refs() []string { return slices.Sorted(maps.Keys(doc.positions)) }

func malformed(format string, args ...any) error {
	return pack.Errorf(pack.CodeMalformedContent, format, args...)
}
