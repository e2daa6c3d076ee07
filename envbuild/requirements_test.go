package envbuild

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/pep508"
)

func TestParseRequirements(t *testing.T) {
	t.Parallel()
	hash := "--hash=sha256:" + strings.Repeat("ab", 32)
	tests := []struct {
		name, text string
		direct     bool
		want       []string
		hashed     bool
	}{
		{name: "empty"},
		{name: "comment that seems to go on", text: "six # \\\n--pre", want: []string{"six"}},
		{name: "comments", text: "# a\n\n   # b\n"},
		{name: "normal form", text: "Zope.Interface >= 5 , <6 # why\r\nattrs\nATTRS\n", want: []string{"attrs", "zope-interface>=5,<6"}},
		{name: "byte order mark", text: "\ufeffsix\n", want: []string{"six"}},
		{name: "extras and markers", text: `requests[socks,security]; python_version<'3.13'`, want: []string{`requests[security,socks] ; python_version < "3.13"`}},
		{name: "digests", text: "six==1.0 \\\n  " + hash + "\n", want: []string{"six==1.0 " + hash}, hashed: true},
		{name: "address", text: "six @ https://h.example/six.whl", direct: true, want: []string{"six @ https://h.example/six.whl"}},
		{name: "repository", text: "git+https://h.example/six@v1#egg=Six", direct: true, want: []string{"six @ git+https://h.example/six@v1#egg=Six"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseRequirements([]byte(tt.text), allow(tt.direct))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got.lines); diff != "" || got.hashed != tt.hashed {
				t.Errorf("hashed = %v (-want +got):\n%s", got.hashed, diff)
			}
		})
	}
}

// The numbers are those of the project's list of hostile cases.
func TestHostile(t *testing.T) {
	t.Parallel()
	hash := "--hash=sha256:" + strings.Repeat("ab", 32)
	tests := map[string]map[string]pack.Code{
		"J01": {
			"--index-url https://evil": pack.CodePolicyDenied, "-i https://evil": pack.CodePolicyDenied,
			"--extra-index-url https://evil": pack.CodePolicyDenied, "--find-links .": pack.CodePolicyDenied, "-f.": pack.CodePolicyDenied,
			"--trusted-host evil": pack.CodePolicyDenied, "--no-index": pack.CodePolicyDenied, "--pre": pack.CodePolicyDenied,
			"--only-binary :none:": pack.CodePolicyDenied, "--no-binary :all:": pack.CodePolicyDenied, "--use-feature x": pack.CodePolicyDenied,
			"six --global-option=x": pack.CodePolicyDenied, "six --config-settings=x=y": pack.CodePolicyDenied,
			"six --index-url https://evil": pack.CodePolicyDenied, "six\n\t--pre": pack.CodePolicyDenied, "- x": pack.CodePolicyDenied,
		},
		"J02": {
			"-e .": pack.CodePolicyDenied, "-e git+https://h/x#egg=x": pack.CodePolicyDenied, "--editable=.": pack.CodePolicyDenied,
			"-r ../../etc/x": pack.CodePolicyDenied, "-rx": pack.CodePolicyDenied, "-c http://h": pack.CodePolicyDenied,
			"./x": pack.CodePolicyDenied, "../x": pack.CodePolicyDenied, "/x": pack.CodePolicyDenied, `C:\x`: pack.CodePolicyDenied,
			"x.whl": pack.CodePolicyDenied, "file:///x": pack.CodePolicyDenied, "file:x.whl": pack.CodePolicyDenied, "x @ file:///x": pack.CodePolicyDenied,
			"https://h/x.whl": pack.CodePolicyDenied, "x @ https://h/x.whl": pack.CodePolicyDenied, "git+ssh://git@h/x": pack.CodePolicyDenied,
			"hg+https://h/x": pack.CodePolicyDenied, "x @ git+https://h/x": pack.CodePolicyDenied, "git+git@h:x": pack.CodePolicyDenied,
		},
		"J03": {
			"six==${SECRET}": pack.CodeInvalidManifest, "${SECRET}": pack.CodeInvalidManifest, "six\x00": pack.CodeInvalidManifest,
			"s\xff": pack.CodeInvalidManifest, "\xff\xfes\x00i\x00x": pack.CodeInvalidManifest, "# coding: koi8-r": pack.CodeInvalidManifest,
			"s\\\nix \\\n --pre": pack.CodePolicyDenied, "#\\\n--pre": pack.CodePolicyDenied,
			"six=1.0": pack.CodeInvalidManifest, "$(touch x)": pack.CodeInvalidManifest, "six;os.system('x')": pack.CodeInvalidManifest,
			strings.Repeat("six\n", 100_000): pack.CodeLimitExceeded,
			// What pip takes for the end of a line.
			"six===1\r--extra-index-url=https://evil": pack.CodeInvalidManifest, "six===1\v--pre": pack.CodeInvalidManifest,
			"six===1\f./x": pack.CodeInvalidManifest, "six===1\x1c--pre": pack.CodeInvalidManifest, "# x\r--pre": pack.CodeInvalidManifest,
			"six===1\u0085--pre": pack.CodeInvalidManifest, "six===1\u2028--pre": pack.CodeInvalidManifest, "six===1\u2029--pre": pack.CodeInvalidManifest,
			"six===${SECRET}": pack.CodePolicyDenied, `six; os_name == "${SECRET}"`: pack.CodePolicyDenied,
		},
		"J04": {
			"six==1 " + hash + "\nabc==1":                                 pack.CodeBuildFailed,
			"six==1 --hash=md5:" + strings.Repeat("a", 32):                pack.CodeBuildFailed,
			"six==1 --hash=sha1:" + strings.Repeat("a", 40):               pack.CodeBuildFailed,
			"six==1 --hash=sha256:abc":                                    pack.CodeBuildFailed,
			"six==1 " + hash + " --hash=md5:x":                            pack.CodeBuildFailed,
			"six==1 --hash=sha256:" + strings.Repeat("AB", 32):            "", // as pip reads it
			"six==1 --hash sha256:" + strings.Repeat("ab", 32):            "",
			"six==1 --hash=sha256:" + strings.Repeat("ab", 32) + ` --pre`: pack.CodePolicyDenied,
		},
	}
	for id, lines := range tests {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			for text, want := range lines {
				_, err := parseRequirements([]byte(text), nil)
				if got := pack.CodeOf(err); got != want {
					t.Errorf("%.80q: code = %q, want %q (%v)", text, got, want, err)
				}
			}
		})
	}
}

func TestAddressesHaveToBeSafeWhereTheyAreAllowed(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"x @ http://h/x.whl", "x @ git+ssh://git@h/x", "x @ git+http://h/x", "x @ git+file:///x", "x @ file:///x", "git://h/x#egg=x",
		"x @ https://user:s3cret@h/x.whl", "x @ https://${TOKEN}@h/x.whl", "x @ https://h/${TOKEN}", "git+https://h/x", "https://h/x.whl",
		"-e git+https://h/x#egg=x", "./x", "x @ https://h/x --global-option=x", "x @ https:///x",
		`x @ https://h/x ; os_name == "${TOKEN}"`,
	} {
		_, err := parseRequirements([]byte(text), allow(true))
		if pack.CodeOf(err) != pack.CodePolicyDenied {
			t.Errorf("%q: %v", text, err)
		}
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%v contains a password", err)
		}
	}
}

func TestRequirementErrorsNameTheLine(t *testing.T) {
	t.Parallel()
	_, err := parseRequirements([]byte("six\n# x\n\n--pre\n"), nil)
	if err == nil || !strings.HasPrefix(err.Error(), "requirements.txt:4: option") {
		t.Errorf("err = %v", err)
	}
}

// Every line of the corpus that is a requirement is admitted, every other line
// is refused with a reason.
func TestRequirementCorpus(t *testing.T) {
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
		Line   string
		PEP508 bool
		URL    *string
	}
	if err := json.Unmarshal(data, &lines); err != nil {
		t.Fatal(err)
	}
	admitted := 0
	for _, l := range lines {
		_, err := parseRequirements([]byte(l.Line), nil)
		if blank := strings.TrimSpace(l.Line) == "" || strings.HasPrefix(strings.TrimSpace(l.Line), "#"); blank {
			continue
		}
		want := l.PEP508 && (l.URL == nil || *l.URL == "")
		if got := err == nil; got != want {
			t.Errorf("%q: admitted = %v, want %v (%v)", l.Line, got, want, err)
		}
		if err == nil {
			admitted++
		}
	}
	if admitted < 300 {
		t.Errorf("only %d lines are admitted", admitted)
	}
}

func FuzzParseRequirements(f *testing.F) {
	for _, s := range []string{"six==1 # x\n", "-e .", "a @ https://h/x#egg=y ; python_version<'3'", "a[b]>=1 --hash=sha256:00", "\\\n", "${X}"} {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, text string, direct bool) {
		r, err := parseRequirements([]byte(text), allow(direct))
		if err != nil {
			if _, ok := errors.AsType[pack.Coder](err); !ok {
				t.Errorf("%v has no code", err)
			}
			return
		}
		for _, line := range r.lines {
			if strings.HasPrefix(line, "-") || strings.ContainsAny(line, "\n\r\\\x00") || !direct && strings.Contains(line, "://") {
				t.Errorf("%q becomes %q", text, line)
			}
		}
		again, err := parseRequirements([]byte(strings.Join(r.lines, "\n")), allow(direct))
		if diff := cmp.Diff(r.lines, again.lines); diff != "" || err != nil {
			t.Errorf("%q is not a normal form: %v (-once +twice):\n%s", text, err, diff)
		}
	})
}

// allow returns the policy that allows all addresses, or none.
func allow(direct bool) []string {
	if direct {
		return []string{"*"}
	}
	return nil
}

// parseRequirements reads a pack with one file.
func parseRequirements(data []byte, direct []string) (requirements, error) {
	files := fstest.MapFS{pep508.RequirementsFile: {Data: data}}
	return readRequirements(func(name string) ([]byte, error) { return readFile(files, name, pep508.MaxSize) }, direct)
}
