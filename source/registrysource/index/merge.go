package index

import (
	stdjson "encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// Merge adds the versions of another document that d does not have, as they are written
// there, and returns them. base is where relative URLs of the other document lead to: a URL
// that ends with "/", or "" if both documents are served from one place.
//
// A version that both have stays as it is in d. Unless both state one checksum for it, it is an
// error with [pack.CodeConflict], and nothing is added. Entries that cannot be read are left
// out.
func (d *Document) Merge(other *Document, base string) ([]pack.ID, error) {
	var added []entry
	var errs []error
	for _, e := range other.entries {
		if e.id.Ref == "" {
			continue
		}
		moved, err := e.moved(base)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		switch mine := d.find(e.id); {
		case mine == nil:
			added = append(added, moved)
		case !slices.ContainsFunc(mine.checksums(), func(c string) bool { return slices.Contains(moved.checksums(), c) }):
			errs = append(errs, pack.Errorf(pack.CodeConflict, "both indices have %s, with different content", e.id))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	var ids []pack.ID
	for _, e := range added {
		ids = append(ids, e.id)
	}
	d.entries = append(d.entries, added...)
	slices.SortStableFunc(d.entries, func(a, b entry) int { return compare(a.id, b.id) })
	return ids, nil
}

// checksums returns those of the install sources of the entry.
func (e *entry) checksums() (all []string) {
	var sources []struct{ Checksum string }
	_ = stdjson.Unmarshal(orNull(members(e.text)["install_sources"]), &sources) // none, if they cannot be read
	for _, s := range sources {
		all = append(all, s.Checksum)
	}
	return all
}

// moved returns the entry with URLs that lead to the same places from another index.
func (e *entry) moved(base string) (entry, error) {
	if base == "" {
		return *e, nil
	}
	from, err := url.Parse(base)
	if err != nil || from.Host == "" || !strings.HasSuffix(from.Path, "/") {
		return entry{}, pack.Errorf(pack.CodeInvalidRequest, "place of the index %q: want a URL that ends with %q", base, "/")
	}
	all := members(e.text)
	var sources []map[string]stdjson.RawMessage
	if err := stdjson.Unmarshal(orNull(all["install_sources"]), &sources); err != nil {
		return entry{}, pack.Errorf(pack.CodeMalformedContent, "install sources of %s: %w", e.id, err)
	}
	for _, s := range sources {
		var address string
		if stdjson.Unmarshal(orNull(s["url"]), &address) != nil || strings.Contains(address, ":") {
			continue // absolute, or unusable wherever it is
		}
		whole, err := from.Parse(address)
		if err != nil {
			continue
		}
		s["url"] = marshal(whole.String())
	}
	all["install_sources"] = marshal(sources)
	return entry{e.id, marshal(all)}, nil
}
