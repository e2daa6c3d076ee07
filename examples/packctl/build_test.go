package main

import (
	"strings"
	"testing"
)

func TestBuildCheckOfWhatIsNotBuilt(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	run := on(t, t.TempDir())
	files := goodPack()
	files["requirements.txt"] = "six==1.16.0\n"
	dir := writeTree(t, files)
	o := run("build", dir, "--check", "--quiet")
	wantStatus(t, o, exitFailed)
	if !strings.HasPrefix(o.stdout, "demo  Python 3") || !strings.HasSuffix(o.stdout, ", not built  0 packages\n") || !strings.Contains(o.stderr, "is not built") {
		t.Errorf("got %+v", o)
	}
	o = run("build", dir, "--skip-python")
	wantStatus(t, o, exitOK)
	if o.stdout != "demo  no environment\n" {
		t.Errorf("got %q", o.stdout)
	}
}
