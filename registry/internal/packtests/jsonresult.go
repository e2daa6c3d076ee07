package packtests

import (
	"encoding/json"
	"fmt"
)

// JSON reads an object with the totals of a test run, in one of these shapes: that of
// jest --json; that of pytest-json-report (a summary); that of mocha's reporter (stats);
// or the plain one, total (or total_tests), passed, failed and skipped.
func JSON(data []byte) (Report, error) {
	var doc struct {
		jestDoc
		plainDoc
		Summary *summaryDoc `json:"summary"`
		Stats   *mochaDoc   `json:"stats"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return Report{}, fmt.Errorf("not a JSON object: %w", err)
	}
	switch {
	case doc.NumTotalTests != nil:
		return doc.jestDoc.report(), nil
	case doc.Summary != nil:
		return doc.Summary.report(), nil
	case doc.Stats != nil:
		return doc.Stats.report(), nil
	}
	return doc.plainDoc.report()
}

// A jestDoc is what jest writes (https://jestjs.io/docs/cli#--json). A test file that
// cannot be run is a failed test.
type jestDoc struct {
	NumTotalTests             *int `json:"numTotalTests"`
	NumPassedTests            int  `json:"numPassedTests"`
	NumFailedTests            int  `json:"numFailedTests"`
	NumPendingTests           int  `json:"numPendingTests"`
	NumTodoTests              int  `json:"numTodoTests"`
	NumRuntimeErrorTestSuites int  `json:"numRuntimeErrorTestSuites"`
	TestResults               []struct {
		Name             string `json:"name"`
		Message          string `json:"message"`
		AssertionResults []struct {
			FullName        string   `json:"fullName"`
			Status          string   `json:"status"`
			Duration        float64  `json:"duration"`
			FailureMessages []string `json:"failureMessages"`
		} `json:"assertionResults"`
	} `json:"testResults"`
}

func (d *jestDoc) report() Report {
	var r Report
	for _, file := range d.TestResults {
		for _, a := range file.AssertionResults {
			c := Case{Name: a.FullName, Status: CaseSkipped, Duration: duration(a.Duration / 1000)}
			switch a.Status {
			case "passed":
				c.Status = CasePassed
			case "failed":
				c.Status = CaseFailed
			}
			if len(a.FailureMessages) > 0 {
				c.Message = a.FailureMessages[0]
			}
			r.add(c)
		}
		if len(file.AssertionResults) == 0 && file.Message != "" {
			r.add(Case{Name: file.Name, Status: CaseError, Message: file.Message})
		}
	}
	broken := d.NumRuntimeErrorTestSuites
	r.Totals = Totals{
		Total: *d.NumTotalTests + broken, Passed: d.NumPassedTests, Failed: d.NumFailedTests + broken,
		Skipped: d.NumPendingTests + d.NumTodoTests,
	}
	return r
}

// A summaryDoc is the summary of pytest-json-report.
type summaryDoc struct {
	Passed  int `json:"passed"`
	Failed  int `json:"failed"`
	Error   int `json:"error"`
	Skipped int `json:"skipped"`
	Xfailed int `json:"xfailed"`
	Xpassed int `json:"xpassed"`
	Total   int `json:"total"`
}

func (d *summaryDoc) report() Report {
	return Report{Totals: Totals{d.Total, d.Passed + d.Xpassed, d.Failed + d.Error, d.Skipped + d.Xfailed}}
}

// A mochaDoc is the stats object of mocha's JSON reporter.
type mochaDoc struct {
	Tests    int `json:"tests"`
	Passes   int `json:"passes"`
	Failures int `json:"failures"`
	Pending  int `json:"pending"`
}

func (d *mochaDoc) report() Report {
	return Report{Totals: Totals{d.Tests, d.Passes, d.Failures, d.Pending}}
}

// A plainDoc has the totals at its top.
type plainDoc struct {
	Total      *int `json:"total"`
	TotalTests *int `json:"total_tests"`
	Passed     int  `json:"passed"`
	Failed     int  `json:"failed"`
	Skipped    int  `json:"skipped"`
}

func (d *plainDoc) report() (Report, error) {
	total := d.TotalTests
	if total == nil {
		total = d.Total
	}
	if total == nil {
		return Report{}, errNoResults
	}
	return Report{Totals: Totals{*total, d.Passed, d.Failed, d.Skipped}}, nil
}
