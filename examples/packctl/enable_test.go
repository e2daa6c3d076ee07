package main

import (
	"strings"
	"testing"
)

// TestEnableAndDisable disables a pack and its action, and enables them.
func TestEnableAndDisable(t *testing.T) {
	t.Parallel()
	run := on(t, t.TempDir())
	wantStatus(t, run("register", demoPack(t, "1.0.0")), exitOK)
	action := ""
	for line := range strings.Lines(run("show", "demo").stdout) {
		if rest, ok := strings.CutPrefix(line, "actions"); ok {
			action = strings.Fields(rest)[0]
		}
	}
	shows := func(command, text string, want bool) {
		t.Helper()
		o := run(strings.Fields(command)...)
		wantStatus(t, o, exitOK)
		if strings.Contains(o.stdout, text) != want {
			t.Errorf("%s prints %q, with %q is %v", command, o.stdout, text, want)
		}
	}
	wantStatus(t, run("run", action), exitOK)
	wantStatus(t, run("disable", action), exitOK)
	shows("list", "disabled", false)
	shows("show demo", "disabled", true)
	if o := run("run", action); o.status != exitFailed || !strings.Contains(o.stderr, action+" is disabled") {
		t.Errorf("run of a disabled action: status %d, %s", o.status, o.stderr)
	}
	wantStatus(t, run("register", demoPack(t, "1.1.0"), "--replace", "upgrade"), exitOK)
	wantStatus(t, run("run", action), exitFailed)
	wantStatus(t, run("enable", action), exitOK)
	wantStatus(t, run("run", action), exitOK)

	wantStatus(t, run("disable", "demo"), exitOK)
	shows("list", "disabled", true)
	wantStatus(t, run("run", action), exitFailed)
	wantStatus(t, run("enable", "demo"), exitOK)
	shows("list", "disabled", false)
	wantStatus(t, run("run", action), exitOK)
	for line, status := range map[string]int{"enable": exitUsage, "disable Demo": exitUsage, "disable none": exitFailed, "disable demo.none": exitFailed} {
		wantStatus(t, run(strings.Fields(line)...), status)
	}
}
