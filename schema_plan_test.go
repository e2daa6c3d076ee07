package pack_test

import (
	"encoding"
	"reflect"
	"strings"

	"github.com/packtrain/pack/installer/pipeline"
)

// planSchema returns the schema of plans, from their Go types.
func planSchema() object {
	schema := valueSchema(reflect.TypeFor[pipeline.Plan]())
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	schema["title"] = "a plan of packctl and packd"
	return schema
}

// valueSchema returns the schema of a type as package json writes it.
func valueSchema(t reflect.Type) object {
	switch {
	case t.Kind() == reflect.Pointer:
		return object{"anyOf": []any{valueSchema(t.Elem()), object{"type": "null"}}}
	case t.Implements(reflect.TypeFor[encoding.TextMarshaler]()), t.Kind() == reflect.String:
		return object{"type": "string"}
	}
	switch t.Kind() { //nolint:exhaustive // plans have no others
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Slice:
		return object{"type": []string{"array", "null"}, "items": valueSchema(t.Elem())}
	case reflect.Map:
		return object{"type": []string{"object", "null"}, "additionalProperties": valueSchema(t.Elem())}
	case reflect.Struct:
		return structSchema(t)
	}
	return object{"type": "integer"}
}

func structSchema(t reflect.Type) object {
	properties, required := object{}, []string{}
	for f := range fieldsOf(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		properties[name] = valueSchema(f.Type)
		if options == "" {
			required = append(required, name)
		}
	}
	return object{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

func fieldsOf(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}
