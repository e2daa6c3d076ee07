package pep508_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/internal/text/pep508"
)

const strongHash = "--hash=sha256:abababababababababababababababababababababababababababababababab"

func TestJudge(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]pep508.Rule{
		"": "", "# --pre": "", "six": "", "six==1 " + strongHash: "",
		"six\v--pre": pep508.RuleControl, "# x\r--pre": pep508.RuleControl,
		"x @ https://u:secret@h/x.whl": pep508.RuleSecret, "-i https://u:secret@h": pep508.RuleSecret,
		"--pre": pep508.RuleOption, "six --pre": pep508.RuleOption, "x @ https://h/x --pre": pep508.RuleOption,
		"./x": pep508.RulePath, "-e .": pep508.RulePath, "-e git+https://h/x#egg=x": pep508.RuleEditable,
		"six===${X}": pep508.RuleVariable, "x @ https://h/${X}": pep508.RuleVariable,
		"six==1 --hash=md5:0": pep508.RuleDigest,
		"x @ http://h/x":      pep508.RuleAddress, "x @ https:///x": pep508.RuleAddress, "x @ file:///x": pep508.RuleAddress,
		"git+https://h/x": pep508.RuleUnnamed,
		"six=1":           pep508.RuleSyntax, "x @ https://h/x ; os_name": pep508.RuleSyntax,
		"x @ https://h/x": pep508.RuleDirect, "git+https://h/x#egg=x": pep508.RuleDirect,
	} {
		_, fault := pep508.Judge(text)
		var got pep508.Rule
		if fault != nil {
			got = fault.Rule
			if syntax, ok := errors.AsType[*pep508.SyntaxError](fault); ok != (got == pep508.RuleSyntax) {
				t.Errorf("%q: rule %q with the cause %v", text, got, syntax)
			}
			if strings.Contains(fault.Error(), "secret") {
				t.Errorf("%v contains a password", fault)
			}
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// reader reads one file, and no others.
func reader(text string) pep508.Reader {
	return func(name string) ([]byte, error) {
		if name != pep508.RequirementsFile {
			return nil, fs.ErrNotExist
		}
		return []byte(text), nil
	}
}

// judged returns what JudgeFiles yields as "line text: rule".
func judged(text string) []string {
	var got []string
	for line, fault := range pep508.JudgeFiles(reader(text), pep508.RequirementsFile) {
		s := fmt.Sprintf("%d %s", line.Number, line.Text)
		if fault != nil {
			s += fmt.Sprintf(": %d %s", fault.Line, fault.Rule)
		}
		got = append(got, s)
	}
	return got
}

func TestJudgeFiles(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"\n# a\n":                      nil,
		"a\n\n--pre\n  b \\\n >=1\n":   {"1 a", "3 --pre: 3 option", "4 b  >=1"},
		"a\nb\fc\n":                    {"1 a", "2 : 2 control"},
		"caf\xe9":                      {"0 : 1 encoding"},
		"a " + strongHash + "\nb\n-x":  {"1 a " + strongHash, "2 b", "3 -x: 3 option", "0 : 0 digest"},
		"a " + strongHash + "\n--pre":  {"1 a " + strongHash, "2 --pre: 2 option"},
		"a " + strongHash + "\n# none": {"1 a " + strongHash},
	} {
		if diff := cmp.Diff(want, judged(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
	got := judged(strings.Repeat("a\n", 2*pep508.MaxRequirements))
	if n := len(got); n != pep508.MaxRequirements+1 || got[n-1] != "0 : 0 limit" {
		t.Errorf("%d lines, the last is %s", n, got[n-1])
	}
	for range pep508.JudgeFiles(reader("a\nb"), pep508.RequirementsFile) {
		break // stopping early is fine
	}
}

func TestIncludedFiles(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		files []string // names and contents
		want  []string
	}{
		"nested":        {[]string{"-r sub/a.txt\nb", "sub/a.txt", "a\n--requirement=c.txt", "sub/c.txt", "c"}, []string{"sub/a.txt:1 a", "sub/c.txt:1 c", "requirements.txt:2 b"}},
		"constraints":   {[]string{"-c limits.txt\nb", "limits.txt", "x<2\n-r a.txt", "a.txt", "a"}, []string{"limits.txt:1 constraint x<2", "a.txt:1 a", "requirements.txt:2 b"}},
		"cycle":         {[]string{"-r a.txt", "a.txt", "a\n-r requirements.txt\n-r a.txt"}, []string{"a.txt:1 a"}},
		"parent":        {[]string{"-r sub/a.txt", "sub/a.txt", "-r ../b.txt", "b.txt", "b"}, []string{"b.txt:1 b"}},
		"outside":       {[]string{"-r sub/a.txt", "sub/a.txt", "-r ../../b.txt", "../b.txt", "b"}, []string{"sub/a.txt:1 include"}},
		"missing":       {[]string{"a\n-r b.txt"}, []string{"requirements.txt:1 a", "requirements.txt:2 include"}},
		"absolute":      {[]string{"-r /etc/passwd"}, []string{"requirements.txt:1 include"}},
		"address":       {[]string{"-chttps://h/c.txt"}, []string{"requirements.txt:1 include"}},
		"option inside": {[]string{"-r a.txt", "a.txt", "--pre"}, []string{"a.txt:1 option"}},
		"digests":       {[]string{"a " + strongHash + "\n-r b.txt", "b.txt", "b"}, []string{"requirements.txt:1 a " + strongHash, "b.txt:1 b", "requirements.txt:0 digest"}},
		"limits of digests": {
			[]string{"a " + strongHash + "\n-c b.txt", "b.txt", "b<1"},
			[]string{"requirements.txt:1 a " + strongHash, "b.txt:1 constraint b<1"},
		},
		"extras of a constraint": {[]string{"-c b.txt", "b.txt", "b[x]<1"}, []string{"b.txt:1 option"}},
	} {
		files := map[string]string{pep508.RequirementsFile: tt.files[0]}
		for i := 1; i < len(tt.files); i += 2 {
			files[tt.files[i]] = tt.files[i+1]
		}
		read := func(name string) ([]byte, error) {
			text, ok := files[name]
			if !ok {
				return nil, fs.ErrNotExist
			}
			return []byte(text), nil
		}
		var got []string
		for line, fault := range pep508.JudgeFiles(read, pep508.RequirementsFile) {
			switch {
			case fault != nil:
				got = append(got, fmt.Sprintf("%s:%d %s", fault.File, fault.Line, fault.Rule))
			case line.Constraint:
				got = append(got, fmt.Sprintf("%s:%d constraint %s", line.File, line.Number, line.Text))
			default:
				got = append(got, fmt.Sprintf("%s:%d %s", line.File, line.Number, line.Text))
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Digests are passed on in one spelling, however pip reads them.
func TestDigestSpellings(t *testing.T) {
	t.Parallel()
	upper := strings.Replace(strongHash, "abab", "ABab", 1)
	for _, text := range []string{
		upper, strings.Replace(strongHash, "=", " ", 1), strings.Replace(strongHash, "=", " = ", 1),
		strings.Replace(strongHash, "=", "=\"", 1) + `"`, strings.Replace(upper, "=", " '", 1) + "'",
	} {
		l, fault := pep508.Judge("six==1 " + text)
		if fault != nil || len(l.Options) != 1 || l.Options[0] != strongHash {
			t.Errorf("%s: %q, %v", text, l.Options, fault)
		}
	}
}
