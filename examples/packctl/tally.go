package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/packtrain/pack"
)

// A tally counts how a request ended for its packs. It is safe for concurrent use.
type tally struct {
	begun time.Time
	mu    sync.Mutex
	ended []pack.Event // the closing ones
}

func (t *tally) observe(_ context.Context, e pack.Event) {
	if e.Kind == pack.EventClosed {
		t.mu.Lock()
		t.ended = append(t.ended, e)
		t.mu.Unlock()
	}
}

// changed reports whether a pack with that status is another one than before.
func changed(s pack.Status) bool {
	return s == pack.StatusInstalled || s == pack.StatusUpgraded || s == pack.StatusReplaced
}

// summary says how many packs ended how; "" if fewer than two did.
func (t *tally) summary() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.ended) < 2 {
		return ""
	}
	var order []pack.Status
	counts := map[pack.Status]int{}
	for i := range t.ended {
		s := t.ended[i].Status
		if counts[s]++; counts[s] == 1 {
			order = append(order, s)
		}
	}
	parts := make([]string, len(order))
	for i, s := range order {
		parts[i] = fmt.Sprintf("%d %s", counts[s], s)
	}
	return fmt.Sprintf("%s in %s", strings.Join(parts, ", "), seconds(time.Since(t.begun)))
}

// seconds rounds a duration for people.
func seconds(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// interrupted says what an interrupted request changed, and what not.
func (t *tally) interrupted() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var done, left []string
	for _, e := range t.ended {
		if changed(e.Status) {
			done = append(done, subject(e))
		} else {
			left = append(left, subject(e))
		}
	}
	left = slices.Compact(slices.Sorted(slices.Values(left)))
	if len(done) == 0 {
		return "nothing was changed"
	}
	text := "changed: " + strings.Join(done, ", ")
	if len(left) > 0 {
		text += "; as before: " + strings.Join(left, ", ")
	}
	return text
}
