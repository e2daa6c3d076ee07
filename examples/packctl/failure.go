package main

import (
	"strconv"
	"strings"

	"github.com/packtrain/pack"
)

// A failureReport is what --json prints for a command without a report of its own.
type failureReport struct {
	Error string    `json:"error"`
	Code  pack.Code `json:"code"` // "" for an invalid command line
	// Reason is the rule of the network policy that refused the request, "" for none.
	Reason string `json:"reason"`
}

// asksForJSON reports whether args have the flag --json.
func asksForJSON(args []string) bool {
	for _, arg := range args {
		switch value, has := strings.CutPrefix(arg, "--json="); {
		case arg == "--":
			return false
		case arg == "--json":
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
	failure := failureReport{Error: strings.TrimSpace(err.Error()), Code: pack.CodeOf(err)}
	if rules := refusals(err); len(rules) > 0 {
		failure.Reason = string(rules[0].Rule)
	}
	return a.report(failure, nil)
}
