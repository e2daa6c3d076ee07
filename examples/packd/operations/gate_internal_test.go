package operations

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/packtrain/pack"
)

// join takes a ticket and reports whether it is inside.
func join(t *testing.T, g *gate, owner string) (ticket *ticket, inside bool) {
	t.Helper()
	k, err := g.join(owner, false)
	if err != nil {
		t.Fatalf("%s: %v", owner, err)
	}
	return k, isClosed(k.turn)
}

// TestOwnersTakeTurns: a free place goes to the next owner, not to the next ticket.
func TestOwnersTakeTurns(t *testing.T) {
	t.Parallel()
	g := newGate(1, 100)
	holder, _ := join(t, g, "a")
	waiting := map[string]*ticket{}
	for _, name := range []string{"a1", "a2", "a3", "b1", "b2", "c1"} {
		waiting[name], _ = join(t, g, name[:1])
	}
	waiting["b1"].leave() // it gives up
	delete(waiting, "b1")
	var got []string
	for holder.leave(); len(waiting) > 0; {
		for name, k := range waiting {
			if isClosed(k.turn) {
				got = append(got, name)
				delete(waiting, name)
				k.leave()
				break
			}
		}
	}
	if text := strings.Join(got, " "); text != "a1 b2 c1 a2 a3" {
		t.Errorf("got %s", text)
	}
	if inside, all := g.load(); inside != 0 || all != 0 || len(g.owners) != 0 || len(g.turns) != 0 {
		t.Errorf("left: %d inside, %d waiting, %v, %v", inside, all, g.owners, g.turns)
	}
}

// TestSharesOfPlaces: an owner has half of the places at most, and the last free one is for
// an owner without any.
func TestSharesOfPlaces(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		places int
		joins  string // an owner each
		want   string // who is inside
	}{
		{1, "aab", "a"},
		{2, "aab", "ab"},
		{3, "aaab", "aab"},
		{3, "abbc", "abc"},
		{4, "aaaabbc", "aabc"},
		{8, "aaaaaaaabbbbc", "aaaabbbc"},
	} {
		g := newGate(tt.places, 100)
		inside := ""
		for _, owner := range strings.Split(tt.joins, "") {
			if _, in := join(t, g, owner); in {
				inside += owner
			}
		}
		if inside != tt.want {
			t.Errorf("%d places, %s: %s are inside, want %s", tt.places, tt.joins, inside, tt.want)
		}
	}
}

// TestSharesOfRoom: an owner that fills the room to wait leaves some to the next one.
func TestSharesOfRoom(t *testing.T) {
	t.Parallel()
	g := newGate(1, 100)
	join(t, g, "x")
	var got []int
	for _, owner := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		n := 0
		for range 200 {
			if _, err := g.join(owner, false); errors.Is(err, pack.ErrBusy) {
				break
			}
			n++
		}
		got = append(got, n)
	}
	if text := fmt.Sprint(got); text != "[50 25 13 6 3 2 1]" {
		t.Errorf("waiting: %s", text)
	}
	if _, err := g.join("a", true); err != nil { // it insists
		t.Error(err)
	}
}

// TestOthersDoNotWaitForSlowWork is N11: while one owner has 100 slow downloads, the median
// time that the work of others takes is twice as long at most. The time is that of a bubble,
// in which a unit of work takes exactly one second.
func TestOthersDoNotWaitForSlowWork(t *testing.T) {
	t.Parallel()
	alone, beside := medianWait(t, 0), medianWait(t, 100)
	if alone < time.Second || beside > 2*alone {
		t.Errorf("work takes %v alone, %v beside slow work", alone, beside)
	}
}

// medianWait is how long a unit of work of three owners takes, from asking for it to its
// end, while another owner has slow work.
func medianWait(t *testing.T, slow int) (median time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(4, 200)
		var all sync.WaitGroup
		work := func(owner string, takes time.Duration) {
			k, err := g.join(owner, false)
			if err != nil {
				return
			}
			defer k.leave()
			if err := k.wait(t.Context(), nil, nil); err != nil {
				t.Error(err)
			}
			time.Sleep(takes) // of the bubble
		}
		for range slow {
			all.Go(func() { work("slow", 15*time.Minute) })
		}
		synctest.Wait()
		var mu sync.Mutex
		var took []time.Duration
		for _, owner := range []string{"b", "c", "d"} {
			all.Go(func() {
				for range 40 {
					start := time.Now()
					work(owner, time.Second)
					mu.Lock()
					took = append(took, time.Since(start))
					mu.Unlock()
				}
			})
		}
		all.Wait()
		slices.SortFunc(took, cmp.Compare)
		median = took[len(took)/2]
	})
	return median
}
