package dotenv_test

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/dotenv"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, doc string
		want      map[string]string
	}{
		{"nothing", "", map[string]string{}},
		{"comments and empty lines", "# it's\n\n#x='y'\n", map[string]string{}},
		{"variables", "a='1'\nb_2='[\"x\"]'\n", map[string]string{"a": "1", "b_2": `["x"]`}},
		{"no last line end", "a='1'", map[string]string{"a": "1"}},
		{"empty value", "a=''\n", map[string]string{"a": ""}},
		{"quotes", `a=''\'''\''it'\''s'\'''` + "\n", map[string]string{"a": "''it's'"}},
		{"backslash at the end", `a='\'` + "\n", map[string]string{"a": `\`}},
		{"backslash before a quote", `a='\'\'''`, map[string]string{"a": `\'`}},
		{"nothing expands", "a='$(id) `id` $HOME \\n'", map[string]string{"a": "$(id) `id` $HOME \\n"}},
		{"lines", "a='one\n\nb='\\''x'\\''\n# no comment\n'\nc='2'", map[string]string{"a": "one\n\nb='x'\n# no comment\n", "c": "2"}},
		{"any bytes", "a='\r\t\xff\u00e9\u0301'", map[string]string{"a": "\r\t\xff\u00e9\u0301"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := dotenv.Decode([]byte(tt.doc))
			if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Errorf("%v, -want +got:\n%s", err, diff)
			}
		})
	}
}

func TestSyntaxErrors(t *testing.T) {
	t.Parallel()
	const want, trailing, never = "want name='value', a comment or nothing", "unexpected text after the closing quote", "the quote is never closed"
	tests := []struct {
		name, doc string
		line      int
		reason    string
	}{
		{"no quote", "a=1", 1, want},
		{"double quotes", "a=\"1\"", 1, want},
		{"spaces around =", "a = '1'", 1, want},
		{"space before", "#\n a='1'", 2, want},
		{"blank line", "\n \n", 2, want},
		{"export", "export a='1'", 1, want},
		{"no name", "='1'", 1, want},
		{"digit first", "1a='1'", 1, want},
		{"name over two lines", "b\na='1'", 1, want},
		{"carriage return", "a='1'\r\n", 1, trailing},
		{"comment after", "a='1' # one", 1, trailing},
		{"escaped and bare", `a='1'\'`, 1, trailing},
		{"two parts", "a='1''2'", 1, trailing},
		{"open", "a='1\n'\nb='2\n3", 3, never},
		{"open at once", "a='", 1, never},
		{"line after a long value", "a='1\n2\n3'\nb", 4, want},
		{"twice", "a='1'\na='1'", 2, "duplicate name a"},
		{"NUL", "a='\x00'", 1, "the value has a NUL byte"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := dotenv.Decode([]byte(tt.doc))
			syntax, ok := errors.AsType[*dotenv.SyntaxError](err)
			if !ok || got != nil {
				t.Fatalf("got %v, %v, want a SyntaxError", got, err)
			}
			if diff := cmp.Diff(&dotenv.SyntaxError{Line: tt.line, Reason: tt.reason}, syntax); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if pack.CodeOf(err) != pack.CodeMalformedContent || !errors.Is(err, pack.ErrMalformed) {
				t.Errorf("the code is %s", pack.CodeOf(err))
			}
		})
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	var many strings.Builder
	for i := range dotenv.MaxVariables {
		fmt.Fprintf(&many, "a%d=''\n", i)
	}
	full := "a='" + strings.Repeat("x", dotenv.MaxSize-4) + "'"
	for _, fits := range []string{many.String(), full} {
		if _, err := dotenv.Decode([]byte(fits)); err != nil {
			t.Error(err)
		}
	}
	for _, doc := range []string{many.String() + "b=''", full + "\n"} {
		if _, err := dotenv.Decode([]byte(doc)); !errors.Is(err, pack.ErrLimit) {
			t.Errorf("got %v, want a limit", err)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	t.Parallel()
	for _, v := range []dotenv.Variable{{"", "x"}, {"a b", "x"}, {"a\nb", "x"}, {"1", "x"}, {"é", "x"}, {"a='", "x"}, {"a", "x\x00"}} {
		if got, err := dotenv.Encode([]dotenv.Variable{v}); !errors.Is(err, pack.ErrInvalid) {
			t.Errorf("%q: got %q, %v", v, got, err)
		}
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	type body struct {
		Packs   []string `json:"packs"`
		Dest    string   `json:"destination_dir"`
		Version *string  `json:"python_version,omitempty"`
		Timeout *int     `json:"timeout,omitempty"`
		Force   bool     `json:"force,omitempty"`
	}
	tests := []struct{ name, doc, want string }{
		{"by type", "packs='[\"<a>\"]'\ndestination_dir='/x'\npython_version='3.11'\ntimeout='300'\nforce='true'", `{"destination_dir":"/x","force":true,"packs":["<a>"],"python_version":"3.11","timeout":300}`},
		{"text that looks like JSON", "destination_dir='true'\npython_version='null'", `{"destination_dir":"true","python_version":"null"}`},
		{"no JSON", "packs='hello'\ntimeout='soon'\nforce='yes'", `{"force":"yes","packs":"hello","timeout":"soon"}`},
		{"empty", "packs=''\ndestination_dir=''\npython_version=''\ntimeout=''\nforce=''\nother=''", `{"destination_dir":"","other":""}`},
		{"unknown", "other='1'", `{"other":"1"}`},
		{"lines", "destination_dir='it'\\''s\n\"x\"\\'", `{"destination_dir":"it's\n\"x\"\\"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, target := range []any{body{}, &body{}} {
				got, err := dotenv.JSON([]byte(tt.doc), target)
				if err != nil || string(got) != tt.want {
					t.Errorf("got %s, %v, want %s", got, err, tt.want)
				}
			}
		})
	}
	for _, doc := range []string{"a=1", "a='\xff'"} {
		if got, err := dotenv.JSON([]byte(doc), body{}); !errors.Is(err, pack.ErrMalformed) {
			t.Errorf("%q: got %s, %v", doc, got, err)
		}
	}
}

// TestShellReadsTheSame lets a real shell read what Encode writes.
func TestShellReadsTheSame(t *testing.T) {
	t.Parallel()
	value := "it's $HOME `id` $(id) \"q\" \\ \\' \n second line ' # é \u200b\n'\n\n"
	doc, err := dotenv.Encode([]dotenv.Variable{{"_a1", value}, {"b", "'"}})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `eval "$1"; printf '%s|%s' "$_a1" "$b"`, "sh", string(doc))
	if out, err := cmd.Output(); err != nil || string(out) != value+"|'" {
		t.Errorf("the shell read %q, %v, want %q", out, err, value+"|'")
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"a='1'\n", `a='\'\'''`, "#\n\na='x\ny'", "a='1' ", "a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		vars, err := dotenv.Decode([]byte(doc))
		if err != nil {
			return
		}
		var list []dotenv.Variable
		for name, value := range vars {
			list = append(list, dotenv.Variable{Name: name, Value: value})
		}
		again, err := dotenv.Encode(list)
		if err != nil {
			t.Fatal(err)
		}
		got, err := dotenv.Decode(again)
		if diff := cmp.Diff(vars, got); err != nil || diff != "" {
			t.Errorf("%v, -want +got:\n%s", err, diff)
		}
	})
}

func FuzzEncode(f *testing.F) {
	f.Add("a", "it's", "b", "\\'\n")
	f.Fuzz(func(t *testing.T, name1, value1, name2, value2 string) {
		doc, err := dotenv.Encode([]dotenv.Variable{{name1, value1}, {name2, value2}})
		if err != nil || name1 == name2 {
			return
		}
		got, err := dotenv.Decode(doc)
		if diff := cmp.Diff(map[string]string{name1: value1, name2: value2}, got); err != nil || diff != "" {
			t.Errorf("%v, -want +got:\n%s", err, diff)
		}
	})
}
