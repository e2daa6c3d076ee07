package api

import (
	"container/list"
	"sync"
)

// recent has values by key, up to a number of them: to make room, it forgets those that
// were not used for longest.
type recent[K comparable, V any] struct {
	max int

	mu    sync.Mutex
	all   map[K]*list.Element
	order list.List // of *used[K, V], the latest first
}

type used[K comparable, V any] struct {
	key   K
	value V
}

func newRecent[K comparable, V any](limit int) *recent[K, V] {
	return &recent[K, V]{max: limit, all: map[K]*list.Element{}}
}

// find returns the value of a key, if there is one.
func (r *recent[K, V]) find(key K) (v V, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.use(key)
}

// use is find, called with the mutex.
func (r *recent[K, V]) use(key K) (v V, ok bool) {
	e := r.all[key]
	if e == nil {
		return v, false
	}
	r.order.MoveToFront(e)
	u, _ := e.Value.(*used[K, V])
	return u.value, true
}

// findOrAdd returns the value of a key, a new one if there is none.
func (r *recent[K, V]) findOrAdd(key K, add func() V) V {
	r.mu.Lock()
	defer r.mu.Unlock()
	if v, ok := r.use(key); ok {
		return v
	}
	if len(r.all) == r.max {
		oldest, _ := r.order.Remove(r.order.Back()).(*used[K, V])
		delete(r.all, oldest.key)
	}
	v := add()
	r.all[key] = r.order.PushFront(&used[K, V]{key, v})
	return v
}
