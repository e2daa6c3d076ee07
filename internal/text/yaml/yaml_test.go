package yaml_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/internal/text/yaml"
)

var limits = yaml.Limits{Bytes: 1 << 20, Depth: 64, Keys: 2000, Nodes: 100_000, Aliases: 100}

func TestValues(t *testing.T) {
	t.Parallel()
	const text = `
text: plain
quoted: "1"
block: |
  two
  lines
version: 1.10
octal: 010
hex: 0xff
big: 18446744073709551615
bigger: 18446744073709551616
under: 1_000
float: -1.5e3
"yes": yes
bool: TRUE
null: ~
none:
date: 2024-01-02
list: [a, 1, {b: true}]
empty: {}
200: number key
`
	node, problems := yaml.Parse([]byte(text), limits)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	want := map[string]any{
		"text": "plain", "quoted": "1", "block": "two\nlines\n", "version": 1.10, "octal": int64(8), "hex": int64(255),
		"big": uint64(math.MaxUint64), "bigger": 18446744073709551616.0, "under": int64(1000), "float": -1500.0, "yes": "yes",
		"bool": true, "null": nil, "none": nil, "date": "2024-01-02", "list": []any{"a", int64(1), map[string]any{"b": true}},
		"empty": map[string]any{}, "200": "number key",
	}
	if diff := cmp.Diff(want, node.Value()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := json.Marshal(node.Value()); err != nil {
		t.Error(err)
	}
}

func TestScalarsAreKeptAsWritten(t *testing.T) {
	t.Parallel()
	node, problems := yaml.Parse([]byte("a: 1.10\nb: '010'\nc: 1e3\n"), limits)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, want := range []struct {
		key    string
		kind   yaml.Kind
		text   string
		quoted bool
		line   int
	}{{"a", yaml.Float, "1.10", false, 1}, {"b", yaml.String, "010", true, 2}, {"c", yaml.Float, "1e3", false, 3}} {
		got := node.Field(want.key).Value
		if got.Kind != want.kind || got.Text != want.text || got.Quoted != want.quoted || got.Line != want.line {
			t.Errorf("%s: got %+v, want %+v", want.key, got, want)
		}
	}
	if node.Field("d") != nil {
		t.Error("a field that is not there was found")
	}
}

func TestMergeKeys(t *testing.T) {
	t.Parallel()
	const text = `
base: &base {a: 1, b: 1}
other: &other {b: 2, c: 2}
one: {<<: *base, b: own}
two: {<<: [*base, *other], d: own}
quoted: {"<<": text}
`
	node, problems := yaml.Parse([]byte(text), limits)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	got := node.Map()
	want := map[string]any{
		"one":    map[string]any{"a": int64(1), "b": "own"},
		"two":    map[string]any{"a": int64(1), "b": int64(1), "c": int64(2), "d": "own"},
		"quoted": map[string]any{"<<": "text"},
	}
	for key := range want {
		if diff := cmp.Diff(want[key], got[key]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", key, diff)
		}
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	type problem struct {
		Reason yaml.Reason
		Line   int
	}
	tests := []struct {
		name, text string
		want       []problem
		tree       bool // there is one nevertheless
	}{
		{"byte order mark", "\ufeffa: 1", nil, true},
		{"carriage returns", "a: 1\r\nb:\r\n  - 2\r\n", nil, true},
		{"explicit start and end", "---\na: 1\n...\n", nil, true},
		{"zero width space", "a: x\u200by", nil, true},
		{"tab in a scalar", "a: x\ty\n", nil, true},

		{"invalid UTF-8", "a: 1\nb: \xff\n", []problem{{yaml.Encoding, 2}}, false},
		{"Latin-1", "a: caf\xe9\n", []problem{{yaml.Encoding, 1}}, false},
		{"UTF-16 with a mark", "\xff\xfea\x00:\x00", []problem{{yaml.Encoding, 1}}, false},
		{"UTF-16 without one", "a\x00:\x00 \x001\x00", []problem{{yaml.Encoding, 1}}, false},
		{"NUL", "a: 1\n\nb: \x00\n", []problem{{yaml.Encoding, 3}}, false},
		{"escape", "a: \x1b[31m\n", []problem{{yaml.Encoding, 1}}, false},

		{"empty", "", []problem{{yaml.Empty, 1}}, false},
		{"only comments", "# a\n# b\n", []problem{{yaml.Empty, 1}}, false},
		{"null", "null\n", []problem{{yaml.Empty, 1}}, false},
		{"tilde", "--- ~\n", []problem{{yaml.Empty, 1}}, false},
		{"a list", "- 1\n", nil, true},

		{"second document", "a: 1\n---\nb: 2\n", []problem{{yaml.Documents, 2}}, false},
		{"second document is empty", "a: 1\n---\n", []problem{{yaml.Documents, 2}}, false},
		{"text after the end mark", "a: 1\n...\ngarbage\n", []problem{{yaml.Syntax, 3}}, false},
		{"broken second document", "a: 1\n---\nb: [\n", []problem{{yaml.Syntax, 3}}, false},
		{"text after a quoted one", "'a'\nb: 1\n", []problem{{yaml.Syntax, 2}}, false},

		{"unclosed list", "a: 1\nb: [1,\n", []problem{{yaml.Syntax, 2}}, false},
		{"bad indentation", "a:\n  b: 1\n c: 2\n", []problem{{yaml.Syntax, 3}}, false},
		{"unknown anchor", "a: 1\nb: *x\n", []problem{{yaml.Syntax, 2}}, false},
		{"tab as indentation", "a:\n\tb: 1\n", []problem{{yaml.Syntax, 2}}, false},
		{"conflict markers", "a: 1\n<<<<<<< HEAD\nb: 1\n", []problem{{yaml.Syntax, 2}}, false},

		{"duplicate keys", "a: 1\nb:\n  c: 1\n  'c': 2\n\"a\": 3\n", []problem{{yaml.DuplicateKey, 4}, {yaml.DuplicateKey, 5}}, true},
		{"duplicate of another type", "1: a\n\"1\": b\n", []problem{{yaml.DuplicateKey, 2}}, true},
		{"unquoted template", "a: {{ x }}\n", []problem{{yaml.BadKey, 1}}, true},

		{"alias inside of itself", "a: &a\n  b: *a\n", []problem{{yaml.BadAlias, 2}}, true},
		{"merging a scalar", "a: &a 1\nb:\n  <<: *a\n", []problem{{yaml.BadAlias, 3}}, true},

		{"binary", "a: !!binary aGk=\n", []problem{{yaml.BadTag, 1}}, true},
		{"custom tag", "a: 1\nb: !x {}\n", []problem{{yaml.BadTag, 2}}, true},
		{"python tag", "a: !!python/object:os.system x\n", []problem{{yaml.BadTag, 1}}, true},
		{"float tag", "a: !!float x\n", []problem{{yaml.BadTag, 1}}, true},
		{"string tag on a list", "a: !!str [1]\n", []problem{{yaml.BadTag, 1}}, true},
		{"harmless tags", "a: !!str 1\nb: !!map {}\nc: !!seq []\nd: ! x\n", nil, true},

		{"NaN", "a: .nan\nb: -.inf\nc: '.inf'\n", []problem{{yaml.BadNumber, 1}, {yaml.BadNumber, 2}}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			node, problems := yaml.Parse([]byte(tt.text), limits)
			var got []problem
			for _, p := range problems {
				got = append(got, problem{p.Reason, p.Line})
				if p.Message == "" {
					t.Errorf("no message: %+v", p)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%v (-want +got):\n%s", problems, diff)
			}
			if (node != nil) != tt.tree {
				t.Errorf("got tree %v, want %v", node, tt.tree)
			}
		})
	}
}

func TestStringTagMakesAString(t *testing.T) {
	t.Parallel()
	node, _ := yaml.Parse([]byte("a: !!str 1.10\n"), limits)
	if got := node.Field("a").Value; got.Kind != yaml.String || got.Text != "1.10" {
		t.Errorf("got %+v", got)
	}
}

func TestNoAliases(t *testing.T) {
	t.Parallel()
	strict := limits
	strict.Aliases = 0
	_, problems := yaml.Parse([]byte("a: &a {x: 1}\nb: *a\nc: {<<: {y: 1}}\n"), strict)
	var lines []int
	for _, p := range problems {
		if p.Reason != yaml.BadAlias {
			t.Errorf("got %+v", p)
		}
		lines = append(lines, p.Line)
	}
	if diff := cmp.Diff([]int{1, 2, 3}, lines); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	small := yaml.Limits{Bytes: 200, Depth: 4, Keys: 3, Nodes: 20, Aliases: 2}
	tests := []struct {
		name, text string
		limit      string // "" when it is not passed
		line       int
	}{
		{"bytes", strings.Repeat("a", 200), "", 0},
		{"too many bytes", strings.Repeat("a", 201), "file size in bytes", 0},
		{"depth", "[[[a]]]", "", 0},
		{"too deep", "\n[[[[a]]]]", "nesting depth", 2},
		{"keys", "{a: 1, b: 2, c: 3}", "", 0},
		{"too many keys", "\n{a: 1, b: 2, c: 3, d: 4}", "number of keys in one mapping", 2},
		{"values", "[a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a]", "", 0},
		{"too many values", "[a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a]", "number of values", 1},
		{"too many values to begin", strings.Repeat("a,", 21), "number of values", 0},
		{"aliases", "[&a x, *a, *a]", "", 0},
		{"too many aliases", "\n[&a x, *a,\n*a, *a]", "number of aliases", 3},
		{"expanded values", "a: &a [1,1,1,1]\nb: &b [*a]\n", "", 0},
		{"too many expanded values", "a: &a [1,1,1,1,1,1,1,1]\nb: [*a, *a]\n", "number of values", 1},
		{"expanded depth", "a: &a [1]\nb: [*a]", "", 0},
		{"too deep when expanded", "a: &a [[1]]\nb: [*a]", "nesting depth", 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			node, problems := yaml.Parse([]byte(tt.text), small)
			if tt.limit == "" {
				if node == nil || len(problems) > 0 {
					t.Errorf("got %v", problems)
				}
				return
			}
			if node != nil || len(problems) != 1 {
				t.Fatalf("got %v, %v, want one problem", node, problems)
			}
			p := problems[0]
			if p.Reason != yaml.Limit || p.Name != tt.limit || p.Line != tt.line || p.Value <= p.Max || p.Max == 0 {
				t.Errorf("got %+v, want %q in line %d", p, tt.limit, tt.line)
			}
		})
	}
}

func TestFaultsInLongTextHaveALine(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("# comment\n", 20_000) + "a: *x\n"
	_, problems := yaml.Parse([]byte(text), limits)
	if len(problems) != 1 || problems[0].Line == 0 {
		t.Errorf("got %v", problems)
	}
}

func TestProblemsAreBounded(t *testing.T) {
	t.Parallel()
	_, problems := yaml.Parse([]byte(strings.Repeat("- !x a\n", 500)), limits)
	if len(problems) != 50 {
		t.Errorf("%d problems", len(problems))
	}
}

// TestSyntaxLines compares the lines we report for real broken files with those
// of another parser, which reports where the construct begins and where the
// fault is.
func TestSyntaxLines(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("PACK_CORPUS")
	if dir == "" {
		t.Skip("PACK_CORPUS does not name the corpus of real packs")
	}
	data, err := os.ReadFile(filepath.Join(dir, "nasty", "MANIFEST.json"))
	if err != nil {
		t.Fatal(err)
	}
	var files []struct{ File, Why string }
	if err := json.Unmarshal(data, &files); err != nil {
		t.Fatal(err)
	}
	theirLine := regexp.MustCompile(`string>", line (\d+)`)
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(dir, "nasty", f.File))
		if err != nil {
			t.Fatal(err)
		}
		_, problems := yaml.Parse(text, limits)
		lines := theirLine.FindAllStringSubmatch(f.Why, -1)
		if len(lines) == 0 || len(problems) == 0 {
			continue
		}
		first, last := lines[0][1], lines[len(lines)-1][1]
		if got := fmt.Sprint(problems[0].Line); got != first && got != last {
			t.Errorf("%s: got %v, want line %s or %s", f.File, problems[0], first, last)
		}
	}
}
