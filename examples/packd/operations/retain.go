package operations

import (
	"cmp"
	"slices"
	"time"
)

// prune forgets finished operations that are too many, too old or too large: of actors,
// each may have as many as there is room for.
func (m *Manager) prune() {
	for _, o := range m.forgetOld() {
		m.logFault(o, discard(m.config.Dir, o.id))
	}
}

// forgetOld forgets what is not kept any more, and returns it.
func (m *Manager) forgetOld() (old []*operation) {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := m.finished()
	forget := func(i int) {
		m.drop(kept[i].operation)
		old = append(old, kept[i].operation)
		kept = slices.Delete(kept, i, i+1)
	}
	for i := len(kept) - 1; i >= 0 && time.Since(kept[i].at) > m.config.KeepFor; i-- {
		forget(i)
	}
	for len(kept) > m.config.Keep {
		forget(oldestOfMost(kept, func(finished) int64 { return 1 }))
	}
	for len(kept) > 1 && sum(kept, finished.bytes) > m.config.KeepBytes {
		forget(oldestOfMost(kept, finished.bytes))
	}
	return old
}

// oldestOfMost returns the oldest operation of the actor that has most of a measure, so that
// no actor displaces what others have. The latest operation of all stays, unless it is alone.
func oldestOfMost(kept []finished, measure func(finished) int64) (at int) {
	has, most := map[string]int64{}, int64(-1)
	for _, f := range kept[1:] {
		has[f.work.Actor] += measure(f)
	}
	for i := len(kept) - 1; i > 0; i-- {
		if n := has[kept[i].work.Actor]; n > most {
			at, most = i, n
		}
	}
	return at
}

func sum(kept []finished, measure func(finished) int64) (n int64) {
	for _, f := range kept {
		n += measure(f)
	}
	return n
}

// A finished operation is over since some time.
type finished struct {
	*operation
	at time.Time
}

func (f finished) bytes() int64 { return f.size() }

// finished returns what is final, the latest first.
func (m *Manager) finished() []finished {
	var all []finished
	for _, o := range m.operations {
		if r := o.snapshot(); r.State.Final() && r.Finished != nil {
			all = append(all, finished{o, *r.Finished})
		}
	}
	slices.SortFunc(all, func(a, b finished) int {
		return cmp.Or(b.at.Compare(a.at), cmp.Compare(b.id, a.id))
	})
	return all
}

// drop makes an operation unknown. The caller holds m.mu.
func (m *Manager) drop(o *operation) {
	delete(m.operations, o.id)
	if m.keys[o.key] == o {
		delete(m.keys, o.key)
	}
}
