package main

import (
	"testing"

	"github.com/packtrain/pack"
)

func TestEventLine(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		event pack.Event
		want  string
	}{
		{"start", pack.Event{Kind: pack.EventStarted, Stage: pack.StageDownload, Spec: "slack"}, ""},
		{"end", pack.Event{Kind: pack.EventFinished, Stage: pack.StageDownload, Spec: "slack", Pack: "slack"}, "download: slack: finished"},
		{"end with message", pack.Event{Kind: pack.EventFinished, Stage: pack.StageTests, Pack: "slack", Message: "3 passed"}, "tests: slack: finished: 3 passed"},
		{"end of a quick stage", pack.Event{Kind: pack.EventFinished, Stage: pack.StageLoad, Pack: "slack"}, ""},
		{"failure, which is said at the end", pack.Event{Kind: pack.EventFailed, Stage: pack.StageLoad, Spec: "/x", Err: "no"}, ""},
		{"warning", pack.Event{Kind: pack.EventWarning, Stage: pack.StageLoad, Spec: "/x", Message: "odd"}, "load: /x: warning: odd"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := eventLine(tt.event); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
