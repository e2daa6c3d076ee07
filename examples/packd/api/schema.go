package api

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/packtrain/pack/examples/packd/wire"
)

const schemaPrefix = "#/components/schemas/"

// schemas describes Go types as they are marshalled. It is huma's registry with
// what that one leaves out or says otherwise: lists are never null, but those of
// the pack's own files; pointers to structs may be; types of one name live in
// many packages.
type schemas struct {
	byName map[string]*huma.Schema
	types  map[string]reflect.Type
}

func newSchemas() *schemas {
	return &schemas{byName: map[string]*huma.Schema{}, types: map[string]reflect.Type{}}
}

// Schema implements [huma.Registry].
func (s *schemas) Schema(t reflect.Type, allowRef bool, hint string) *huma.Schema {
	base := t
	for base.Kind() == reflect.Pointer {
		base = base.Elem()
	}
	switch {
	case !isObject(base):
		return s.plain(t)
	case base.PkgPath() == reflect.TypeFor[huma.ErrorModel]().PkgPath():
		return &huma.Schema{} // errors as huma has them are never sent
	}
	name := schemaName(base, hint)
	if _, ok := s.byName[name]; !ok {
		s.byName[name] = &huma.Schema{} // types may contain themselves
		s.types[name] = base
		s.byName[name] = s.object(base)
	}
	switch {
	case !allowRef:
		return s.byName[name]
	case t.Kind() == reflect.Pointer:
		return &huma.Schema{AnyOf: []*huma.Schema{{Ref: schemaPrefix + name}, {Type: "null"}}}
	}
	return &huma.Schema{Ref: schemaPrefix + name}
}

// isObject reports whether values of t are marshalled as objects with the fields
// of t.
func isObject(t reflect.Type) bool {
	text := reflect.TypeFor[encoding.TextMarshaler]()
	return t.Kind() == reflect.Struct && !t.Implements(text) // as times and versions are
}

// plain describes types that are not structs.
func (s *schemas) plain(t reflect.Type) *huma.Schema {
	schema := huma.SchemaFromType(s, t)
	if schema.Type == huma.TypeArray {
		schema.Nullable = false
	}
	return schema
}

// object describes a struct.
func (s *schemas) object(t reflect.Type) *huma.Schema {
	schema := huma.SchemaFromType(s, t)
	switch {
	case isRequest(t):
		schema.AdditionalProperties = false
		eachField(t, schema, func(f string, p *huma.Schema) {
			p.Nullable = !slices.Contains(schema.Required, f) // null means absent
		})
	case t.PkgPath() == packPath:
		eachField(t, schema, func(_ string, p *huma.Schema) {
			p.Nullable = p.Nullable || p.Type == huma.TypeArray || p.Type == huma.TypeObject
		})
	}
	schema.PrecomputeMessages()
	return schema
}

// packPath is the package of the types of the content of a pack's files.
const packPath = "github.com/packtrain/pack"

func isRequest(t reflect.Type) bool {
	return t.PkgPath() == reflect.TypeFor[wire.DownloadRequest]().PkgPath() && strings.HasSuffix(t.Name(), "Request")
}

func eachField(t reflect.Type, schema *huma.Schema, do func(name string, p *huma.Schema)) {
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if p := schema.Properties[name]; p != nil {
			do(name, p)
		}
	}
}

// schemaName is the name of a type, with its package where a stage has it:
// "RegistryReport".
func schemaName(t reflect.Type, hint string) string {
	if t.Name() == "" {
		return hint
	}
	name, argument, generic := strings.Cut(t.Name(), "[")
	if !generic {
		return qualified(lastPart(t.PkgPath()), name)
	}
	if strings.HasPrefix(argument, "[]") {
		name += "ListOf"
	}
	pkg, of, _ := strings.Cut(lastPart(strings.Trim(argument, "[]*")), ".")
	return name + title(qualified(pkg, of))
}

// lastPart returns what follows the last "/".
func lastPart(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

func title(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// SchemaFromRef implements [huma.Registry].
func (s *schemas) SchemaFromRef(ref string) *huma.Schema {
	return s.byName[strings.TrimPrefix(ref, schemaPrefix)]
}

// TypeFromRef implements [huma.Registry].
func (s *schemas) TypeFromRef(ref string) reflect.Type {
	return s.types[strings.TrimPrefix(ref, schemaPrefix)]
}

// Map implements [huma.Registry].
func (s *schemas) Map() map[string]*huma.Schema { return s.byName }

// MarshalJSON writes the schemas by name.
func (s *schemas) MarshalJSON() ([]byte, error) { return json.Marshal(s.byName) }

// RegisterTypeAlias implements [huma.Registry]; nothing here has aliases.
func (s *schemas) RegisterTypeAlias(reflect.Type, reflect.Type) {}
