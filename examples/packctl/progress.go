package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/packtrain/pack"
)

// observer returns the function that observes a request. It prints progress, unless that is
// not wanted: on a terminal in lines that change, and elsewhere a line for each stage.
func (a *app) observer() pack.EventFunc {
	a.tally = &tally{begun: time.Now()}
	if a.quiet {
		return a.tally.observe
	}
	if a.terminal(a.stderr) > 0 {
		a.live = startLive(a)
		return func(ctx context.Context, e pack.Event) {
			a.tally.observe(ctx, e)
			a.live.observe(e)
		}
	}
	return func(ctx context.Context, e pack.Event) {
		a.tally.observe(ctx, e)
		if line := eventLine(e); line != "" {
			fmt.Fprintln(a.stderr, plain(line, "\n\t"))
		}
	}
}

// eventLine returns the line that is shown for an event, "" for none. What failed, and
// why, is said at the end, once.
func eventLine(e pack.Event) string {
	parts := []string{string(e.Stage), subject(e), string(e.Kind)}
	switch {
	case e.Kind == pack.EventWarning, e.Kind == pack.EventFinished && !quick(e.Stage):
		parts = append(parts, e.Message)
	default:
		return ""
	}
	return strings.TrimSuffix(strings.Join(parts, ": "), ": ")
}

// subject names the pack of an event, or its spec while the pack is not known.
func subject(e pack.Event) string {
	if e.Pack != "" {
		return pack.ID{Ref: e.Pack, Version: e.Version}.String()
	}
	return e.Spec
}

// quick reports whether a stage is too short to show its progress.
func quick(s pack.Stage) bool {
	return s == pack.StageLoad || s == pack.StageValidation || s == pack.StageDependencies
}
