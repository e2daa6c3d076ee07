package npm

import (
	"encoding/json"
	"fmt"

	"github.com/packtrain/pack"
)

// A document is a JSON document whose top is an object.
type document struct {
	object
	err error // the first value of a wrong type that was asked for
}

// An object is a JSON object whose keys are read exactly as written: the
// structs of encoding/json would ignore their case, which npm does not.
type object struct {
	fields map[string]any
	doc    *document
}

func parse(file string, data []byte, maxSize int) (*document, error) {
	if err := check(file, data, maxSize); err != nil {
		return nil, err
	}
	doc := &document{}
	doc.doc = doc
	if err := json.Unmarshal(data, &doc.fields); err != nil {
		return nil, pack.Errorf(pack.CodeInvalidManifest, "%s: %w", file, err)
	}
	return doc, nil
}

func (o *object) has(key string) bool { return o.fields[key] != nil }

// get returns the value of key, the zero value when there is none.
func get[T any](o *object, key, want string) T {
	v, ok := o.fields[key].(T)
	if o.has(key) && !ok && o.doc.err == nil {
		o.doc.err = fmt.Errorf("%.100q: want %s", key, want)
	}
	return v
}

func (o *object) text(key string) string { return get[string](o, key, "a text") }

func (o *object) at(key string) *object {
	return &object{fields: get[map[string]any](o, key, "an object"), doc: o.doc}
}

func (o *object) texts(key string) map[string]string {
	inner := o.at(key)
	if inner.fields == nil {
		return nil
	}
	texts := make(map[string]string, len(inner.fields))
	for k := range inner.fields {
		texts[k] = inner.text(k)
	}
	return texts
}
