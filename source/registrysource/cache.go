package registrysource

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/packtrain/pack"
)

// A snapshot is the state of an index at some time.
type snapshot struct {
	index *index
	at    time.Time // when it was last known to be current
	// Validators of a server, and of a file.
	etag, lastModified string
	size               int64
	modTime            time.Time
}

// parse reads an index, unless it is the one that the snapshot has already. The
// snapshot may be nil.
func (s *snapshot) parse(data []byte, limits Limits) (*index, error) {
	if s != nil && bytes.Equal(s.index.data, data) {
		return s.index, nil
	}
	return parseIndex(data, limits)
}

// A slot holds the latest snapshot of one index. One caller at a time refreshes
// it; the others wait for it, or until their context ends.
type slot struct {
	busy   chan struct{} // holds a token while a caller reads
	load   loadFunc
	latest *snapshot
}

func newSlot(load loadFunc) *slot {
	return &slot{busy: make(chan struct{}, 1), load: load}
}

func (sl *slot) get(ctx context.Context) (*index, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case sl.busy <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-sl.busy }()
	current, err := sl.load(ctx, sl.latest)
	if err != nil {
		return nil, err
	}
	sl.latest = current
	return current.index, nil
}

// maxOthers bounds how many indexes that locators named are held in memory.
const maxOthers = 4

// index returns the current state of the index with the given name, "" for the
// configured one.
func (s *Source) index(ctx context.Context, name string) (*index, error) {
	sl, err := s.slot(name)
	if err != nil {
		return nil, err
	}
	idx, err := sl.get(ctx)
	if err != nil {
		return nil, fmt.Errorf("read index %q: %w", shown(s.address(name)), err)
	}
	return idx, nil
}

// slot returns that of an index.
func (s *Source) slot(name string) (*slot, error) {
	switch {
	case name != "" && name != s.cfg.Index:
		return s.other(name)
	case s.main == nil:
		return nil, &NoIndexError{}
	}
	return s.main, nil
}

func (s *Source) other(name string) (*slot, error) {
	if s.cfg.AllowIndex == nil || !isURL(name) || !s.cfg.AllowIndex(name) {
		return nil, pack.Errorf(pack.CodePolicyDenied, "index %q is not a configured one, and no other is allowed here", shown(name))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if sl, ok := s.others[name]; ok {
		return sl, nil
	}
	load, err := s.loader(name, nil) // requests could fill a shelf
	if err != nil {
		return nil, err
	}
	if len(s.others) >= maxOthers {
		clear(s.others)
	}
	s.others[name] = newSlot(load)
	return s.others[name], nil
}
