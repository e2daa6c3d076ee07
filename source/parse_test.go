package source_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

var update = flag.Bool("update", false, "rewrite testdata/specs with what Parse says")

// TestParse compares with testdata/specs: per line a quoted spec, " => " and
// what Parse makes of it.
func TestParse(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/specs/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			golden, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := parseAll(t, string(golden))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			} else if diff := cmp.Diff(string(golden), got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func parseAll(t *testing.T, golden string) string {
	t.Helper()
	lines := strings.Split(golden, "\n")
	for i, line := range lines {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		spec, err := strconv.QuotedPrefix(line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		lines[i] = spec + " => " + outcome(t, unquote(t, spec))
	}
	return strings.Join(lines, "\n")
}

func unquote(t *testing.T, quoted string) string {
	t.Helper()
	s, err := strconv.Unquote(quoted)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func outcome(t *testing.T, spec string) string {
	t.Helper()
	l, err := source.Parse(spec)
	if err != nil {
		problem, ok := errors.AsType[*source.ParseError](err)
		if !ok {
			t.Fatalf("%q: got a %T", spec, err)
		}
		s := fmt.Sprintf("%s at %d of %q: %s", pack.CodeOf(err), problem.Offset, problem.Spec, problem.Reason)
		if problem.Instead != "" {
			s += fmt.Sprintf("; write %q", problem.Instead)
			if _, err := source.Parse(problem.Instead); err != nil {
				t.Errorf("%q: %q does not parse: %v", spec, problem.Instead, err)
			}
		}
		return s
	}
	s := fmt.Sprintf("%s %q", l.Scheme, l.Location)
	if l.Rev != "" {
		s += fmt.Sprintf(" rev %q", l.Rev)
	}
	if l.Subdir != "" {
		s += fmt.Sprintf(" subdir %q", l.Subdir)
	}
	if !l.Constraint.Any() {
		s += fmt.Sprintf(" constraint %q", l.Constraint)
	}
	return s
}

func TestParseKeepsSecretsOut(t *testing.T) {
	t.Parallel()
	for _, spec := range []string{
		"https://user:s3cr3t@host/x", "https://s3cr3t@host/x", "https://user:s3/cr3t@host/s3cr3t.git@v1",
		"git+https://user:pa//s3cr3t@host/x", "https://user:pa#s3cr3t@host/x", "user:s3cr3t@host:path", "user:s3cr3t@host:path//sub", "s3cr3t@host:path//sub",
		"archive+https://user:s3?cr3t@host/x", "https://user:s3//cr3t@host/x.git", "ssh://user:s3cr3t@host/x", "s4://user:s3cr3t@bucket",
		"https://host/x.zip?token=s3cr3t#x", "https://user:s3cr3t@host/x\n",
	} {
		_, err := source.Parse(spec)
		if err == nil {
			t.Errorf("%q is accepted", spec)
		} else if strings.Contains(err.Error(), "s3") || strings.Contains(err.Error(), "cr3t") {
			t.Errorf("%q: %v", spec, err)
		}
	}
	l, err := source.Parse("https://host/x.zip?token=s3cr3t")
	if err != nil || strings.Contains(l.Spec, "s3cr3t") || !strings.Contains(l.Location, "s3cr3t") {
		t.Errorf("got %+v, %v", l, err)
	}
}

func TestParseRefusesOverlongSpecs(t *testing.T) {
	t.Parallel()
	spec := "./" + strings.Repeat("x", source.MaxSpecLen-2)
	if _, err := source.Parse(spec); err != nil {
		t.Error(err)
	}
	_, err := source.Parse(spec + "x")
	if !errors.Is(err, pack.ErrInvalid) || len(err.Error()) > 400 {
		t.Errorf("got %v", err)
	}
}

func TestCheckRev(t *testing.T) {
	t.Parallel()
	for _, rev := range []string{"main", "v1.2.3", "feature/x", "refs/heads/x", "HEAD", "a@b", "größe", "x#y", strings.Repeat("r", source.MaxRevLen)} {
		if err := source.CheckRev(rev); err != nil {
			t.Error(err)
		}
	}
	for rev, want := range map[string]pack.Code{
		"-x": pack.CodePolicyDenied, "": pack.CodeInvalidRequest, "a b": pack.CodeInvalidRequest, "a\x7f": pack.CodePolicyDenied, "a\x00": pack.CodePolicyDenied, "a\n": pack.CodePolicyDenied,
		"a\u200b": pack.CodeInvalidRequest, "\xff": pack.CodeInvalidRequest, strings.Repeat("r", source.MaxRevLen+1): pack.CodeInvalidRequest,
	} {
		if err := source.CheckRev(rev); pack.CodeOf(err) != want {
			t.Errorf("%q: got %v", rev, err)
		}
	}
}

// FuzzParse: Parse is total, and reads what String writes.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/specs/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		golden, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for line := range strings.Lines(string(golden)) {
			if quoted, err := strconv.QuotedPrefix(line); err == nil {
				if spec, err := strconv.Unquote(quoted); err == nil {
					f.Add(spec)
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, spec string) {
		l, err := source.Parse(spec)
		if err != nil {
			problem, ok := errors.AsType[*source.ParseError](err)
			if !ok || problem.Offset < 0 || problem.Offset > len(spec) || problem.Reason == "" {
				t.Errorf("%q: %#v", spec, err)
			}
			if ok && problem.Instead != "" {
				if _, err := source.Parse(problem.Instead); err != nil {
					t.Errorf("%q: %q does not parse: %v", spec, problem.Instead, err)
				}
			}
			return
		}
		again, err := source.Parse(l.String())
		if len(l.String()) > source.MaxSpecLen {
			return
		}
		if err != nil {
			t.Fatalf("%q gives %q: %v", spec, l, err)
		}
		again.Spec = l.Spec
		if diff := cmp.Diff(l, again); diff != "" {
			t.Errorf("%q gives %q: -first +again\n%s", spec, l, diff)
		}
	})
}
