package schema

import (
	"net/url"
	"strconv"
	"strings"
)

// Pointer returns the JSON pointer of an entry of the value at parent. "" is the
// pointer of the whole document.
func Pointer(parent, key string) string {
	return parent + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}

// Within reports whether one of two JSON pointers is that of the other, or of a value
// in it.
func Within(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+"/") || strings.HasPrefix(b, a+"/")
}

// resolve returns the part of a description that `$ref` names, which is written
// "#/a/b" or "#anchor".
func resolve(root any, ref string) (any, bool) {
	fragment, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return nil, false
	}
	if text, err := url.PathUnescape(fragment); err == nil {
		fragment = text
	}
	if fragment == "" {
		return root, true
	}
	if !strings.HasPrefix(fragment, "/") {
		return anchored(root, fragment)
	}
	return At(root, fragment)
}

// At returns the part of v that a JSON pointer names.
func At(v any, pointer string) (part any, ok bool) {
	if pointer == "" {
		return v, true
	}
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch within := v.(type) {
		case map[string]any:
			v, ok = within[token]
		case []any:
			i, err := strconv.Atoi(token)
			if ok = err == nil && i >= 0 && i < len(within); ok {
				v = within[i]
			}
		default:
			ok = false
		}
		if !ok {
			return nil, false
		}
	}
	return v, true
}

// anchored returns the part of a description that has the anchor.
func anchored(node any, anchor string) (any, bool) {
	switch v := node.(type) {
	case map[string]any:
		if v["$anchor"] == anchor || v["$dynamicAnchor"] == anchor || v["$id"] == "#"+anchor {
			return v, true
		}
		for _, sub := range v {
			if found, ok := anchored(sub, anchor); ok {
				return found, true
			}
		}
	case []any:
		for _, sub := range v {
			if found, ok := anchored(sub, anchor); ok {
				return found, true
			}
		}
	}
	return nil, false
}
