package operations_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack/examples/packd/operations"
	"github.com/packtrain/pack/examples/packd/wire"
)

// FuzzLog begins work again whose log holds anything: what was whole at its
// beginning stays, and what follows has no gap.
func FuzzLog(f *testing.F) {
	const first, second = `{"seq":1,"kind":"queued"}` + "\n", `{"seq":2,"kind":"running"}` + "\n"
	for _, log := range []string{"", first, first + second, first + second[:9], second, first + first, first + "\n" + second, first + strings.Repeat("x", 5000)} {
		f.Add([]byte(log), 1)
	}
	f.Fuzz(func(t *testing.T, log []byte, attempt int) {
		c := operations.Config{Dir: t.TempDir(), Run: nothing}
		id := writeOperation(t, c.Dir, log, attempt)
		m := open(t, c)
		if _, err := m.Get(id); err != nil {
			t.Fatal(err)
		}
		_, events := await(t, m, id)
		lines(t, events)
		kept := 0
		for line := range strings.Lines(string(log)) {
			var e wire.Event
			if !strings.HasSuffix(line, "\n") || json.Unmarshal([]byte(line), &e) != nil || e.Seq != uint64(kept+1) {
				break
			}
			if got := events[kept]; got.Kind != e.Kind || got.Message != e.Message {
				t.Errorf("event %d was %+v, is %+v", kept+1, e, got)
			}
			kept++
		}
	})
}

// writeOperation writes what a process leaves that dies in the middle of work.
func writeOperation(t *testing.T, dir string, log []byte, attempt int) string {
	t.Helper()
	const id = "0123456789abcdef-abcdefghijkl"
	record, err := json.Marshal(map[string]any{"format": 1, "id": id, "kind": "install", "state": "running", "attempt": attempt, "last_event": 2})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"operation.json": record, "request.json": []byte(`{"format":1,"kind":"install","body":{}}`), "events.ndjson": log} {
		file := filepath.Join(dir, id, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return id
}
