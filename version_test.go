package pack_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/names"
)

func version(t *testing.T, s string) pack.Version {
	t.Helper()
	v, err := pack.ParseVersion(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func constraint(t *testing.T, s string) pack.Constraint {
	t.Helper()
	c, err := pack.ParseConstraint(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestParseRef(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"slack", "a", "network_essentials", "a-1", "console", strings.Repeat("a", pack.MaxRefLen)} {
		if r, err := pack.ParseRef(s); err != nil || r.String() != s {
			t.Errorf("%q: got %q, %v", s, r, err)
		}
	}
	for _, s := range []string{"", "1a", "_a", "a.b", "aux", "com1", "a\n", strings.Repeat("a", pack.MaxRefLen+1)} {
		if r, err := pack.ParseRef(s); r != "" || pack.CodeOf(err) != pack.CodeInvalidRef {
			t.Errorf("%q: got %q, %v", s, r, err)
		}
	}
}

// TestDevicesAreNoRefs: names of devices are refused as names of files and as refs.
func TestDevicesAreNoRefs(t *testing.T) {
	t.Parallel()
	words := []string{"aux", "con", "nul", "prn", "core", "comb", "lptx"}
	for n := range 12 {
		words = append(words, fmt.Sprintf("com%d", n), fmt.Sprintf("lpt%d", n))
	}
	for _, word := range words {
		if _, err := pack.ParseRef(word); (err != nil) != (names.ComponentFault(word) != "") {
			t.Errorf("%q: as a ref %v, as a file %q", word, err, names.ComponentFault(word))
		}
	}
}

func TestComponentRef(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"slack.post", "a.b.c", "aws.EC2-list", "network_essentials.a b"} {
		r, err := pack.ParseComponentRef(s)
		if err != nil || r.String() != s || r.Pack().Component(r.Name()) != r {
			t.Errorf("%q: got %q of pack %q and name %q, %v", s, r, r.Pack(), r.Name(), err)
		}
	}
	for _, s := range []string{"", "slack", "slack.", ".post", "Slack.post", "aux.post", "a.b/c", "a.b\\c", "a.b\x00", "a." + strings.Repeat("b", 255)} {
		if r, err := pack.ParseComponentRef(s); r != "" || pack.CodeOf(err) != pack.CodeInvalidRef {
			t.Errorf("%q: got %q, %v", s, r, err)
		}
	}
	if r := pack.ComponentRef("core.st2.webhook"); r.Pack() != "core" || r.Name() != "st2.webhook" {
		t.Errorf("got pack %q and name %q", r.Pack(), r.Name())
	}
}

func TestVersionOrder(t *testing.T) {
	t.Parallel()
	ordered := []pack.Version{
		{},
		version(t, "0.0.1"), version(t, "1.0.0-alpha"), version(t, "1.0.0-alpha.1"), version(t, "1.0.0-beta.2"),
		version(t, "1.0.0-beta.11"), version(t, "1.0.0"), version(t, "1.2.0"), version(t, "1.10.0"), version(t, "2.0.0"),
	}
	for i, v := range ordered {
		for j, w := range ordered {
			if got, want := v.Compare(w), min(max(i-j, -1), 1); got != want {
				t.Errorf("%q against %q: got %d, want %d", v, w, got, want)
			}
		}
	}
	a, b := version(t, "1.0.0+a"), version(t, "1.0.0+b")
	if a.Compare(b) != 0 || a.Equal(b) || a == b || !a.Equal(version(t, "1.0.0+a")) {
		t.Error("build metadata counts for the order, or not for equality")
	}
	if !version(t, "1.0.0-rc.1").IsPrerelease() || a.IsPrerelease() {
		t.Error("pre-releases are not recognized")
	}
}

func TestConstraints(t *testing.T) {
	t.Parallel()
	tests := []struct {
		constraint string
		allows     []string
		refuses    []string
	}{
		{"", []string{"0.0.1", "9.9.9-rc.1"}, nil},
		{"*", []string{"0.0.1"}, nil},
		{"latest", []string{"0.0.1"}, nil},
		{"^1.2", []string{"1.2.0", "1.9.9"}, []string{"1.1.9", "2.0.0", "1.3.0-rc.1"}},
		{"~1.2.3", []string{"1.2.9"}, []string{"1.3.0"}},
		{">=1.0 <2.0 || ^3", []string{"1.5.0", "3.1.0"}, []string{"2.0.0", "4.0.0"}},
		{"1.2.3", []string{"1.2.3"}, []string{"1.2.4"}},
		{"^1.3.0-rc", []string{"1.3.0-rc.1", "1.4.0"}, []string{"1.2.0"}},
	}
	for _, tt := range tests {
		c := constraint(t, tt.constraint)
		for _, v := range tt.allows {
			if !c.Allows(version(t, v)) {
				t.Errorf("%q refuses %s", tt.constraint, v)
			}
		}
		for _, v := range tt.refuses {
			if c.Allows(version(t, v)) {
				t.Errorf("%q allows %s", tt.constraint, v)
			}
		}
		if c.Allows(pack.Version{}) != c.Any() {
			t.Errorf("%q and no version: got %v", tt.constraint, !c.Any())
		}
	}
}

func TestParseConstraintRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"=>1", ">=1 =<2", ">=a", "1.2.3.4.5", "^1|^3", "1-2", "*.1", strings.Repeat(">=1 ", 100)} {
		if _, err := pack.ParseConstraint(s); pack.CodeOf(err) != pack.CodeInvalidVersion {
			t.Errorf("%.20q: got %v", s, err)
		}
	}
}

func TestConstraintErrors(t *testing.T) {
	t.Parallel()
	_, err := pack.ParseConstraint(" ^1|^3")
	want := `version constraint "^1|^3": at byte 3: want a space, "," or "||" after a version; write "^1 || ^3" instead`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestConstraintSets(t *testing.T) {
	t.Parallel()
	one, from := constraint(t, "^1"), constraint(t, ">=1.5")
	for _, tt := range []struct {
		got  pack.Constraint
		want string
	}{
		{one.Intersect(from), ">=1.5.0 <2.0.0-0"},
		{one.Intersect(constraint(t, "1.2.3")), "1.2.3"},
		{one.Intersect(pack.Constraint{}), "^1"},
		{one.Union(from), ">=1.0.0"},
		{one.Union(constraint(t, "1.2.3")), "^1"},
		{one.Union(pack.Constraint{}), "*"},
		{one.Complement(), ">=0.0.0 <1.0.0 || >=2.0.0"},
		{pack.Constraint{}.Complement(), "<0.0.0-0"},
	} {
		if tt.got.String() != tt.want {
			t.Errorf("got %s, want %s", tt.got, tt.want)
		}
	}
	if !one.Intersect(constraint(t, "^2")).Empty() || one.Empty() || (pack.Constraint{}).Empty() {
		t.Error("a constraint is empty when it should not be, or the other way round")
	}
}

func TestTextForms(t *testing.T) {
	t.Parallel()
	type texts struct {
		Version    pack.Version    `json:"version"`
		Constraint pack.Constraint `json:"constraint"`
	}
	want := texts{version(t, "1.2.3-rc.1+b"), constraint(t, "^1.2")}
	data, err := json.Marshal(want)
	if err != nil || string(data) != `{"version":"1.2.3-rc.1+b","constraint":"^1.2"}` {
		t.Fatalf("got %s, %v", data, err)
	}
	var got texts
	if err := json.Unmarshal(data, &got); err != nil || !cmp.Equal(want, got) {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := json.Unmarshal([]byte(`{"version":"","constraint":"*"}`), &got); err != nil || !got.Version.IsZero() || !got.Constraint.Any() {
		t.Errorf("empty texts: got %+v, %v", got, err)
	}
	for _, bad := range []string{`{"version":"1.2"}`, `{"constraint":"=>1"}`} {
		if err := json.Unmarshal([]byte(bad), &got); pack.CodeOf(err) != pack.CodeInvalidVersion {
			t.Errorf("%s: got %v", bad, err)
		}
	}
}

func TestCheckPlatform(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		required, actual string
		suits            bool
	}{
		{"*", "", true},
		{">=2", "", false},
		{"*", "1.0.0", true},
		{"^2.1", "2.1.0", true},
		{"^2.1", "2.0.9", false},
		{"^2.1", "3.0.0", false},
		{">=2", "3.0.0-rc.1", true},
		{">=3", "3.0.0-rc.1", false},
		{"^1 || ^3", "3.1.0-rc.1", true},
	} {
		var actual pack.Version
		if tt.actual != "" {
			actual = version(t, tt.actual)
		}
		err := pack.CheckPlatform(constraint(t, tt.required), actual)
		if (err == nil) != tt.suits {
			t.Errorf("%s on %q: got %v", tt.required, tt.actual, err)
		}
		if err == nil {
			continue
		}
		text := err.Error()
		if !errors.Is(err, pack.ErrDependency) || pack.CodeOf(err) != pack.CodeDependencyConflict || !strings.Contains(text, tt.required) || !strings.Contains(text, tt.actual) {
			t.Errorf("%s on %q: got %v", tt.required, tt.actual, err)
		}
	}
}

// TestProvidedPreRelease: a pack that is there is not chosen, so its pre-release counts.
func TestProvidedPreRelease(t *testing.T) {
	t.Parallel()
	core := pack.Provided{Ref: "core", Version: version(t, "2.0.0-rc.1")}
	if !core.Satisfies(constraint(t, ">=1")) || core.Satisfies(constraint(t, ">=2")) {
		t.Error("core 2.0.0-rc.1 is between 1 and 2")
	}
}

func TestIDAndProvided(t *testing.T) {
	t.Parallel()
	id := pack.ID{Ref: "demo", Version: version(t, "1.0.0")}
	if id.String() != "demo@1.0.0" || (pack.ID{Ref: "demo"}).String() != "demo" {
		t.Errorf("got %s", id)
	}
	d := pack.Dependency{Ref: "core", Constraint: constraint(t, "^1")}
	if d.String() != "core@^1" || (pack.Dependency{Ref: "core"}).String() != "core" {
		t.Errorf("got %s", d)
	}
	anything, exact := pack.Provided{Ref: "core"}, pack.Provided{Ref: "core", Version: version(t, "1.0.0")}
	if !anything.Satisfies(constraint(t, "^9")) || !exact.Satisfies(constraint(t, "^1")) || exact.Satisfies(constraint(t, "^2")) {
		t.Error("provided packs do not satisfy what they should")
	}
}
