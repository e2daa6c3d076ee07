package semrange_test

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/Masterminds/semver/v3"

	"github.com/packtrain/pack/internal/text/semrange"
)

// versions are those that the ranges of testdata/ranges are asked about.
func versions() []string {
	return strings.Fields(`0.0.0 0.0.1 0.0.2 0.1.0-rc.1 0.1.0 0.1.2 0.2.0 0.5.0 1.0.0-alpha 1.0.0-rc.1 1.0.0 1.1.0
		1.2.0 1.2.3-alpha 1.2.3-rc.1 1.2.3-rc.2 1.2.3 1.2.4-rc.1 1.2.4 1.3.0 1.9.9 2.0.0-0 2.0.0-rc.1 2.0.0 2.0.1 2.1.0 3.0.0 3.1.0 10.0.0`)
}

func parse(t *testing.T, text string) semrange.Set {
	t.Helper()
	s, err := semrange.Parse(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return s
}

func members(s semrange.Set) (in []string) {
	for _, v := range versions() {
		if s.Has(semver.MustParse(v)) {
			in = append(in, v)
		}
	}
	return in
}

// cases reads lines of "range: versions" of a file; \t and \n in ranges are written so.
func cases(t *testing.T, file string) (list [][2]string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if line := lines.Text(); line != "" && line[0] != '#' {
			text, want, ok := strings.Cut(line, " => ")
			if !ok {
				t.Fatalf("%s: %q", file, line)
			}
			text = strings.Trim(text, "`")
			list = append(list, [2]string{strings.NewReplacer(`\t`, "\t", `\n`, "\n").Replace(text), strings.TrimSpace(want)})
		}
	}
	return list
}

// TestRanges reads each range of testdata/ranges as the range that says the same
// with comparisons of whole versions alone.
func TestRanges(t *testing.T) {
	t.Parallel()
	for _, c := range cases(t, "testdata/ranges") {
		if got := parse(t, c[0]).String(); got != c[1] {
			t.Errorf("%q: got %s, want %s", c[0], got, c[1])
		}
		if again := strings.Join(members(parse(t, c[1])), " "); again != strings.Join(members(parse(t, c[0])), " ") {
			t.Errorf("%q becomes %q with %s", c[0], c[1], again)
		}
	}
}

// TestRefused compares errors.
func TestRefused(t *testing.T) {
	t.Parallel()
	for _, c := range cases(t, "testdata/refused") {
		s, err := semrange.Parse(c[0])
		if err == nil || err.Error() != c[1] {
			t.Errorf("%q: got %s, %v\nwant %s", c[0], s, err, c[1])
		}
	}
}

// differs reports whether our rules for pre-releases and wildcards are not those of
// the oracle: it applies its filter to each comparison by itself, and knows another
// meaning of "!=" and "<2" beside pre-releases.
func differs(text string, v *semver.Version) bool {
	return v.Prerelease() != "" && strings.Contains(text, "-") || strings.ContainsAny(text, "*xX") && v.Prerelease() != ""
}

// TestOracle compares with another reader of ranges, where the rules agree.
func TestOracle(t *testing.T) {
	t.Parallel()
	compared := 0
	for _, c := range cases(t, "testdata/ranges") {
		oracle, err := semver.NewConstraint(c[0])
		if err != nil || c[0] == "" {
			continue
		}
		for _, text := range versions() {
			v := semver.MustParse(text)
			if differs(c[0], v) {
				continue
			}
			compared++
			if got, want := parse(t, c[0]).Has(v), oracle.Check(v); got != want {
				t.Errorf("%q has %s: got %v, want %v", c[0], text, got, want)
			}
		}
	}
	if compared < 1500 {
		t.Errorf("only %d comparisons", compared)
	}
}

func TestPreReleases(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		">=1.0.0-rc.1 <2": "1.0.0-rc.1 1.0.0 1.1.0 1.2.0 1.2.3 1.2.4 1.3.0 1.9.9",
		"^1.2.3-rc.1":     "1.2.3-rc.1 1.2.3-rc.2 1.2.3 1.2.4 1.3.0 1.9.9",
		"~1.2.3-rc.2":     "1.2.3-rc.2 1.2.3 1.2.4",
		"<2.0.0-0 >=1.9":  "1.9.9",
		">1.2.3-rc.1 <=1.2.3-rc.2 || =2.0.0-rc.1": "1.2.3-rc.2 2.0.0-rc.1",
		"^1.2 !=1.2.3-rc.1":                       "1.2.0 1.2.3 1.2.4 1.3.0 1.9.9",
	} {
		if got := strings.Join(members(parse(t, text)), " "); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
	for _, tt := range []struct {
		text, version string
		want          bool
	}{
		{">=1", "2.0.0-rc.1", true},
		{">=2", "2.0.0-rc.1", false},
		{"<2", "2.0.0-rc.1", false},
		{"^1", "2.0.0-rc.1", false},
		{"^1", "1.2.3-rc.1", true},
		{"<=1.2.3", "1.2.3-rc.1", true},
		{"!=1.2", "1.2.3-rc.1", false},
	} {
		if got := parse(t, tt.text).HasUnfiltered(semver.MustParse(tt.version)); got != tt.want {
			t.Errorf("%q has %s: got %v", tt.text, tt.version, got)
		}
	}
}

// TestLaws holds for all pairs of ranges of the table.
func TestLaws(t *testing.T) {
	t.Parallel()
	list := cases(t, "testdata/ranges")[1:] // of those that are the same, some
	list = slices.DeleteFunc(list, func(c [2]string) bool { return len(c[0])%3 == 0 })
	for _, a := range list {
		s := parse(t, a[0])
		not := s.Complement()
		if both := s.Intersect(not); !both.Empty() || !not.Empty() && !parse(t, not.String()).Complement().Intersect(not).Empty() {
			t.Errorf("%q and its complement %s have %s in common", a[0], not, both)
		}
		for _, b := range list {
			checkPair(t, s, parse(t, b[0]))
		}
	}
}

func checkPair(t *testing.T, a, b semrange.Set) {
	t.Helper()
	both, either, not := a.Intersect(b), a.Union(b), a.Complement()
	computed := []semrange.Set{both, either, not}
	var again []semrange.Set
	for _, s := range computed {
		again = append(again, parse(t, s.String()))
	}
	for _, text := range versions() {
		v := semver.MustParse(text)
		inA, inB := a.Has(v), b.Has(v)
		if both.Has(v) != (inA && inB) || either.Has(v) != (inA || inB) {
			t.Fatalf("%s, %s and %s: intersection %v, union %v", a, b, text, both.Has(v), either.Has(v))
		}
		if v.Prerelease() == "" && not.Has(v) == inA {
			t.Fatalf("%s and its complement: %s", a, text)
		}
		for i, s := range computed {
			if again[i].Has(v) != s.Has(v) {
				t.Fatalf("%s and %s: %s is read otherwise: %s", a, b, s, text)
			}
		}
	}
	if both.Empty() && len(members(both)) > 0 {
		t.Fatalf("%s and %s: empty with %v", a, b, members(both))
	}
}

func TestEmpty(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"^1 ^2": true, ">2 <1": true, "1,2": true, "<0.0.0": true, ">1.2.3 <1.2.4": true, "<0": true, ">x": true,
		">1.2.3 <1.2.4-1": false, "<=0.0.0": false, ">=18446744073709551615": false, ">18446744073709551615": true, "*": false,
	} {
		if got := parse(t, text).Empty(); got != want {
			t.Errorf("%q: got %v", text, got)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := semrange.Parse(">=1.2.3 <2 || ^3"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOracleParse(b *testing.B) {
	for b.Loop() {
		if _, err := semver.NewConstraint(">=1.2.3 <2 || ^3"); err != nil {
			b.Fatal(err)
		}
	}
}
