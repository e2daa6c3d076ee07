// Package godoc finds the documentation of Go types in their sources, in the words of those
// who see them as JSON.
package godoc

import (
	"cmp"
	"fmt"
	"go/ast"
	"reflect"
	"slices"
	"strings"
)

// Sources are the packages of some modules. They are for one goroutine.
type Sources struct {
	modules  map[string]string
	packages map[string]*source
}

// New returns the packages of modules, given as directories by module paths. Of nested
// modules the longest path counts.
func New(modules map[string]string) *Sources {
	return &Sources{modules: modules, packages: map[string]*source{}}
}

// Object returns what a struct type and its fields are said to be: the type by "", and each
// field by the name that it has in JSON. It is in plain text, with the names of fields in
// JSON, and the values of constants in place of their names.
func (s *Sources) Object(t reflect.Type) (map[string]string, error) {
	all := map[string]string{}
	src, err := s.of(t.PkgPath())
	if err != nil {
		return nil, err
	}
	name, _, _ := strings.Cut(t.Name(), "[")
	names := map[string]string{}
	for _, f := range reflect.VisibleFields(t) {
		if json := jsonName(&f); json != "" {
			names[f.Name] = json
		}
	}
	all[""] = s.plain(src, src.docs[name], names)
	for _, f := range reflect.VisibleFields(t) {
		json := jsonName(&f)
		if json == "" {
			continue
		}
		doc, err := s.field(t, f.Index)
		if err != nil {
			return nil, err
		}
		listed, err := s.listed(f.Type, names)
		if err != nil {
			return nil, err
		}
		all[json] = s.plain(src, doc, names) + listed
	}
	return all, nil
}

// jsonName returns "" for fields that are not written, or whose own fields are.
func jsonName(f *reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	switch {
	case !f.IsExported() || name == "-":
		return ""
	case name == "" && !f.Anonymous:
		return f.Name
	}
	return name
}

// field returns the documentation of a field, which may be one of an embedded type.
func (s *Sources) field(t reflect.Type, index []int) (string, error) {
	for _, i := range index[:len(index)-1] {
		if t = t.Field(i).Type; t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
	}
	src, err := s.of(t.PkgPath())
	if err != nil {
		return "", err
	}
	name, _, _ := strings.Cut(t.Name(), "[")
	spec := src.types[name]
	if spec == nil {
		return "", nil // a type without a name
	}
	fields, ok := spec.Type.(*ast.StructType)
	if !ok {
		return "", fmt.Errorf("%s is defined as another type", t)
	}
	return fieldDoc(fields, t.Field(index[len(index)-1]).Name), nil
}

// fieldDoc returns what is said before or behind a field, or in the words before its
// neighbour if they name it.
func fieldDoc(fields *ast.StructType, name string) string {
	before := ""
	for _, f := range fields.Fields.List {
		doc := cmp.Or(f.Doc.Text(), f.Comment.Text())
		if doc != "" {
			before = doc
		}
		for _, n := range f.Names {
			if n.Name == name && (doc != "" || mentions(before, name)) {
				return before
			}
		}
	}
	return ""
}

func mentions(doc, name string) bool {
	return slices.Contains(strings.FieldsFunc(doc, func(r rune) bool { return !isWord(r) }), name)
}

// listed returns the values of a type and what they mean, a line each.
func (s *Sources) listed(t reflect.Type, names map[string]string) (string, error) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.String || t.PkgPath() == "" {
		return "", nil
	}
	src, err := s.of(t.PkgPath())
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, v := range src.values[t.Name()] {
		if v.doc != "" {
			fmt.Fprintf(&b, "\n- %q: %s", v.text, s.plain(src, strings.TrimPrefix(v.doc, v.name+": "), names))
		}
	}
	return b.String(), nil
}
