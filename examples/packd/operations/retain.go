package operations

import (
	"cmp"
	"slices"
	"time"
)

// prune forgets finished operations that are too many, too old or too large.
func (m *Manager) prune() {
	for _, o := range m.forgetOld() {
		m.logFault(o, discard(m.config.Dir, o.id))
	}
}

// forgetOld forgets what is not kept any more, and returns it.
func (m *Manager) forgetOld() []*operation {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := m.finished()
	kept := 0
	var bytes int64
	for _, f := range all {
		bytes += f.size()
		if kept == m.config.Keep || time.Since(f.at) > m.config.KeepFor || kept > 0 && bytes > m.config.KeepBytes {
			break
		}
		kept++
	}
	var old []*operation
	for _, f := range all[kept:] {
		m.drop(f.operation)
		old = append(old, f.operation)
	}
	return old
}

// A finished operation is over since some time.
type finished struct {
	*operation
	at time.Time
}

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
