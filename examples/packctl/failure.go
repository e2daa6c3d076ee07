package main

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

// A failureReport is what --json prints for a command without a report of its own.
type failureReport struct {
	Error string    `json:"error"`
	Code  pack.Code `json:"code"`
	// Reason is the rule that refused, where the code does not say enough: a
	// [wire.Reason], or "usage" for an invalid command line.
	Reason wire.Reason `json:"reason"`
	// Proof says why versions cannot be chosen; else it is left out.
	Proof *wire.Proof `json:"proof,omitempty"`
}

// reasonUsage is the reason of an invalid command line.
const reasonUsage wire.Reason = "usage"

// newFailureReport returns the report of err.
func newFailureReport(err error) failureReport {
	r := failureReport{Error: strings.TrimSpace(err.Error()), Code: pack.CodeOf(err), Reason: wire.CauseOf(err).Reason, Proof: wire.CauseOf(err).Proof}
	if _, ok := errors.AsType[*usageError](err); ok {
		r.Code, r.Reason = cmp.Or(r.Code, pack.CodeInvalidRequest), reasonUsage
	}
	return r
}

// asksForJSON reports whether args have the flag --json, or --output json.
func asksForJSON(args []string) bool {
	for i, arg := range args {
		switch value, has := strings.CutPrefix(arg, "--json="); {
		case arg == "--":
			return false
		case arg == "--json", arg == "-ojson", arg == "--output=json", arg == "json" && i > 0 && (args[i-1] == "-o" || args[i-1] == "--output"):
			return true
		case has:
			asked, err := strconv.ParseBool(value)
			return asked && err == nil
		}
	}
	return false
}

// reportFailure prints err as JSON if --json asks for it and the command printed no
// report.
func (a *app) reportFailure(args []string, err error) error {
	a.json = a.json || asksForJSON(args) // which an invalid line leaves unread
	if !a.json || a.reported {
		return nil
	}
	return a.report(newFailureReport(err), nil)
}

// errorText returns the text of err, with all for which packs of a batch are invalid:
// their errors say the first.
func errorText(err error) string {
	batch, ok := errors.AsType[*pack.BatchError](err)
	if !ok {
		return err.Error()
	}
	return strings.Replace(err.Error(), batch.Error(), batchText(batch), 1)
}

func batchText(batch *pack.BatchError) string {
	if len(batch.Failures) == 1 {
		return failureText(&batch.Failures[0])
	}
	text := fmt.Sprintf("%d packs failed:", len(batch.Failures))
	for i := range batch.Failures {
		text += "\n- " + failureText(&batch.Failures[i])
	}
	return text
}

func failureText(f *pack.Failure) string {
	findings := f.Findings()
	if len(findings) < 2 {
		return f.Error()
	}
	text := fmt.Sprintf("%s: %s: the pack has %d errors:", f.Spec, f.Stage, len(findings))
	for _, finding := range findings {
		text += "\n  " + finding.String()
	}
	return text
}
