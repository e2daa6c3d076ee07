package secret

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/packtrain/pack/internal/text/schema"
)

// Replace returns next, the values that replace old, with the values of old for
// placeholders, and the pointers of those that stay secret. secrets are the pointers of
// the secret values of old. [Mask] stands for the secret value at the same place; in a
// list it does so only if the list is that of [Masked]; any other one is an error.
//
// A value stays secret until another one replaces it. A text that is secret in old stays
// secret at every other place, too, because a value may be renamed, and the items of a
// list may move.
func Replace(old map[string]any, secrets []string, next map[string]any) (values map[string]any, stay []string, err error) {
	r := &replacement{old: old, hidden: secrets, texts: map[string]bool{}}
	values = map[string]any{}
	for name := range next {
		if values[name], err = r.restore(next[name], schema.Pointer("", name)); err != nil {
			return nil, nil, err
		}
	}
	for _, at := range secrets {
		before, _ := schema.At(old, at)
		r.noteTexts(before)
		if now, ok := schema.At(values, at); ok {
			r.keep(before, now, at)
		}
	}
	r.keepTexts(values, "")
	return values, r.secret, nil
}

// A replacement replaces the values of a configuration.
type replacement struct {
	old    map[string]any
	hidden []string
	texts  map[string]bool // secret in the old configuration
	secret []string        // pointers of new values that stay secret
}

// restore returns the new value v at the pointer at, with the secret values of the old
// configuration for placeholders.
func (r *replacement) restore(v any, at string) (any, error) {
	old, there := schema.At(r.old, at)
	switch v := v.(type) {
	case string:
		if v != Mask {
			return v, nil
		}
		if there && Masked(old, r.hidden, at) == Mask {
			return old, nil
		}
		return nil, fmt.Errorf("%s stands for a secret value, but %q has none; write the value", Mask, Dotted(at))
	case map[string]any:
		out := make(map[string]any, len(v))
		for name := range v {
			var err error
			if out[name], err = r.restore(v[name], schema.Pointer(at, name)); err != nil {
				return nil, err
			}
		}
		return out, nil
	case []any:
		switch {
		case !hasMask(v):
			return v, nil
		case there && reflect.DeepEqual(Masked(old, r.hidden, at), any(v)):
			return old, nil
		}
		return nil, fmt.Errorf("the list %q has secret values and was changed; write its secret values anew instead of %s", Dotted(at), Mask)
	}
	return v, nil
}

func hasMask(v any) bool {
	switch v := v.(type) {
	case string:
		return v == Mask
	case []any:
		for _, item := range v {
			if hasMask(item) {
				return true
			}
		}
	case map[string]any:
		for _, item := range v {
			if hasMask(item) {
				return true
			}
		}
	}
	return false
}

// keep keeps secret what the old secret value and the new one at the same place have in
// common.
func (r *replacement) keep(old, now any, at string) {
	if reflect.DeepEqual(old, now) {
		r.secret = append(r.secret, at)
		return
	}
	switch old := old.(type) {
	case map[string]any:
		values, _ := now.(map[string]any)
		for name, v := range values {
			if before, ok := old[name]; ok {
				r.keep(before, v, schema.Pointer(at, name))
			}
		}
	case []any:
		items, _ := now.([]any)
		for i, v := range items {
			if i < len(old) {
				r.keep(old[i], v, schema.Pointer(at, strconv.Itoa(i)))
			}
		}
	}
}

func (r *replacement) noteTexts(v any) {
	switch v := v.(type) {
	case string:
		r.texts[v] = v != ""
	case map[string]any:
		for _, item := range v {
			r.noteTexts(item)
		}
	case []any:
		for _, item := range v {
			r.noteTexts(item)
		}
	}
}

// keepTexts keeps the secret texts of the old configuration secret in the new value v.
func (r *replacement) keepTexts(v any, at string) {
	switch v := v.(type) {
	case string:
		if r.texts[v] {
			r.secret = append(r.secret, at)
		}
	case map[string]any:
		for name := range v {
			r.keepTexts(v[name], schema.Pointer(at, name))
		}
	case []any:
		for i := range v {
			r.keepTexts(v[i], schema.Pointer(at, strconv.Itoa(i)))
		}
	}
}

// Dotted returns a JSON pointer as people write it: "a.b" for "/a/b".
func Dotted(pointer string) string {
	return strings.NewReplacer("/", ".", "~1", "/", "~0", "~").Replace(strings.TrimPrefix(pointer, "/"))
}
