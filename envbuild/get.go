package envbuild

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/envstore"
	"github.com/packtrain/pack/internal/batch"
)

// get gets one environment.
func (s *session) get(ctx context.Context, it *item, k kind, files fs.FS, needs *pack.RuntimeNeed) (Environment, error) {
	r, err := k.recipe(files, needs)
	if err != nil {
		return Environment{}, err
	}
	key, err := keyOf(k.name(), r)
	if err != nil {
		return Environment{}, err
	}
	switch {
	case r.void():
		return Environment{Environment: describe(k.name(), key, r, ""), Ready: true, Reused: true}, nil
	case s.req.Check:
		return s.look(k.name(), key, r)
	}
	return s.build(ctx, it, k.name(), key, r)
}

// look returns the existing environment without building it.
func (s *session) look(runtime pack.RuntimeName, key string, r recipe) (Environment, error) {
	record, ready := s.store.Find(runtime, key)
	if !ready {
		e := describe(runtime, key, r, "")
		e.Path, e.Interpreter = "", "" // not built
		return Environment{Environment: e}, nil
	}
	e := record.Environment
	var err error
	e.Distributions, err = r.distributions(record.Root) // they are counted anew
	return Environment{Environment: e, Ready: true, PackageCount: len(e.Distributions), Reused: true}, err
}

// build builds an environment, or finds it built.
func (s *session) build(ctx context.Context, it *item, runtime pack.RuntimeName, key string, r recipe) (Environment, error) {
	f, first := s.sharedBuild(string(runtime) + "-" + key)
	f.once.Do(func() {
		defer batch.Rescue(&f.err) // for all who share it
		ctx, cancel := context.WithTimeoutCause(ctx, s.req.Timeout, pack.Errorf(pack.CodeTimeout, "not built within %v", s.req.Timeout))
		defer cancel()
		f.record, f.reused, f.err = s.store.Build(ctx, runtime, key, s.req.Rebuild, func(site envstore.Site) (envstore.Record, error) {
			s.announce(ctx, it, runtime, r)
			return s.buildAt(ctx, site, runtime, key, r)
		})
	})
	e := f.record.Environment
	return Environment{Environment: e, Ready: true, PackageCount: len(e.Distributions), Reused: f.reused || !first}, f.err
}

func (s *session) announce(ctx context.Context, it *item, runtime pack.RuntimeName, r recipe) {
	e := s.Event(&it.Item, pack.EventProgress)
	e.Message = fmt.Sprintf("building a %s environment with %s", runtime, r.program().Printed)
	s.Emit(ctx, e)
}

// sharedBuild returns the build of a key, and whether the caller is the first to need
// it.
func (s *session) sharedBuild(key string) (*sharedBuild, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.builds[key]; f != nil {
		return f, false
	}
	f := &sharedBuild{}
	s.builds[key] = f
	return f, true
}
