package pep508_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/internal/text/pep508"
)

func TestCorpusVerdicts(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("PACK_CORPUS")
	if dir == "" {
		t.Skip("PACK_CORPUS does not name the corpus of real packs")
	}
	data, err := os.ReadFile(filepath.Join(dir, "requirement_lines.json"))
	if err != nil {
		t.Fatal(err)
	}
	var lines []struct {
		Line, Name, Spec string
		Extras           []string
		URL, Marker      *string
		PEP508           bool `json:"pep508"`
	}
	if err := json.Unmarshal(data, &lines); err != nil {
		t.Fatal(err)
	}
	for _, want := range lines {
		l, err := pep508.ParseLine(want.Line)
		valid := err == nil && (l.Kind == pep508.Named || l.Name != "" && !l.Editable && strings.Contains(want.Line, "@ "))
		if valid != want.PEP508 {
			t.Errorf("%q: PEP 508 is %v, want %v (%v)", want.Line, valid, want.PEP508, err)
			continue
		}
		if !valid {
			continue
		}
		var specs []string
		for _, s := range l.Specifiers {
			specs = append(specs, s.String())
		}
		slices.Sort(specs)
		got := []string{l.Name, strings.Join(l.Extras, ","), strings.Join(specs, ","), l.URL, l.Marker}
		if diff := cmp.Diff([]string{want.Name, strings.Join(want.Extras, ","), want.Spec, orEmpty(want.URL), orEmpty(want.Marker)}, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", want.Line, diff)
		}
	}
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"requests", "requests"},
		{"A", "A"},
		{" name [ b , a,a ] >= 1.0 , < 2 ", "name[a,b]>=1.0,<2"},
		{"name[]", "name"},
		{"name (>=1,<2)", "name>=1,<2"},
		{"name()", "name"},
		{"name==1.*", "name==1.*"},
		{"name!=1.0.*", "name!=1.0.*"},
		{"name~=1.4.2", "name~=1.4.2"},
		{"name===anything-at_all", "name===anything-at_all"},
		{"name==1!2.0rc1.post2.dev3+local.1", "name==1!2.0rc1.post2.dev3+local.1"},
		{"name==v1.0-1", "name==v1.0-1"},
		{"name @ https://example.com/x.whl", "name @ https://example.com/x.whl"},
		{"name[x]@https://example.com/a;b ; os_name == 'nt'", `name[x] @ https://example.com/a;b ; os_name == "nt"`},
		{"name;python_version<'3'", `name ; python_version < "3"`},
		{"name ; 'linux' in sys_platform and (os_name=='a' or os_name != 'b')", `name ; "linux" in sys_platform and (os_name == "a" or os_name != "b")`},
		{"name ; os.name == 'x' or python_implementation == 'y'", `name ; os_name == "x" or platform_python_implementation == "y"`},
		{"name ; ( (extra == 'x') )", `name ; extra == "x"`},
		{"name ; platform_version not  in 'say \"hi\"'", `name ; platform_version not in 'say "hi"'`},
	}
	for _, tt := range tests {
		r, err := pep508.Parse(tt.text)
		if err != nil || r.String() != tt.want {
			t.Errorf("%q: got %q, %v, want %q", tt.text, r.String(), err, tt.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " ", "-name", "name-", "na me", "name==", "name=>1", "name==1.0.", "name==1.0.*.1", "name~=1", "name>=1.*", "name>1+local",
		"name==1 2", "name (==1", "name[a", "name[a b]", "name[,]", "name[-]", "name @", "name @ ", "name @ x y",
		"name @ https://x;os_name=='a'b", "name ;", "name ; os_name", "name ; os_name == ", "name ; os_name == nt", "name ; os_name = 'nt'",
		"name ; unknown == 'x'", "name ; (os_name == 'x'", "name ; os_name == 'x')", "name ; os_name == 'x' xor 'y'", "name ; os_name not 'x'",
		"name ; os_name == 'x", "n\x00ame", "naïve", "name ; " + strings.Repeat("(", 100) + "os_name=='x'" + strings.Repeat(")", 100),
		strings.Repeat("n", 9000),
	} {
		r, err := pep508.Parse(text)
		if _, ok := errors.AsType[*pep508.SyntaxError](err); !ok && text != "name @ https://x;os_name=='a'b" {
			t.Errorf("%.60q: got %v, %v, want a SyntaxError", text, r, err)
		}
	}
}

func TestSingleEqualsIsToldApart(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"six=1.11.0", "six = 1", "six[a]=1", "six>=1,=2"} {
		_, err := pep508.ParseLine(text)
		if !errors.Is(err, pep508.ErrSingleEquals) || !strings.Contains(err.Error(), `write "=="`) {
			t.Errorf("%q: got %v", text, err)
		}
	}
	for _, text := range []string{"six==", "six=="} {
		if _, err := pep508.ParseLine(text); err == nil || errors.Is(err, pep508.ErrSingleEquals) {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

func TestParseLine(t *testing.T) {
	t.Parallel()
	type want struct {
		Kind     pep508.Kind
		Text     string
		Name     string
		URL      string
		Editable bool
		Pinned   bool
		Options  []string
	}
	tests := []struct {
		line string
		want want
	}{
		{"", want{Pinned: true}},
		{"  # only a comment", want{Pinned: true}},
		{"requests  # with one", want{Kind: pep508.Named, Text: "requests", Name: "requests"}},
		{"a#b", want{}},
		{"requests==2.0 --hash=sha256:aa --hash=sha256:bb", want{
			Kind: pep508.Named, Text: "requests==2.0 --hash=sha256:aa --hash=sha256:bb", Name: "requests", Pinned: true,
			Options: []string{"--hash=sha256:aa", "--hash=sha256:bb"},
		}},
		{"--index-url https://example.com", want{Kind: pep508.Option, Text: "--index-url https://example.com", Pinned: true}},
		{"-r other.txt", want{Kind: pep508.Include, Text: "-r other.txt", Pinned: true}},
		{"-e git+https://x/y@r#egg=name", want{Kind: pep508.VCS, Text: "-e git+https://x/y@r#egg=name", Name: "name", URL: "git+https://x/y@r#egg=name", Editable: true, Pinned: true}},
		{"--editable=.", want{Kind: pep508.Path, Text: "--editable=.", URL: ".", Editable: true, Pinned: true}},
		{"git+ssh://git@x/y", want{Kind: pep508.VCS, Text: "git+ssh://git@x/y", URL: "git+ssh://git@x/y", Pinned: true}},
		{"git+git@x:y.git", want{Kind: pep508.VCS, Text: "git+git@x:y.git", URL: "git+git@x:y.git", Pinned: true}},
		{"git://x/y", want{Kind: pep508.VCS, Text: "git://x/y", URL: "git://x/y", Pinned: true}},
		{"https://x/y.tar.gz", want{Kind: pep508.URL, Text: "https://x/y.tar.gz", URL: "https://x/y.tar.gz", Pinned: true}},
		{"name @ git+https://x/y", want{Kind: pep508.VCS, Text: "name @ git+https://x/y", Name: "name", URL: "git+https://x/y", Pinned: true}},
		{"name @ https://x/y.whl", want{Kind: pep508.URL, Text: "name @ https://x/y.whl", Name: "name", URL: "https://x/y.whl", Pinned: true}},
		{"name @ file:///y", want{Kind: pep508.URL, Text: "name @ file:///y", Name: "name", URL: "file:///y", Pinned: true}},
		{"./wheels/x.whl", want{Kind: pep508.Path, Text: "./wheels/x.whl", URL: "./wheels/x.whl", Pinned: true}},
		{"x-1.0-py3-none-any.whl", want{Kind: pep508.Path, Text: "x-1.0-py3-none-any.whl", URL: "x-1.0-py3-none-any.whl", Pinned: true}},
		{"dir/sub", want{Kind: pep508.Path, Text: "dir/sub", URL: "dir/sub", Pinned: true}},
	}
	for _, tt := range tests {
		l, err := pep508.ParseLine(tt.line)
		if tt.want.Text == "" && tt.line == "a#b" {
			if err == nil {
				t.Errorf("%q: got %+v, want an error", tt.line, l)
			}
			continue
		}
		got := want{Kind: l.Kind, Text: l.Text, Name: l.Name, URL: l.URL, Editable: l.Editable, Pinned: l.Pinned(), Options: l.Options}
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%q: %v (-want +got):\n%s", tt.line, err, diff)
		}
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	type line struct {
		Number int
		Text   string
	}
	text := "a\r\nb \\\n  ==1\n\n# c \\\nd\\"
	var got []line
	for number, text := range pep508.Lines(text) {
		got = append(got, line{number, text})
	}
	want := []line{{1, "a"}, {2, "b   ==1"}, {4, ""}, {5, "# c \\"}, {6, "d"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	t.Run("J03/continued lines", func(t *testing.T) {
		t.Parallel()
		const want = pep508.MaxSize / 3
		start := time.Now()
		for _, text := range pep508.Lines(strings.Repeat("a\\\n", want)) {
			if len(text) != want {
				t.Errorf("a line has %d bytes, want %d", len(text), want)
			}
		}
		if took := time.Since(start); took > 5*time.Second { // a minute when each line is copied again
			t.Errorf("it took %v", took)
		}
	})
}

func TestNormalizeName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Friendly-Bard", "FRIENDLY.bard", "friendly__bard", "FrIeNdLy-._.-bArD"} {
		if got := pep508.NormalizeName(name); got != "friendly-bard" {
			t.Errorf("%q: got %q", name, got)
		}
	}
}

func FuzzRequirement(f *testing.F) {
	for _, seed := range []string{
		"requests[security]>=2.8.1,==2.8.* ; python_version < '3.13'", "name @ git+https://x/y@r ; os_name == 'nt'",
		"name (==1!2.0rc1+l)", "-e git+https://x#egg=y", "six=1", "a ; (os_name in 'x' or extra not in \"y\")",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = pep508.ParseLine(text)
		r, err := pep508.Parse(text)
		if err != nil {
			return
		}
		again, err := pep508.Parse(r.String())
		if err != nil || again.String() != r.String() {
			t.Fatalf("%q becomes %q, then %q, %v", text, r.String(), again.String(), err)
		}
	})
}
