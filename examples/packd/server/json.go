package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds how deep lists and objects nest in a request.
const maxDepth = 32

// checkJSON refuses what has more than one reading, or none: text that is not
// UTF-8, a key twice, anything behind the end, and what nests too deep.
func checkJSON(data []byte) error {
	switch {
	case !utf8.Valid(data):
		return errors.New("it is not UTF-8")
	case !json.Valid(data):
		return syntaxError(data)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber() // what is too large for a float64 is JSON all the same
	return checkValue(dec, 0)
}

// syntaxError says where what is no JSON goes wrong.
func syntaxError(data []byte) error {
	var v any
	err := json.Unmarshal(data, &v)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("%w, at byte %d", syntax, syntax.Offset)
	}
	return err
}

func checkValue(dec *json.Decoder, depth int) error {
	token, err := dec.Token()
	bracket, opens := token.(json.Delim)
	switch {
	case err != nil:
		return err
	case !opens:
		return nil
	case depth == maxDepth:
		return fmt.Errorf("it nests deeper than %d levels", maxDepth)
	}
	seen := map[string]bool{}
	for dec.More() {
		if bracket == '{' {
			if err := checkKey(dec, seen); err != nil {
				return err
			}
		}
		if err := checkValue(dec, depth+1); err != nil {
			return err
		}
	}
	_, err = dec.Token() // the bracket that closes
	return err
}

func checkKey(dec *json.Decoder, seen map[string]bool) error {
	token, err := dec.Token()
	key, _ := token.(string)
	if err == nil && seen[key] {
		return fmt.Errorf("key %.40q is there twice", key)
	}
	seen[key] = true
	return err
}

// keepFields drops the keys of an object that are no fields of the struct v, and
// returns what is no object as it is. A key that differs from the name of a field
// in case is another one: package json and huma take it for the same.
func keepFields(data []byte, v any) ([]byte, error) {
	names := fieldNames(reflect.TypeOf(v))
	if names == nil || !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return data, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, err
	}
	maps.DeleteFunc(fields, func(name string, _ json.RawMessage) bool { return !names[name] })
	return json.Marshal(fields)
}

// fieldNames returns the names of the fields of a struct in JSON, nil for what is
// no struct.
func fieldNames(t reflect.Type) map[string]bool {
	if t.Kind() != reflect.Struct {
		return nil
	}
	names := map[string]bool{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names[name] = true
	}
	return names
}
