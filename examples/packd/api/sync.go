package api

import (
	"bytes"
	"context"
	"path/filepath"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/registry"
)

// A Sync keeps the packs of the root as a packs.yaml and the packs.lock beside it say.
type Sync struct {
	// File is the path of packs.yaml; "" keeps nothing.
	File string
	// Prune removes all other packs, and refuses requests that would change packs.
	// Without it packs that requests install stay.
	Prune bool
}

// syncActor is who changed the packs, in records.
const syncActor = "sync"

// retryAfter is how long a failed sync waits, unless a file changes.
const retryAfter = time.Minute

// KeepSynced syncs the packs of the root at once, and whenever one of the files has
// changed, which is looked for at intervals, until ctx ends. With a lock, exactly that is
// installed, and a lock that deviates from the wants is refused; no file is written.
// Failures are logged, and tried again after a minute.
func (s *Server) KeepSynced(ctx context.Context, every time.Duration) {
	if s.sync.File == "" {
		return
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	var done []byte
	var tried time.Time
	for {
		found := hostflags.Text(s.sync.File)
		if !bytes.Equal(done, found) || !tried.IsZero() && time.Since(tried) > retryAfter {
			done, tried = found, time.Time{}
			if err := s.syncOnce(ctx); err != nil && ctx.Err() == nil {
				tried = time.Now()
				s.log.ErrorContext(ctx, "the packs are not as the file says", "file", s.sync.File, "code", pack.CodeOf(err), "error", err.Error())
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *Server) syncOnce(ctx context.Context) error {
	w, err := hostflags.OpenWants(s.sync.File, false)
	if err != nil {
		return err
	}
	r, err := s.host.Sync(registry.WithActor(ctx, syncActor), host.SyncRequest{
		Wants: w.File.Wants, Lock: w.Lock, Dir: w.Dir(), Locked: w.Lock != nil, Prune: s.sync.Prune,
	})
	changed := 0
	for _, step := range r.Steps {
		if step.Done && step.Action != host.SyncKeep {
			changed++
		}
	}
	s.log.InfoContext(ctx, "the packs were compared with the file", "file", s.sync.File, "packs", len(r.Steps), "changed", changed)
	return err
}

// refuseChanges returns an error if requests must not change packs.
func (s *Server) refuseChanges() error {
	if s.sync.File == "" || !s.sync.Prune {
		return nil
	}
	return pack.Errorf(pack.CodePolicyDenied, "the packs of this server are those of its %s, and no others: change that file", filepath.Base(s.sync.File))
}
