package deps_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/deps/depstest"
)

var update = flag.Bool("update", false, "write the files in testdata anew")

// TestExplanations resolves the requests in testdata: each file has a universe as
// [depstest.NewUniverse] reads it, a request, and what is chosen and said.
func TestExplanations(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "explanations", "*.txtar"))
	if err != nil || len(files) < 40 {
		t.Fatalf("got %d files, %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		head, want, ok := strings.Cut(string(data), "-- want --\n")
		universe, request, both := strings.Cut(strings.TrimPrefix(head, "-- universe --\n"), "-- request --\n")
		if !ok || !both {
			t.Fatalf("%s: a part is missing", file)
		}
		got := resolveText(t, lines(universe), lines(request))
		if *update {
			if err := os.WriteFile(file, []byte(head+"-- want --\n"+got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", file, diff)
		}
	}
}

func lines(text string) []string { return strings.Split(strings.TrimSpace(text), "\n") }

// resolveText resolves a request and shows the result.
func resolveText(t *testing.T, universe, request []string) string {
	t.Helper()
	u, err := depstest.NewUniverse(universe...)
	if err != nil {
		t.Fatal(err)
	}
	policy := &deps.Policy{Provided: u.Provided(), PlatformVersion: u.PlatformVersion()}
	var wants []pack.Want
	var specs []string
	for _, line := range request {
		if w, ok := readRequest(t, line, policy); ok {
			wants, specs = append(wants, w), append(specs, line)
		}
	}
	var b strings.Builder
	res, err := deps.Resolve(t.Context(), u, wants, policy)
	if err != nil {
		fmt.Fprintf(&b, "fails: %s", explained(t, err))
		return b.String()
	}
	for _, c := range res.Choices {
		fmt.Fprintf(&b, "%s\n", shown(&c))
	}
	for _, d := range res.Dropped {
		fmt.Fprintf(&b, "%s fails at %s: %s: %s", specs[d.Want], d.Stage, pack.CodeOf(d.Err), explained(t, d.Err))
	}
	return b.String()
}

// readRequest reads a want, or a line of the policy.
func readRequest(t *testing.T, line string, policy *deps.Policy) (w pack.Want, ok bool) {
	t.Helper()
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "allow-downgrade":
		policy.AllowDowngrade = true
	case "keep-installed":
		policy.KeepInstalled = true
	case "all-or-nothing":
		policy.AllOrNothing = true
	case "allow-break":
		policy.AllowBreak = append(policy.AllowBreak, pack.Ref(rest))
	case "locked":
		d, err := pack.ParseDependency(rest)
		v, err2 := pack.ParseVersion(d.Constraint.String())
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		policy.Locked = append(policy.Locked, pack.ID{Ref: d.Ref, Version: v})
	case "at":
		return pack.Want{Spec: rest}, true
	default:
		d, err := pack.ParseDependency(line)
		if err != nil {
			t.Fatal(err)
		}
		return pack.Want{Ref: d.Ref, Constraint: d.Constraint}, true
	}
	return w, false
}

// shown shows a choice, and what was passed over.
func shown(c *deps.Choice) string {
	text := "chosen: " + c.ID.String()
	switch {
	case c.Kept:
		text += ", as it is installed"
	case c.Before != nil:
		text += ", in place of " + c.Before.Version.String()
	}
	if len(c.RequiredBy) > 0 {
		text += fmt.Sprintf(", for %s", c.RequiredBy)
	}
	if c.Held != nil {
		text += fmt.Sprintf("; not %s: %v", c.Held.Version, c.Held.Err)
	}
	for _, over := range c.PassedOver {
		text += fmt.Sprintf("; passed over %s: %v", over.ID, over.Unusable)
	}
	return text
}

// explained shows an error, and checks that it fits on a screen.
func explained(t *testing.T, err error) string {
	t.Helper()
	u, ok := errors.AsType[*deps.Unsolvable](err)
	if !ok {
		return err.Error() + "\n"
	}
	all := u.Lines()
	if u.Error() != strings.Join(all, "; ") || len(all) > 24 {
		t.Errorf("got %d lines, or another text: %v", len(all), err)
	}
	text := all[0] + "\n"
	for _, line := range all[1:] {
		text += "  " + line + "\n"
	}
	return text
}
