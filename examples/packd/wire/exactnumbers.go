package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// DecodeExact decodes JSON with numbers as they are written, as [json.Number]: a
// float64 rounds integers above 2^53.
func DecodeExact(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	return dec.Decode(v)
}

// checkNumbers refuses numbers beyond the range of float64, which most readers
// cannot read.
func checkNumbers(data []byte) error {
	var v any
	if err := DecodeExact(data, &v); err != nil {
		return err
	}
	field, found := beyond(v)
	if !found {
		return nil
	}
	const message = "the number is too large"
	field = strings.TrimPrefix(field, ".")
	p := NewProblem(http.StatusUnprocessableEntity, pack.CodeInvalidRequest, "validation failed: "+strings.TrimPrefix(field+": "+message, ": "))
	p.Details = map[string]any{"fields": []map[string]string{{"field": field, "message": message}}}
	return p
}

// beyond returns where in a value the first number is that no float64 can hold.
func beyond(value any) (where string, found bool) {
	switch v := value.(type) {
	case json.Number:
		_, err := v.Float64()
		return "", err != nil
	case []any:
		for i := range v {
			if rest, found := beyond(v[i]); found {
				return fmt.Sprintf("[%d]%s", i, rest), true
			}
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if rest, found := beyond(v[key]); found {
				return "." + key + rest, true
			}
		}
	}
	return "", false
}
