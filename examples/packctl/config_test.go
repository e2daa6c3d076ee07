package main

import (
	"strings"
	"testing"
)

// TestConfigRemove removes the configuration of an installed pack and of a removed one.
func TestConfigRemove(t *testing.T) {
	t.Parallel()
	run := on(t, t.TempDir())
	wantStatus(t, run("register", demoPack(t, "1.0.0")), exitOK)
	set := func() { wantStatus(t, run("config", "demo", "--set", "port=80"), exitOK) }
	set()
	if o := run("config", "demo", "--remove"); o.status != exitOK || o.stdout != "configuration of demo removed\n" {
		t.Errorf("got %+v", o)
	}
	if o := run("config", "demo"); o.status != exitOK || o.stdout != "{}\n" {
		t.Errorf("after it: %+v", o)
	}
	if o := run("config", "demo", "--remove"); o.status != exitFailed || !strings.Contains(o.stderr, "pack demo has no configuration") {
		t.Errorf("again: %+v", o)
	}
	if o := run("config", "demo", "--remove", "--set", "port=1"); o.status != exitUsage {
		t.Errorf("with a value: %+v", o)
	}
	set()
	wantStatus(t, run("remove", "demo"), exitOK)
	wantStatus(t, run("config", "demo", "--remove"), exitOK)
	wantStatus(t, run("register", demoPack(t, "1.0.0")), exitOK)
	if o := run("config", "demo"); o.stdout != "{}\n" {
		t.Errorf("installed again: %+v", o)
	}
}
