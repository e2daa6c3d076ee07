package envbuild_test

import (
	"strings"
	"testing"

	"github.com/packtrain/pack/envbuild"
)

// TestCommandErrorTellsOfALostConnection has what pip writes when nothing
// listens at the address of the index.
func TestCommandErrorTellsOfALostConnection(t *testing.T) {
	t.Parallel()
	const warning = "WARNING: Retrying (Retry(total=%)) after connection broken by 'NewConnectionError: [Errno 111] Connection refused': /simple/a/\n"
	const errs = "ERROR: Could not find a version that satisfies the requirement a\nERROR: No matching distribution found for a\n"
	e := &envbuild.CommandError{
		Command: []string{"/usr/bin/python3", "-m", "pip"}, ExitCode: 1,
		Tail: strings.Replace(warning, "%", "1", 1) + strings.Replace(warning, "%", "0", 1) + errs,
	}
	got := e.Error()
	if !strings.Contains(got, "for a; WARNING: Retrying (Retry(total=0))") || !strings.HasSuffix(got, "Connection refused': /simple/a/") || strings.Contains(got, "total=1") {
		t.Errorf("got %q", got)
	}
}
