package lock_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps/lock"
)

// TestPolicy: what the file does not state differs from a list without packages, and from
// no minimum age.
func TestPolicy(t *testing.T) {
	t.Parallel()
	three, zero := 72*time.Hour, time.Duration(0)
	for text, want := range map[string]lock.Policy{
		"packs: {}\n": {},
		"policy:\n":   {},
		"policy: {allow_source: , minimum_age: }\n":                                                            {},
		"policy: {allow_source: [], minimum_age: 0}\n":                                                         {AllowSource: []string{}, MinimumAge: &zero},
		"policy:\n  allow_source: [cffi, 'corp-*']\n  allow_direct: ['*']\n":                                   {AllowSource: []string{"cffi", "corp-*"}, AllowDirect: []string{"*"}},
		"policy:\n  allow_scripts:\n    - '@corp/*'\n    - esbuild\n  minimum_age: 72h\npacks:\n    app: ^1\n": {AllowScripts: []string{"@corp/*", "esbuild"}, MinimumAge: &three},
	} {
		f := mustFile(t, text)
		if diff := cmp.Diff(want, f.Policy); diff != "" {
			t.Errorf("%q (-want +got)\n%s", text, diff)
		}
		edited, err := f.Add(wants(t, "new@^1")[0])
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, edited.Policy); diff != "" {
			t.Errorf("%q, edited (-want +got)\n%s\n%s", text, diff, edited.Bytes())
		}
	}
}

func TestPolicyErrors(t *testing.T) {
	t.Parallel()
	const keys = "; the keys are allow_source, allow_direct, allow_scripts and minimum_age"
	for text, want := range map[string]string{
		"policy: [a]\n":                                   "line 1: want a mapping, got a list",
		"policy:\n  allow_sources: [a]\n":                 `line 2: key "allow_sources" is not known: did you mean "allow_source"?`,
		"policy:\n  minimumage: 1h\n":                     `line 2: key "minimumage" is not known: did you mean "minimum_age"?`,
		"policy:\n  ignore_foreign_locks: true\n":         `line 2: key "ignore_foreign_locks" is not known` + keys,
		"policies: {}\n":                                  `line 1: key "policies" is not known`,
		"polciy: {}\n":                                    `line 1: key "polciy" is not known: did you mean "policy"?`,
		"policy:\n  allow_source: cffi\n":                 "line 2: allow_source: want a list of packages, got a string",
		"policy:\n  allow_source: true\n":                 "line 2: allow_source: want a list of packages, got a boolean",
		"policy:\n  allow_direct:\n    - a\n    -\n":      "line 4: want the name of a package or a pattern",
		"policy:\n  allow_direct: [1]\n":                  "line 2: want the name of a package or a pattern, got a number",
		"policy:\n  allow_scripts: ['a[']\n":              `line 2: allow_scripts: "a[" is not the name of a package or a pattern`,
		"policy:\n  allow_scripts: [' ']\n":               `line 2: allow_scripts: " " is not the name of a package or a pattern`,
		"policy:\n  minimum_age: 72\n":                    `line 2: minimum_age: want a duration in hours, minutes or seconds, such as 72h, got "72"`,
		"policy:\n  minimum_age: 3d\n":                    `got "3d"`,
		"policy:\n  minimum_age: -1h\n":                   `got "-1h"`,
		"policy:\n  minimum_age: [1h]\n":                  "line 2: minimum_age: want a duration",
		"policy:\n  minimum_age: 1h\n  minimum_age: 2h\n": "line 3: ",
	} {
		if _, err := lock.ParseFile([]byte(text)); err == nil || !strings.Contains(err.Error(), want) || pack.CodeOf(err) != pack.CodeInvalidRequest {
			t.Errorf("%q:\ngot  %v\nwant %s", text, err, want)
		}
	}
}
