package npm

import (
	"fmt"

	"github.com/packtrain/pack/internal/text/json"
)

const maxDepth = 64

// A document is a JSON document whose top is an object.
type document struct {
	object
	err error // the first value of a wrong type that was asked for
}

// An object is a JSON object. Its keys are read exactly as written, as npm does:
// two packages may have names that differ only in case.
type object struct {
	value json.Value
	doc   *document
}

func parse(file string, data []byte, maxSize int) (*document, error) {
	if len(data) > maxSize {
		return nil, tooMuch(file, "size", int64(maxSize), int64(len(data)))
	}
	v, err := json.Parse(data, json.Options{Depth: maxDepth, ExactKeys: true})
	if err != nil {
		return nil, fromJSON(file, err)
	}
	if v.Kind() != "object" {
		return nil, invalid(file, "want an object, not a value of the type %s", v.Kind())
	}
	doc := &document{}
	doc.object = object{v, doc}
	return doc, nil
}

// has reports whether key has a value other than null.
func (o object) has(key string) bool { return isSet(o.value.Get(key)) }

func isSet(v json.Value) bool { return v.Kind() != "" && v.Kind() != "null" }

func (o object) text(key string) string { return o.textOf(key, o.value.Get(key)) }

// textOf returns the text of v, the value of key; "" when it is not set.
func (o object) textOf(key string, v json.Value) string {
	o.want(key, v, "string")
	text, _ := v.Text()
	return text
}

// at returns the object that is the value of key; an empty one when there is
// none.
func (o object) at(key string) object {
	v := o.value.Get(key)
	o.want(key, v, "object")
	return object{v, o.doc}
}

// isTrue reports whether the value of key is true.
// list returns the texts of an array, or of a single text; what is neither is left out.
func (o object) list(key string) []string {
	var v any
	_ = o.value.Get(key).Decode(&v) // stays nil when there is none
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var texts []string
		for _, item := range v {
			if text, ok := item.(string); ok {
				texts = append(texts, text)
			}
		}
		return texts
	}
	return nil
}

func (o object) isTrue(key string) bool {
	value, ok := o.value.Get(key).Bool()
	return value && ok
}

// texts returns the members of an object of strings, nil when there is none.
func (o object) texts(key string) map[string]string {
	inner := o.at(key)
	if inner.value.Kind() != "object" {
		return nil
	}
	texts := map[string]string{}
	for k, v := range inner.value.Members() {
		texts[k] = inner.textOf(k, v)
	}
	return texts
}

// want notes that the value of key is of another kind, if it is set.
func (o object) want(key string, v json.Value, kind string) {
	if isSet(v) && v.Kind() != kind && o.doc.err == nil {
		o.doc.err = fmt.Errorf("%.100q: want the type %s, not %s", key, kind, v.Kind())
	}
}
