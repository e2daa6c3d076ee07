package wire_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/packtrain/pack/examples/packd/wire"
)

// FuzzCheckJSON looks for documents that are taken although they have no reading,
// or that nest deeper than they may.
func FuzzCheckJSON(f *testing.F) {
	for _, seed := range []string{
		``, `null`, `{}`, `{"a":1,"a":2}`, `{"a":{"b":[1,2.5e3,"x",null,true]}}`, `[1,]`, `{"a":1}{}`, "\xff", `"\ud800"`, `{"a" 1}`,
		strings.Repeat("[", 31) + strings.Repeat("]", 31), strings.Repeat("[", 40) + strings.Repeat("]", 40), `1e999`, "\ufeff{}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if wire.CheckJSON(data) != nil {
			return
		}
		if !json.Valid(data) {
			t.Errorf("%q is taken", data)
		}
		if d := depth(data); d > 32 {
			t.Errorf("%q nests %d deep", data, d)
		}
	})
}

// depth is how deep brackets outside of strings nest.
func depth(data []byte) int {
	var deepest, level int
	var text, escaped bool
	for _, c := range data {
		switch {
		case escaped:
			escaped = false
		case text:
			escaped, text = c == '\\', c != '"'
		case c == '"':
			text = true
		case bytes.IndexByte([]byte("[{"), c) >= 0:
			level++
			deepest = max(deepest, level)
		case bytes.IndexByte([]byte("]}"), c) >= 0:
			level--
		}
	}
	return deepest
}
