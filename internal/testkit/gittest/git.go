package gittest

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Require returns the path of git. Without one the test is skipped, except
// under CI, where it fails.
func Require(tb testing.TB) string {
	tb.Helper()
	path, err := exec.LookPath("git")
	switch {
	case err == nil:
		return path
	case os.Getenv("CI") != "":
		tb.Fatal("git is not installed; install it to run this test")
	default:
		tb.Skip("git is not installed; install it to run this test")
	}
	return ""
}

// environ excludes the configuration of the machine and its user, and makes
// commits reproducible.
func environ(home string) []string {
	return []string{
		"HOME=" + home,
		"PATH=" + os.Getenv("PATH"),
		"LC_ALL=C",
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_AUTHOR_NAME=Tester", "GIT_AUTHOR_EMAIL=tester@example.com", "GIT_AUTHOR_DATE=1700000000 +0000",
		"GIT_COMMITTER_NAME=Tester", "GIT_COMMITTER_EMAIL=tester@example.com", "GIT_COMMITTER_DATE=1700000000 +0000",
	}
}

// Git runs git in the repository and returns what it printed, without the
// white space around it.
func (r *Repo) Git(args ...string) string {
	r.tb.Helper()
	return r.text(nil, args...)
}

func (r *Repo) text(stdin io.Reader, args ...string) string {
	r.tb.Helper()
	return strings.TrimSpace(string(r.run(stdin, args...)))
}

func (r *Repo) run(stdin io.Reader, args ...string) []byte {
	r.tb.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(r.tb.Context(), r.git, args...)
	cmd.Dir, cmd.Env = r.Dir, environ(r.Dir)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &stdout, &stderr
	if err := cmd.Run(); err != nil {
		r.tb.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return stdout.Bytes()
}
