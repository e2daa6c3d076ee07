package packtests

import (
	"errors"
	"fmt"
	"time"
)

// Totals count tests. Failed includes those that ended with an error.
type Totals struct {
	Total, Passed, Failed, Skipped int
}

func (t Totals) plus(o Totals) Totals {
	return Totals{t.Total + o.Total, t.Passed + o.Passed, t.Failed + o.Failed, t.Skipped + o.Skipped}
}

// Sound reports whether the numbers fit together.
func (t Totals) Sound() bool {
	return min(t.Passed, t.Failed, t.Skipped) >= 0 && t.Total <= maxTests && t.Passed+t.Failed+t.Skipped <= t.Total
}

// maxTests bounds the tests of one suite, so that sums do not overflow.
const maxTests = 1_000_000_000

// A CaseStatus is the outcome of one test.
type CaseStatus string

// The outcomes of a test. An error is a failure outside of what the test asserts.
const (
	CasePassed  CaseStatus = "passed"
	CaseFailed  CaseStatus = "failed"
	CaseSkipped CaseStatus = "skipped"
	CaseError   CaseStatus = "error"
)

// A Case is the outcome of one test.
type Case struct {
	Name     string
	Status   CaseStatus
	Duration time.Duration // 0 if it is not known
	// Message is the reason of an outcome other than passed.
	Message string
}

// MaxCases is the number of cases that a [Report] keeps. Totals count all.
const MaxCases = 1000

// messageLines and messageSize bound what is kept of the message of a case.
const (
	messageLines = 20
	messageSize  = 1024
)

// A Report is the content of test results in any format.
type Report struct {
	Totals
	// Cases are the first MaxCases tests, in the order of the results; none for formats
	// that only count.
	Cases []Case
}

// errNoResults says that data hold no results of the expected format.
var errNoResults = errors.New("there are none")

// add counts and keeps a test.
func (r *Report) add(c Case) {
	r.count(c.Status)
	r.keep(c)
}

func (r *Report) count(status CaseStatus) {
	r.Total++
	switch status {
	case CasePassed:
		r.Passed++
	case CaseSkipped:
		r.Skipped++
	case CaseFailed, CaseError:
		r.Failed++
	}
}

// keep keeps a test as long as there is room.
func (r *Report) keep(c Case) {
	if len(r.Cases) < MaxCases {
		c.Name = Tail([]byte(c.Name), 1, 200)
		c.Message = Tail([]byte(c.Message), messageLines, messageSize)
		r.Cases = append(r.Cases, c)
	}
}

// merge adds the tests of another report.
func (r *Report) merge(o Report) {
	r.Totals = r.plus(o.Totals)
	r.Cases = append(r.Cases, o.Cases[:min(len(o.Cases), MaxCases-len(r.Cases))]...)
}

// parse reads results in a declared format.
func parse(format string, data []byte) (Report, error) {
	switch format {
	case "tap":
		return TAP(data)
	case "junit-xml":
		return JUnit(data)
	case "json":
		return JSON(data)
	}
	return Report{}, fmt.Errorf("unknown format %q", format)
}
