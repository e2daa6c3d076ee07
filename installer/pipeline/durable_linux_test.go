package pipeline_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestWhatIsReportedIsDurable traces the system calls of an upgrade. Whatever the
// next step relies on is on the disk before it: content and intent before the
// content gets its place, its name there before the records say so, these before
// the pointer moves, and the pointer before success is reported.
func TestWhatIsReportedIsDurable(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "root")
	runChild(t, root, 1, time.Hour)
	got := traceUpgrade(t, root)
	want := []string{"content", "intent", "sync all", "journal", "sync journal", "place", "sync place", "record", "sync record", "pointer", "sync pointer", "report"}
	if !slices.Equal(got, want) {
		t.Errorf("got   %q\nwant  %q", got, want)
	}
}

// traceUpgrade returns what an upgrade of the pack tool does, each step once.
func traceUpgrade(t *testing.T, root string) (steps []string) {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	log := filepath.Join(t.TempDir(), "log")
	child := crashChild(t, root, 2, "PACK_CRASH_SPEC=tool")
	args := []string{"-f", "-y", "-qq", "-s", "16", "-e", "signal=none", "-e", "trace=write,pwrite64,rename,renameat,renameat2,fsync,fdatasync,syncfs", "-o", log}
	cmd := exec.CommandContext(t.Context(), strace, append(args, child.Args...)...)
	cmd.Env = child.Env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	names := stepsOfUpgrade(root)
	for line := range strings.Lines(string(text)) {
		for step, call := range names {
			if call.MatchString(line) && (len(steps) == 0 || steps[len(steps)-1] != step) {
				steps = append(steps, step)
			}
		}
	}
	return steps
}

// stepsOfUpgrade are the system calls by which steps are known.
func stepsOfUpgrade(root string) map[string]*regexp.Regexp {
	calls := map[string]string{
		"content":      `write\(\d+<ROOT/staging/[^/]+/[^/]+/(pack/|metadata)`,
		"intent":       `write\(\d+<ROOT/staging/[^/]+/[0-9a-f]+.json>`,
		"sync all":     `syncfs\(\d+<ROOT/`,
		"journal":      `rename.*"ROOT/staging/[^"]*".*"ROOT/journal/[^"]*.json"`,
		"sync journal": `fsync\(\d+<ROOT/journal>`,
		"place":        `rename.*"ROOT/staging/[^"]*".*"ROOT/packs/tool/`,
		"sync place":   `fsync\(\d+<ROOT/packs/tool>`,
		"pointer":      `rename.*"ROOT/current/tool"`,
		"sync pointer": `fsync\(\d+<ROOT/current>`,
		"record":       `pwrite64\(\d+<DIR/records/log>`,
		"sync record":  `fsync\(\d+<DIR/records/log>`,
		"report":       `write\(1<[^>]*>, "done`,
	}
	names := map[string]*regexp.Regexp{}
	for step, call := range calls {
		call = strings.ReplaceAll(call, "ROOT", regexp.QuoteMeta(root))
		names[step] = regexp.MustCompile(strings.ReplaceAll(call, "DIR", regexp.QuoteMeta(filepath.Dir(root))))
	}
	return names
}
