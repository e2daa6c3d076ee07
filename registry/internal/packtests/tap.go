package packtests

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

var (
	tapResult  = regexp.MustCompile(`^( *)(not )?ok\b(?: +\d+)?(?: *- | *)(.*?)\s*$`)
	tapPlan    = regexp.MustCompile(`^1\.\.(\d{1,9})(?:\s*#\s*(?i:skip)\S*\s*(.*))?\s*$`)
	tapTrailer = regexp.MustCompile(`^# (tests|pass|fail|cancelled|skipped|skip|todo) +(\d{1,9})\s*$`)
	tapBail    = regexp.MustCompile(`^Bail out!\s*(.*?)\s*$`)
	tapError   = regexp.MustCompile(`^ +(?:error|message): ['"]?(.*?)['"]?$`)
	directive  = regexp.MustCompile(`(?i)\s#\s*(skip|todo)\b\s*(.*)$`)
)

// TAP reads the Test Anything Protocol, versions 12 to 14 (https://testanything.org).
// Subtests, which are indented, are cases; in totals, the result that follows them counts.
// Other lines are the output of tests.
//
// node --test and tape end with the totals of all tests, subtests included, in
// comments: where these are there, they count.
func TAP(data []byte) (Report, error) {
	t := tapReader{plan: -1, trailer: map[string]int{}}
	for line := range bytes.Lines(StripANSI(data)) {
		t.line(strings.TrimRight(string(line), "\r\n"))
	}
	switch {
	case t.bail != nil:
		return t.Report, fmt.Errorf("the tests bailed out: %s", *t.bail)
	case t.plan < 0 && t.Total == 0:
		return t.Report, errNoResults
	case t.plan < 0:
		return t.Report, fmt.Errorf("the plan is missing, as if the tests ended early: %d results", t.Total)
	case t.plan != t.Total:
		return t.Report, fmt.Errorf("%d tests were planned, %d have results", t.plan, t.Total)
	}
	t.adopt()
	return t.Report, nil
}

type tapReader struct {
	Report
	plan    int
	bail    *string
	trailer map[string]int
	depth   int   // of the result before, in blanks
	last    *Case // the failure whose diagnostics may follow
}

func (t *tapReader) line(line string) {
	if m := tapBail.FindStringSubmatch(line); m != nil && t.bail == nil {
		t.bail = &m[1]
	} else if m := tapPlan.FindStringSubmatch(line); m != nil && t.plan < 0 {
		t.plan = number([]byte(m[1]))
	} else if m := tapResult.FindStringSubmatch(line); m != nil {
		t.result(len(m[1]), tapCase(m[2] == "", m[3]))
	} else if m := tapTrailer.FindStringSubmatch(line); m != nil {
		t.trailer[m[1]] = number([]byte(m[2]))
	} else if m := tapError.FindStringSubmatch(line); m != nil && t.last != nil && t.last.Message == "" {
		t.last.Message = Tail([]byte(m[1]), messageLines, messageSize)
	}
}

// result takes one result. One that follows deeper ones is their parent, not a case.
func (t *tapReader) result(depth int, c Case) {
	parent := depth < t.depth
	t.depth, t.last = depth, nil
	if depth == 0 {
		t.count(c.Status)
	}
	if kept := len(t.Cases); !parent {
		if t.keep(c); len(t.Cases) > kept && c.Status == CaseFailed {
			t.last = &t.Cases[kept]
		}
	}
	clear(t.trailer)
}

// tapCase reads what follows "ok" or "not ok". A failure that is to do does not count
// as one; nor does a test that was skipped.
func tapCase(ok bool, description string) Case {
	c := Case{Name: strings.ReplaceAll(description, `\#`, "#"), Status: CasePassed}
	if !ok {
		c.Status = CaseFailed
	}
	if m := directive.FindStringSubmatchIndex(" " + description); m != nil {
		word, reason := (" " + description)[m[2]:m[3]], (" " + description)[m[4]:m[5]]
		c.Name, c.Message = strings.ReplaceAll(strings.TrimSpace((" " + description)[:m[0]]), `\#`, "#"), reason
		if strings.EqualFold(word, "skip") || !ok {
			c.Status = CaseSkipped
		}
	}
	return c
}

// adopt takes the totals of the trailer if it is complete.
func (t *tapReader) adopt() {
	total, ok := t.trailer["tests"]
	passed, counted := t.trailer["pass"]
	if !ok || !counted {
		return
	}
	skipped := t.trailer["skipped"] + t.trailer["skip"] + t.trailer["todo"]
	failed := t.trailer["fail"] + t.trailer["cancelled"]
	if sum := (Totals{total, passed, max(failed, t.Failed), skipped}); sum.Sound() {
		t.Totals = sum
	}
}
