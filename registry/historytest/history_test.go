package historytest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/anishathalye/porcupine"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// A step is an operation in a history: it changes the active generations of its packs,
// and sees others.
type step struct {
	name   string // the actor of the operation
	change []registry.PackChange
	seen   map[pack.Ref]string
}

// model is the specification: a map of active generations that operations change at one
// moment between their calls and their returns.
func model() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return map[pack.Ref]string{} },
		Step: func(state, input, _ any) (bool, any) {
			active, s := state.(map[pack.Ref]string), input.(step) //nolint:forcetypeassert // of these types alone
			for ref, generation := range s.seen {
				if active[ref] != generation {
					return false, state
				}
			}
			next := maps.Clone(active)
			for _, c := range s.change {
				if active[c.Ref] != c.From.Name {
					return false, state
				}
				next[c.Ref] = c.To.Name
			}
			return true, next
		},
		Equal: func(a, b any) bool {
			return describe(a) == describe(b)
		},
		Hash: func(state any) uint64 {
			var sum uint64 = 14695981039346656037
			for _, b := range []byte(describe(state)) {
				sum = (sum ^ uint64(b)) * 1099511628211
			}
			return sum
		},
	}
}

func describe(state any) string {
	active := state.(map[pack.Ref]string) //nolint:forcetypeassert // of this type alone
	var text strings.Builder
	for _, ref := range slices.Sorted(maps.Keys(active)) {
		if active[ref] != "" {
			fmt.Fprintf(&text, "%s %s ", ref, active[ref])
		}
	}
	return text.String()
}

// An operation is what the log of a worker says about one.
type operation struct {
	call, end *entry
}

func logFile(dir string, number int) string { return filepath.Join(dir, fmt.Sprint("log", number)) }

// readLog returns the operations of a worker, in their order. A line that was cut off by
// a kill does not count.
func readLog(dir string, number int) ([]operation, error) {
	data, err := os.ReadFile(logFile(dir, number))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var operations []operation
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		var e entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, err
		}
		if !e.Return {
			operations = append(operations, operation{call: &e})
			continue
		}
		operations[len(operations)-1].end = &e
	}
	return operations, nil
}

// allChanges returns the changes in a feed by their actors.
func allChanges(t *testing.T, feed registry.Feed) map[string]registry.Change {
	t.Helper()
	changes := map[string]registry.Change{}
	for since := int64(0); ; {
		batch, err := feed.Changes(t.Context(), since)
		if err != nil {
			t.Fatal(err)
		}
		if len(batch.Changes) == 0 {
			return changes
		}
		for _, c := range batch.Changes {
			if _, twice := changes[c.Actor]; twice {
				t.Errorf("operation %s changed twice", c.Actor)
			}
			changes[c.Actor] = c
		}
		since = batch.Next
	}
}

// history joins the log of a worker with the feed: that says whether an operation that
// was killed has happened, and what each changed.
func history(t *testing.T, b backend, number int, log []operation, changes map[string]registry.Change) []porcupine.Operation {
	t.Helper()
	var steps []porcupine.Operation
	for _, o := range log {
		change, changed := changes[o.call.Actor]
		s := step{name: o.call.Actor, change: change.Packs}
		end := int64(math.MaxInt64)
		if o.end != nil {
			end, s.seen = o.end.Time, o.end.Seen
		}
		switch {
		case o.end == nil && !changed:
			continue // killed before it happened
		case o.end != nil && o.end.Error != "" && changed:
			if b.Lease == 0 {
				t.Errorf("operation %s failed, but changed packs: %s", s.name, o.end.Error)
			}
			end = math.MaxInt64 // the answer was lost, or the lease ended after the change
		case o.end != nil && o.end.Error != "" && !b.expected(o.end.Code):
			t.Errorf("operation %s: %s", s.name, o.end.Error)
		case o.end != nil && o.end.Error == "" && !changed && len(s.seen) == 0:
			t.Errorf("operation %s succeeded, but changed nothing", s.name)
		}
		steps = append(steps, porcupine.Operation{ClientId: number, Input: s, Call: o.call.Time, Return: end})
	}
	return steps
}

// expected reports whether an operation beside others may fail with the code. Hosts that
// are cut off fail with any, but their errors have one.
func (b backend) expected(code pack.Code) bool {
	if b.Lease > 0 {
		return code != ""
	}
	return slices.Contains([]pack.Code{pack.CodeNotFound, pack.CodeConflict, pack.CodeBusy}, code)
}
