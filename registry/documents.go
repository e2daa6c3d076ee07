package registry

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/exactjson"
)

// Documents are the components of a generation, encoded: a line of JSON that lists them,
// followed by the JSON of each in a line of its own. A [Store] encodes components once,
// when it validates the pack; from then on, the same bytes are what files and records
// contain. nil means no components. They are not changed once they are made.
type Documents []byte

// A Document is one component of [Documents].
type Document struct {
	Kind pack.Kind         `json:"kind"`
	Ref  pack.ComponentRef `json:"ref"`
	Name string            `json:"name"`
	File string            `json:"file"`
	// Size is the number of bytes of JSON.
	Size int `json:"size"`
	// JSON is the whole component. It shares memory with the Documents.
	JSON []byte `json:"-"`
}

// EncodeComponents returns components in their order, encoded. A component that JSON
// cannot represent is an error with [pack.CodeInvalidRequest].
func EncodeComponents(components []pack.Component) (Documents, error) {
	list := make([]Document, len(components))
	var bodies bytes.Buffer
	encoder := json.NewEncoder(&bodies)
	for i := range components {
		c, start := &components[i], bodies.Len()
		if err := encoder.Encode(c); err != nil {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "encode component %q: %w", c.Ref, err)
		}
		list[i] = Document{Kind: c.Kind, Ref: c.Ref, Name: c.Name, File: c.File, Size: bodies.Len() - start - len("\n")}
	}
	head, err := json.Marshal(list)
	if err != nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "encode components: %w", err)
	}
	return slices.Concat(head, []byte("\n"), bodies.Bytes()), nil
}

// List returns the components without decoding them. The error of documents that are
// damaged has [pack.CodeStoreCorrupt].
func (d Documents) List() ([]Document, error) {
	if len(d) == 0 {
		return nil, nil
	}
	head, rest, _ := bytes.Cut(d, []byte("\n"))
	list, err := decode[[]Document](head)
	if err != nil {
		return nil, err
	}
	for i := range list {
		n := list[i].Size
		if n < 0 || n >= len(rest) || rest[n] != '\n' {
			return nil, errDocuments
		}
		list[i].JSON, rest = rest[:n:n], rest[n+1:]
	}
	if len(rest) > 0 {
		return nil, errDocuments
	}
	return list, nil
}

var errDocuments = pack.Errorf(pack.CodeStoreCorrupt, "the encoded components are incomplete")

// Components decodes the components, in the order in which they were encoded. The list
// is never nil.
func (d Documents) Components() ([]pack.Component, error) {
	list, err := d.List()
	if err != nil {
		return nil, err
	}
	components := make([]pack.Component, len(list))
	for i := range list {
		if err := exactjson.Unmarshal(list[i].JSON, &components[i]); err != nil {
			return nil, pack.Errorf(pack.CodeStoreCorrupt, "decode component %q: %w", list[i].Ref, err)
		}
	}
	return components, nil
}

// Mentions returns the refs of packs whose components the documents may name, ordered:
// those that begin a text of the form "pack.name".
func (d Documents) Mentions() []pack.Ref {
	found := map[pack.Ref]bool{}
	for rest := []byte(d); ; {
		at := bytes.IndexByte(rest, '"')
		if at < 0 {
			break
		}
		rest = rest[at+1:]
		n := 0
		for n < len(rest) && inRef(rest[n]) {
			n++
		}
		if n > 0 && n < len(rest) && rest[n] == '.' {
			found[pack.Ref(rest[:n])] = true
		}
		rest = rest[n:]
	}
	return slices.Sorted(maps.Keys(found))
}

// inRef reports whether a ref of a pack may contain c.
func inRef(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}
