package json_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/internal/text/json"
)

func TestParseList(t *testing.T) {
	t.Parallel()
	doc, list, err := json.ParseList([]byte(` {"a": 1, "l\u0069st": [{"k": "}\"]\\", "n": 1, "x": [{}]}, 7, {"k": 1}, [2], {"k": 1e400}, "s"] , "z": {"list": [{}]}} `), "list", json.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"a": 1.0, "list": []any{}, "z": map[string]any{"list": []any{map[string]any{}}}}, plain(t, doc)); diff != "" {
		t.Error(diff)
	}
	var got []string
	for _, e := range list {
		text, err := e.Text("k")
		_, parseErr := e.Parse(json.Options{})
		got = append(got, text+"|"+reason(err)+"|"+reason(parseErr))
	}
	if diff := cmp.Diff([]string{`}"]\||`, "||", "||", "||", "|out of range|out of range", "||"}, got); diff != "" {
		t.Error(diff)
	}
}

// reason returns the end of a message.
func reason(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()[strings.LastIndex(err.Error(), " is ")+len(" is "):]
}

func TestParseListRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"list":[{}`, `{"list":[{]}`, `{"list":[{"a}]}`, `{"list":[{"a\"}]}`, `{"list":[{} {}]}`, `{"list":[{},]}`, `{"list":[{}],"list":[]}`,
		`{"list":[{}],"List":[]}`, `{"list":[{}]}x`, `{"list":[x]}`, `{"list":[{}],"a":01}`, "{\"list\":[{\"a\":\"\xff\"}]}",
	} {
		if _, _, err := json.ParseList([]byte(text), "list", json.Options{}); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
	for _, tc := range []struct {
		text string
		opts json.Options
	}{
		{`{"list":[{"a":{"b":1}}]}`, json.Options{Depth: 3}},
		{`{"list":[{"a":"123456789"}]}`, json.Options{String: 8}},
		{`{"list":[1,2,3]}`, json.Options{List: 2}},
	} {
		_, _, err := json.ParseList([]byte(tc.text), "list", tc.opts)
		if limit, ok := errors.AsType[*json.LimitError](err); !ok || limit.Value <= limit.Max {
			t.Errorf("%s: error %v", tc.text, err)
		}
	}
	for text, want := range map[string]bool{`{"a":1,"a":2}`: false, `{"a":"\x"}`: true, `{"a" 1}`: true, `{"b":[{]},"a":1}`: false, `{"b":tru}`: true} {
		_, list, err := json.ParseList([]byte(`{"list":[`+text+`]}`), "list", json.Options{})
		if err != nil {
			continue
		}
		if _, err := list[0].Text("a"); (err != nil) != want {
			t.Errorf("%s: error %v", text, err)
		}
	}
}

// FuzzParseList: a list has the same elements as in a document that is checked whole,
// and what is refused there has an element that is refused here.
func FuzzParseList(f *testing.F) {
	for _, s := range []string{
		`{"list":[{"ref":"a"},{"ref":"b","x":[{"}":"\\\""}]}],"v":1}`, `{"list":[{"a":[}]}]}`, `{"list":{}}`, `[{}]`, `{"list":[1,{"a":1,"a":2}]}`, "{\"list\":[{\"a\":\"\\\\\"}]}",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		whole, wholeErr := json.Parse([]byte(text), json.Options{})
		doc, list, err := json.ParseList([]byte(text), "list", json.Options{})
		if err != nil {
			if wholeErr == nil {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		bad := false
		var got []any
		for _, e := range list {
			_, textErr := e.Text("ref")
			v, err := e.Parse(json.Options{})
			if bad = bad || err != nil; err != nil {
				continue
			}
			if ref, _ := v.Get("ref").Text(); textErr != nil {
				t.Errorf("%q: %v, but it has the ref %q", text, textErr, ref)
			}
			got = append(got, plain(t, v))
		}
		switch {
		case bad != (wholeErr != nil):
			t.Errorf("%q: whole: %v, a bad element: %v", text, wholeErr, bad)
		case !bad && list != nil:
			var want []any
			for e := range whole.Get("list").Elements() {
				want = append(want, plain(t, e))
			}
			if diff := cmp.Diff(want, got); diff != "" || len(plain(t, doc.Get("list")).([]any)) != 0 {
				t.Errorf("%q: %s", text, diff)
			}
		}
	})
}
