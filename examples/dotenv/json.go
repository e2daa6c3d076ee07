package dotenv

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/packtrain/pack"
)

// JSON turns a document into a JSON object for target, a struct or a pointer to
// one: a variable whose field holds text becomes a string, as do those without a
// field, and for every other field the value is JSON, such as 300 or ["a"].
// A value that is not JSON stays a string there, so that type checks report it.
//
// An empty value is absent, unless its field is a plain string: it is how a
// parameter without a value is written. Text that is not UTF-8 is an error with
// [pack.CodeMalformedContent].
func JSON(data []byte, target any) ([]byte, error) {
	vars, err := Decode(data)
	if err != nil {
		return nil, err
	}
	fields := fieldTypes(target)
	object := make(map[string]any, len(vars))
	for name, value := range vars {
		if !utf8.ValidString(value) {
			return nil, pack.Errorf(pack.CodeMalformedContent, "variable %s is not UTF-8", name)
		}
		t, known := fields[name]
		switch {
		case known && value == "" && t.Kind() != reflect.String:
		case known && !isText(t) && json.Valid([]byte(value)):
			object[name] = json.RawMessage(value)
		default:
			object[name] = value
		}
	}
	return marshal(object)
}

// marshal writes what json.Marshal does, with "<" left as it is.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// fieldTypes returns the types of the fields of a struct by their JSON names.
func fieldTypes(target any) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	t := reflect.TypeOf(target)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			fields[name] = f.Type
		}
	}
	return fields
}

// isText reports whether a field holds a string.
func isText(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.String
}
