package json_test

import (
	stdjson "encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/internal/text/json"
)

func TestParseAccepts(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{}`, `[]`, `""`, `0`, `-0`, `1.5e-3`, `true`, `false`, `null`, " [ 1 , {\"a\" : [ ] } ]\r\n\t",
		`{"a":1,"b":{"a":2}}`, `"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"`, `"é😀"`, `{"":0}`, `1e308`, `1e-999`,
	} {
		v, err := json.Parse([]byte(text), json.Options{})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		compare(t, v, text)
	}
}

// compare compares Value with the result of encoding/json.
func compare(t *testing.T, v json.Value, text string) {
	t.Helper()
	var want any
	if err := stdjson.Unmarshal([]byte(text), &want); err != nil {
		t.Errorf("%q: encoding/json refuses it: %v", text, err)
		return
	}
	if diff := cmp.Diff(want, plain(t, v)); diff != "" {
		t.Errorf("%q: -want +got\n%s", text, diff)
	}
}

// plain walks through the whole value.
func plain(t *testing.T, v json.Value) any {
	t.Helper()
	switch v.Kind() {
	case "object":
		m := map[string]any{}
		for key, member := range v.Members() {
			m[key] = plain(t, member)
		}
		return m
	case "array":
		list := []any{}
		for element := range v.Elements() {
			list = append(list, plain(t, element))
		}
		return list
	case "string":
		text, _ := v.Text()
		return text
	}
	var x any
	if err := v.Decode(&x); err != nil {
		t.Errorf("%v", err)
	}
	return x
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	long := `{"a0":0`
	for i := range 40 {
		long += fmt.Sprintf(`,"b%d":0`, i)
	}
	for _, tc := range []struct{ text, reason string }{
		{``, "too early"},
		{`  `, "too early"},
		{"\ufeff\ufeff{}", ""},
		{"\xff\xfe{\x00}\x00", "not UTF-8 but UTF-16"},
		{`{} {}`, "data after the end"},
		{`{}x`, "data after the end"},
		{"{}\x00", "data after the end"},
		{`{"a":1,"a":2}`, `"a" comes twice`},
		{`{"a":1,"\u0061":2}`, `"a" comes twice`},
		{`{"ref":1,"Ref":2}`, `"Ref" comes twice`},
		{`{"packs":1,"pack\u017f":2}`, "comes twice"},
		{`{"k":1,"K":2}`, "comes twice"},
		{long + `,"A0":1}`, `"A0" comes twice`},
		{long + `,"b39":1}`, `"b39" comes twice`},
		{`{"x":{"a":1,"a":2}}`, "comes twice"},
		{"\"\xff\"", "not UTF-8"},
		{"\"\xc0\xaf\"", "not UTF-8"},
		{"\"\xed\xa0\x80\"", "not UTF-8"},
		{"{\"a\xff\":1}", "not UTF-8"},
		{`"\ud800"`, "surrogate"},
		{`"\udc00"`, "surrogate"},
		{`"\ud800\u0041"`, "surrogate"},
		{`"\ud800x"`, "surrogate"},
		{`"\ud83d\ud83d\ude00"`, "surrogate"},
		{`"\u12"`, "hexadecimal"},
		{`"\u12g4"`, "hexadecimal"},
		{`"\x41"`, "backslash"},
		{`"\`, "backslash"},
		{`"abc`, "ends in a string"},
		{"\"a\nb\"", "control character"},
		{"\"a\x00b\"", "control character"},
		{`1e400`, "out of range"},
		{`-1e400`, "out of range"},
		{`01`, "data after the end"},
		{`-`, "digits"},
		{`+1`, "cannot begin"},
		{`.5`, "cannot begin"},
		{`1.`, "after its decimal point"},
		{`1e`, "exponent"},
		{`1e+`, "exponent"},
		{`NaN`, "cannot begin"},
		{`tru`, "not a value"},
		{`nul`, "not a value"},
		{`[1,]`, "cannot begin"},
		{`[,1]`, "cannot begin"},
		{`[1 2]`, "want"},
		{`[1`, "want"},
		{`[`, "too early"},
		{`{`, "in quotes"},
		{`{"a"}`, "after a key"},
		{`{"a":}`, "cannot begin"},
		{`{"a":1,}`, "in quotes"},
		{`{a:1}`, "in quotes"},
		{`{"a":1]`, "want"},
		{`[1}`, "want"},
		{`// comment`, "cannot begin"},
	} {
		_, err := json.Parse([]byte(tc.text), json.Options{})
		syntax, ok := errors.AsType[*json.SyntaxError](err)
		if !ok || !strings.Contains(syntax.Reason, tc.reason) {
			t.Errorf("%s: error %v, want one about %q", tc.text, err, tc.reason)
		}
	}
}

func TestExactKeys(t *testing.T) {
	t.Parallel()
	exact := json.Options{ExactKeys: true}
	v, err := json.Parse([]byte(`{"JSONStream": 1, "jsonstream": 2}`), exact)
	if err != nil || v.Get("jsonstream").Kind() != "number" {
		t.Errorf("keys that differ in case: %v", err)
	}
	for _, text := range []string{`{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `{"A":1,"A":2}`} {
		if _, err := json.Parse([]byte(text), exact); err == nil || !strings.HasSuffix(err.Error(), "comes twice") {
			t.Errorf("%s: error %v", text, err)
		}
	}
}

func TestSyntaxErrorNamesTheLine(t *testing.T) {
	t.Parallel()
	_, err := json.Parse([]byte("{\n  \"a\": 1,\n  \"a\": 2\n}"), json.Options{})
	if err == nil || !strings.HasPrefix(err.Error(), "line 3: ") {
		t.Errorf("got %v", err)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 100_000)
	for _, tc := range []struct {
		text string
		opts json.Options
		ok   bool
	}{
		{`[[1]]`, json.Options{Depth: 2}, true},
		{`[[[1]]]`, json.Options{Depth: 2}, false},
		{`[[1],[1],[1]]`, json.Options{Depth: 2}, true},
		{deep, json.Options{}, false},
		{strings.Repeat(`{"a":`, 33) + "1" + strings.Repeat("}", 33), json.Options{}, false},
		{`"123456"`, json.Options{String: 8}, true},
		{`"1234567"`, json.Options{String: 8}, true},
		{`"12345678"`, json.Options{String: 8}, false},
		{`"` + strings.Repeat("x", 10<<20) + `"`, json.Options{}, false},
	} {
		_, err := json.Parse([]byte(tc.text), tc.opts)
		limit, ok := errors.AsType[*json.LimitError](err)
		if tc.ok && err != nil || !tc.ok && (!ok || limit.Value <= limit.Max) {
			t.Errorf("%.40s within %+v: error %v", tc.text, tc.opts, err)
		}
	}
}

func TestValue(t *testing.T) {
	t.Parallel()
	v, err := json.Parse([]byte(`{"a": "x", "A2": [true, null], "n": -1.5}`), json.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if text, ok := v.Get("a").Text(); !ok || text != "x" {
		t.Errorf("a = %q, %v", text, ok)
	}
	if _, ok := v.Get("n").Text(); ok {
		t.Error("a number has a text")
	}
	for key, want := range map[string]string{"a": "string", "A2": "array", "n": "number", "a2": "", "missing": ""} {
		if got := v.Get(key).Kind(); got != want {
			t.Errorf("%s is of the kind %q, want %q", key, got, want)
		}
	}
	for e := range v.Get("A2").Elements() {
		if value, ok := e.Bool(); value != (e.Kind() == "boolean") || ok != value {
			t.Errorf("a %s is the boolean %v, %v", e.Kind(), value, ok)
		}
	}
	var kinds []string
	for e := range v.Get("A2").Elements() {
		kinds = append(kinds, e.Kind())
	}
	if diff := cmp.Diff([]string{"boolean", "null"}, kinds); diff != "" {
		t.Error(diff)
	}
	for range v.Get("a").Members() {
		t.Error("a string has members")
	}
	for range v.Elements() {
		t.Error("an object has elements")
	}
	for range v.Members() {
		break // stopping early is fine
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`{"packs":[{"ref":"a","version":"1.0.0"}],"x":1e5}`, `{"a":1,"A":2}`, `"\ud83d\ude00"`, "[1,[2,{}]]", `{"ſ":1,"s":2}`, "\"\xff\"", `[-0.1e+5,true,null]`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := json.Parse([]byte(text), json.Options{})
		if err != nil {
			_, syntax := errors.AsType[*json.SyntaxError](err)
			if _, limit := errors.AsType[*json.LimitError](err); !syntax && !limit {
				t.Errorf("error of another type: %v", err)
			}
			return
		}
		if !utf8.ValidString(text) {
			t.Errorf("took invalid UTF-8: %q", text)
		}
		compare(t, v, text)
	})
}

func BenchmarkParse(b *testing.B) {
	corpus := os.Getenv("PACK_CORPUS")
	if corpus == "" {
		b.Skip("PACK_CORPUS is not set")
	}
	data, err := os.ReadFile(filepath.Join(corpus, "indices", "attune-standard.index.json"))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("ours", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := json.Parse(data, json.Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			var v any
			if err := stdjson.Unmarshal(data, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
}
