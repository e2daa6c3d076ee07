package exactjson_test

import (
	"encoding/json"
	"testing"

	"github.com/packtrain/pack/internal/text/exactjson"
)

func TestNumbersKeepTheirSpelling(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"a":9007199254740993,"b":[18446744073709551617,0.1000,1e400],"c":{"d":-0}}`, `[1.0]`, `12`, `"x"`, `null`,
	} {
		var v any
		if err := exactjson.Unmarshal([]byte(text+" \n"), &v); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if got, err := json.Marshal(v); err != nil || string(got) != text {
			t.Errorf("%s became %s, %v", text, got, err)
		}
	}
}

func TestOneValueIsAll(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "{", "{}}", "1 2", "{}x", `{"a":01}`} {
		var v any
		if err := exactjson.Unmarshal([]byte(text), &v); err == nil {
			t.Errorf("%q was read as %v", text, v)
		}
	}
}
