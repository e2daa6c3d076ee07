package pep508_test

import (
	"errors"
	"fmt"
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

// judged returns what JudgeFile yields as "line text: rule".
func judged(text string) []string {
	var got []string
	for line, fault := range pep508.JudgeFile([]byte(text)) {
		s := fmt.Sprintf("%d %s", line.Number, line.Text)
		if fault != nil {
			s += fmt.Sprintf(": %d %s", fault.Line, fault.Rule)
		}
		got = append(got, s)
	}
	return got
}

func TestJudgeFile(t *testing.T) {
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
	for range pep508.JudgeFile([]byte("a\nb")) {
		break // stopping early is fine
	}
}
