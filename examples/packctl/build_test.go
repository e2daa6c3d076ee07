package main

import (
	"net/http"
	"net/http/httptest"
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

// TestBuildSaysWhichInterpreter: a new environment names its interpreter, and every other one
// with the reason; one that is reused does not.
func TestBuildSaysWhichInterpreter(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	run := on(t, t.TempDir())
	files := goodPack()
	files["actions/a.yaml"] = "ref: demo.a\nlabel: A\ndescription: Acts\nrunner_type: python\nentry_point: a.py\n"
	files["actions/a.py"] = "print(1)\n"
	dir := writeTree(t, files)
	o := run("build", dir, "--quiet")
	wantStatus(t, o, exitOK)
	lines := strings.Split(strings.TrimSpace(o.stdout), "\n")
	if len(lines) < 2 || !strings.HasPrefix(lines[1], "  made with /") {
		t.Fatalf("got %+v", o)
	}
	for _, line := range lines[2:] {
		if path, reason, ok := strings.Cut(line, ": "); !ok || !strings.HasPrefix(path, "  not with /") || reason == "" {
			t.Errorf("got %q", line)
		}
	}
	if o := run("build", dir, "--quiet"); strings.Contains(o.stdout, "made with") || !strings.Contains(o.stdout, "reused") {
		t.Errorf("got %+v", o)
	}
}

// TestInstallTimeout: the limit holds for the environments of an installation, and of a plan,
// while the index does not answer.
func TestInstallTimeout(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	index := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(index.Close)
	run := on(t, t.TempDir())
	files := goodPack()
	files["requirements.txt"] = "six==1.16.0\n"
	dir := writeTree(t, files)
	for _, args := range [][]string{{"install", dir}, {"install", dir, "--dry-run"}} {
		args = append(args, "--quiet", "--timeout", "3s", "--python-index", index.URL+"/simple/", "--allow-http", "--allow-private", "127.0.0.1")
		if o := run(args...); o.status != exitFailed || !strings.Contains(o.stderr, "within 3s") {
			t.Errorf("%q: got %+v", args, o)
		}
	}
}
