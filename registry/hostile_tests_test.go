package registry_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack"
)

// hostileTests are tests of packs that lie, or that do not end.
func hostileTests(t *testing.T) {
	t.Helper()
	bomb := `<?xml version="1.0"?><!DOCTYPE t [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>` +
		`<testsuite tests="1"><testcase name="&c;"/></testsuite>`
	for id, c := range map[string]struct{ section, body, message string }{
		"L02/results that the exit status contradicts": {"", `printf 'Total Tests: 5\nPassed: 5\nFailed: 0\n'; exit 1`, "exit status 1"},
		"L02/10 MB of text, then a failure":            {"", `yes line | head -c 10000000; echo 'Total Tests: 1'; echo 'Passed: 1'; exit 4`, "exit status 4"},
		"L02/text that is not UTF-8":                   {"", `printf '\377\376\033]0;x\007Total Tests: 1\n'; exit 5`, "exit status 5"},
		"L03/status like that of a signal":             {"", "exit 139", "exit status 139"},
		"L03/aborted":                                  {"", "kill -ABRT $$", "abort"},
		"L08/JSON that ends early":                     {"  result_format: json\n", `printf '{"total": 1, "passed": 1'`, "results cannot be used"},
		"L08/JSON that is nested deeply":               {"  result_format: json\n", `printf '{"total": '; head -c 100000 /dev/zero | tr '\0' '['`, "results cannot be used"},
		"L08/XML with entities":                        {"  result_format: junit-xml\n", "cat <<'END'\n" + bomb + "\nEND", "results cannot be used"},
		"L08/no XML":                                   {"  result_format: junit-xml\n", "echo passed", "results cannot be used"},
		"L08/plan without tests":                       {"  result_format: tap\n", "echo 1..0", "no test"},
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			report, _, err := registerTested(t, newRoot(t).config(), scriptRunner+c.section, files{"tests/run.sh": script(c.body)}, nil)
			wantFailure(t, report, err, pack.StageTests, pack.CodeTestsFailed)
			if !strings.Contains(err.Error(), c.message) || len(err.Error()) > 8192 || strings.ContainsAny(err.Error(), "\x1b\x07") {
				t.Errorf("error of %d bytes: %.300q, want one with %q", len(err.Error()), err, c.message)
			}
		})
	}
}

// hostileEndlessTests starts processes that ignore signals and leave their group.
func hostileEndlessTests(t *testing.T) {
	t.Parallel()
	alive := filepath.Join(t.TempDir(), "alive")
	beat := fmt.Sprintf("trap '' TERM HUP INT; while :; do date +%%s%%N > %s; sleep 0.05; done", alive)
	body := fmt.Sprintf("trap '' TERM HUP INT\n(setsid sh -c %q &)\n(sh -c %q &) &\nwhile :; do :; done", beat, beat)
	c := newRoot(t).config()
	c.TestTimeout = time.Second
	began := time.Now()
	report, _, err := registerTested(t, c, scriptRunner, files{"tests/run.sh": script(body)}, nil)
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("took %v with a limit of %v", took, c.TestTimeout)
	}
	wantFailure(t, report, err, pack.StageTests, pack.CodeTestsFailed)
	wantNoMoreWrites(t, alive)
}

// wantNoMoreWrites wants that no process writes into the file any more.
func wantNoMoreWrites(t *testing.T, file string) {
	t.Helper()
	last, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(500 * time.Millisecond)
	if now, err := os.ReadFile(file); err != nil || string(now) != string(last) {
		t.Errorf("a process of the tests still runs (%v)", err)
	}
}
