package solve

import "math/bits"

// A set is a set of small numbers. Sets of one pack have the same length.
type set []uint64

func newSet(n int) set { return make(set, (n+63)/64) }

func (s set) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s set) has(i int) bool { return s[i/64]>>(i%64)&1 == 1 }

func (s set) empty() bool {
	for _, w := range s {
		if w != 0 {
			return false
		}
	}
	return true
}

// meets reports whether s and t have a number in common.
func (s set) meets(t set) bool {
	for i, w := range s {
		if w&t[i] != 0 {
			return true
		}
	}
	return false
}

// within reports whether all of s is in t.
func (s set) within(t set) bool {
	for i, w := range s {
		if w&^t[i] != 0 {
			return false
		}
	}
	return true
}

func (s set) and(t set) set {
	out := make(set, len(s))
	for i, w := range s {
		out[i] = w & t[i]
	}
	return out
}

func (s set) or(t set) set {
	out := make(set, len(s))
	for i, w := range s {
		out[i] = w | t[i]
	}
	return out
}

// without returns the numbers below n that are not in s.
func (s set) without(n int) set {
	out := newSet(n)
	for i := range n {
		if !s.has(i) {
			out.add(i)
		}
	}
	return out
}

// only reports whether s has one number.
func (s set) only() bool {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n == 1
}

// first returns the lowest number that is at least from, -1 if there is none.
func (s set) first(from int) int {
	for i := from; i < len(s)*64; i++ {
		if s.has(i) {
			return i
		}
	}
	return -1
}
