package conformance_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReasons wants every reason to be documented, and no others.
func TestReasons(t *testing.T) {
	t.Parallel()
	var want, documented []string
	for file, pattern := range map[string]string{
		"../wire/cause.go":                       `\tReason\w+ +Reason = "(\w+)"`,
		"../../../internal/net/guard/refusal.go": `\tRule\w+ +PolicyRule = "(\w+)"`,
	} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(pattern).FindAllStringSubmatch(string(source), -1)
		if len(found) < 4 {
			t.Fatalf("%s has %d reasons", file, len(found))
		}
		for _, m := range found {
			want = append(want, m[1])
		}
	}
	lines, _ := readDocument(t)
	for _, cell := range rows(t, lines, "| reason | further fields | the request or item was refused because |") {
		for reason := range strings.SplitSeq(cell, ",") {
			documented = append(documented, strings.Trim(reason, " `"))
		}
	}
	slices.Sort(want)
	slices.Sort(documented)
	if diff := cmp.Diff(want, documented); diff != "" {
		t.Errorf("-wire +document:\n%s", diff)
	}
}
