package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/packtrain/pack"
)

// observer returns the function that prints progress, nil when it is not wanted.
func (a *app) observer() pack.EventFunc {
	if a.quiet {
		return nil
	}
	return func(_ context.Context, e pack.Event) {
		if line := eventLine(e); line != "" {
			fmt.Fprintln(a.stderr, plain(line, "\n\t"))
		}
	}
}

// eventLine returns the line that is shown for an event, "" for none. What failed, and
// why, is said at the end, once.
func eventLine(e pack.Event) string {
	about := e.Spec
	if e.Pack != "" {
		about = pack.ID{Ref: e.Pack, Version: e.Version}.String()
	}
	parts := []string{string(e.Stage), about, string(e.Kind)}
	switch {
	case e.Kind == pack.EventWarning, e.Kind == pack.EventFinished && !quick(e.Stage):
		parts = append(parts, e.Message)
	default:
		return ""
	}
	return strings.TrimSuffix(strings.Join(parts, ": "), ": ")
}

// quick reports whether a stage is too short to show its progress.
func quick(s pack.Stage) bool {
	return s == pack.StageLoad || s == pack.StageValidation || s == pack.StageDependencies
}
