package conformance_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rows returns the first cells of the table with the given header.
func rows(t *testing.T, lines []string, header string) []string {
	t.Helper()
	i := slices.Index(lines, header)
	if i < 0 {
		t.Fatalf("there is no table %q", header)
	}
	var first []string
	for _, line := range lines[i+2:] {
		if !strings.HasPrefix(line, "|") {
			break
		}
		cell, _, _ := strings.Cut(line[1:], "|")
		first = append(first, strings.TrimSpace(cell))
	}
	return first
}

// TestStatuses wants every status of an error to be documented, and no others.
func TestStatuses(t *testing.T) {
	t.Parallel()
	described := map[string]bool{"405": true} // which belongs to no endpoint
	for _, operations := range describe(t).Paths {
		for _, op := range operations {
			for status := range op.Responses {
				if status >= "400" {
					described[status] = true
				}
			}
		}
	}
	var want []string
	for status := range described {
		want = append(want, status)
	}
	slices.Sort(want)
	lines, _ := readDocument(t)
	if diff := cmp.Diff(want, rows(t, lines, "| status | when |")); diff != "" {
		t.Errorf("-API +document:\n%s", diff)
	}
}

// TestCodes wants every code of the library to be documented, and no others.
func TestCodes(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../../../errors.go")
	if err != nil {
		t.Fatal(err)
	}
	var want, documented []string
	for _, m := range regexp.MustCompile(`\tCode\w+ +Code = "(\w+)"`).FindAllStringSubmatch(string(source), -1) {
		want = append(want, m[1])
	}
	lines, _ := readDocument(t)
	for _, cell := range rows(t, lines, "| code | status | meaning |") {
		for code := range strings.SplitSeq(cell, ",") {
			documented = append(documented, strings.Trim(code, " `"))
		}
	}
	slices.Sort(want)
	slices.Sort(documented)
	if diff := cmp.Diff(want, documented); diff != "" {
		t.Errorf("-library +document:\n%s", diff)
	}
}
