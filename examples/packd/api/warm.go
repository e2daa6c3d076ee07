package api

import (
	"context"
	"time"

	"github.com/packtrain/pack"
)

// A warmer compiles the packages of an environment, unless that was done.
type warmer interface {
	Warm(ctx context.Context, e pack.Environment) error
}

// KeepWarm compiles the Python packages of the environments of installed packs, one
// environment at a time, so that actions start faster: at once, and at intervals those that
// were added, until ctx ends. An environment whose packages cannot be compiled is logged, and
// not tried again.
func (s *Server) KeepWarm(ctx context.Context, every time.Duration) {
	builder, ok := s.host.Builder.(warmer)
	if !ok {
		return
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for done := map[string]bool{}; ; {
		done = s.warm(ctx, builder, done)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// warm compiles what is not done yet, and returns what is done then of the environments that
// are in use.
func (s *Server) warm(ctx context.Context, builder warmer, done map[string]bool) map[string]bool {
	packs, err := s.host.Store.List(ctx)
	if err != nil && ctx.Err() == nil {
		s.log.DebugContext(ctx, "environments of some packs are not compiled", "error", err)
	}
	used := map[string]bool{}
	for i := range packs {
		for _, e := range packs[i].Active.Environments {
			dir := e.BytecodeDir()
			if dir == "" || used[dir] || ctx.Err() != nil {
				continue
			}
			used[dir] = true
			if done[dir] {
				continue
			}
			if err := builder.Warm(ctx, e); err != nil && ctx.Err() == nil {
				s.log.WarnContext(ctx, "the packages of an environment cannot be compiled, so actions start more slowly", "pack", packs[i].Ref, "path", e.Path, "error", err)
			}
		}
	}
	return used
}
