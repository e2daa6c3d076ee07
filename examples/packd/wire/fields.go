package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// keepFields splits an object into the fields of the struct v and the names of its other
// keys, sorted; any other value has no other keys. A key that differs from the name of a
// field in case is another one: package json and huma take it for the same.
func keepFields(data []byte, v any) (kept []byte, others []string, err error) {
	known := fieldNames(reflect.TypeOf(v))
	if known == nil || !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return data, nil, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, nil, err
	}
	for name := range fields {
		if !slices.Contains(known, name) {
			others = append(others, name)
			delete(fields, name)
		}
	}
	slices.Sort(others)
	kept, err = json.Marshal(fields)
	return kept, others, err
}

// fieldNames returns the JSON names of the fields of a struct, sorted, nil for any
// other type.
func fieldNames(t reflect.Type) []string {
	if t.Kind() != reflect.Struct {
		return nil
	}
	names := map[string]bool{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names[name] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// UnknownField is the problem that a request says something that has no meaning, such
// as a misspelt option: what is a field in the body, or a parameter in the URL.
func UnknownField(what, name string, known []string) *Problem {
	text := fmt.Sprintf("there is no %s %.80q", what, name)
	details := map[string]any{what: name}
	if meant := meant(name, known); meant != "" {
		text += fmt.Sprintf(": did you mean %q?", meant)
		details["meant"] = meant
	} else if len(known) > 0 {
		text += ", only " + strings.Join(known, ", ")
	}
	p := NewProblem(http.StatusUnprocessableEntity, pack.CodeInvalidRequest, text)
	p.Details = details
	return p
}

// meant returns the known word that has most pairs of letters in common with word, ""
// when none has half of them.
func meant(word string, known []string) (best string) {
	most, pairs := 0.5, pairsOf(word)
	for _, k := range known {
		others, common := pairsOf(k), 0
		for pair := range pairs {
			if others[pair] {
				common++
			}
		}
		if n := len(pairs) + len(others); n > 0 && 2*float64(common)/float64(n) >= most {
			best, most = k, 2*float64(common)/float64(n)
		}
	}
	return best
}

func pairsOf(word string) map[string]bool {
	pairs := map[string]bool{}
	for i := range len(word) - 1 {
		pairs[strings.ToLower(word[i:i+2])] = true
	}
	return pairs
}
