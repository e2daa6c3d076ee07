package envbuild

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/envstore"
	"github.com/packtrain/pack/internal/batch"
)

// get gets one environment.
func (s *session) get(ctx context.Context, it *item, k kind, files fs.FS, needs *pack.RuntimeNeed) (Environment, error) {
	r, err := k.recipe(files, needs)
	if err == nil {
		r, _, err = s.exact(it, r)
	}
	if err != nil {
		return Environment{}, err
	}
	e, err := s.obtain(ctx, it, k, r)
	e.Program, e.PassedOver, e.Described = r.program().Path, r.passed(), r.described()
	return e, err
}

// obtain gets the environment that needs nothing of the policy, if it suffices.
func (s *session) obtain(ctx context.Context, it *item, k kind, r recipe) (Environment, error) {
	variants, err := variantsOf(k.name(), r)
	switch {
	case err != nil:
		return Environment{}, err
	case r.void():
		return newEnvironment(describe(k.name(), variants[0].key, r, ""), &envstore.Record{}, true), nil
	case s.req.Check:
		return s.look(k.name(), variants)
	}
	if !slices.ContainsFunc(variants, func(v variant) bool { return s.rebuilds(v.key) }) {
		if e, err := s.look(k.name(), variants); e.Ready || err != nil {
			return e, err
		}
	}
	build := s.build
	if s.planOnly {
		build = s.resolve
	}
	for _, v := range variants[:len(variants)-1] {
		if e, record, err := build(ctx, it, k.name(), v); v.recipe.suffices(record, err) {
			return e, err
		}
	}
	e, _, err := build(ctx, it, k.name(), variants[len(variants)-1])
	return e, err
}

// rebuilds reports whether the environment with a Key is built again.
func (s *session) rebuilds(key string) bool {
	return s.req.Rebuild && (s.req.RebuildOnly == nil || slices.Contains(s.req.RebuildOnly, key))
}

// A variant is a recipe with its Key.
type variant struct {
	recipe recipe
	key    string
}

// variantsOf returns r and the recipes that use more of the policy, in this order.
func variantsOf(runtime pack.RuntimeName, r recipe) ([]variant, error) {
	var all []variant
	for ; r != nil; r = r.wider() {
		key, err := keyOf(runtime, r)
		if err != nil {
			return nil, err
		}
		all = append(all, variant{r, key})
	}
	return all, nil
}

// look returns the existing environment without building it.
func (s *session) look(runtime pack.RuntimeName, variants []variant) (Environment, error) {
	for _, v := range variants {
		if s.req.Check {
			if e, err := s.check(runtime, v); e.Ready || len(e.Damage) > 0 || err != nil {
				return e, err
			}
			continue
		}
		record, ready := s.store.Find(runtime, v.key)
		if !ready || !v.recipe.suffices(&record, nil) {
			continue
		}
		s.store.NoteUse(&record)
		e := record.Environment
		var err error
		e.Distributions, err = v.recipe.distributions(record.Root) // they are counted anew
		return newEnvironment(e, &record, true), err
	}
	e := describe(runtime, variants[0].key, variants[0].recipe, "")
	e.Path, e.Interpreter = "", "" // not built
	none := newEnvironment(e, &envstore.Record{}, false)
	none.Ready = false
	return none, nil
}

// check looks for an existing environment and reads all of its files. Nothing is changed.
func (s *session) check(runtime pack.RuntimeName, v variant) (Environment, error) {
	record, known := s.store.Current(runtime, v.key)
	if !known || !v.recipe.suffices(&record, nil) {
		return Environment{}, nil
	}
	damage, err := s.store.Verify(record)
	if err != nil || !s.store.IsHere(record) {
		return Environment{}, nil //nolint:nilerr // it cannot be used, so it is not built
	}
	e := newEnvironment(record.Environment, &record, true)
	e.Damage, e.Ready = append(e.Damage, damage...), len(damage) == 0
	return e, nil
}

func newEnvironment(e pack.Environment, r *envstore.Record, reused bool) Environment {
	return Environment{
		Environment: e, Ready: true, PackageCount: len(e.Distributions), Reused: reused,
		SkippedScripts: append([]string{}, r.SkippedScripts...), PathFiles: append([]string{}, r.PathFiles...),
		FromSource: append([]string{}, r.FromSource...), Damage: []string{},
	}
}

// build builds an environment, or finds it built.
func (s *session) build(ctx context.Context, it *item, runtime pack.RuntimeName, v variant) (Environment, *envstore.Record, error) {
	key, r := v.key, v.recipe
	f, first := s.sharedBuild(string(runtime) + "-" + key)
	f.once.Do(func() {
		defer batch.Rescue(&f.err) // for all who share it
		ctx, cancel := context.WithTimeoutCause(ctx, s.req.Timeout, pack.Errorf(pack.CodeTimeout, "not built within %v", s.req.Timeout))
		defer cancel()
		say := func(format string, args ...any) { s.progress(ctx, it, format, args...) }
		f.record, f.reused, f.err = s.storeFor(say).Build(ctx, runtime, key, s.rebuilds(key), func(site envstore.Site) (envstore.Record, error) {
			say("building a %s environment with %s", runtime, r.program().Printed)
			return s.buildAt(ctx, site, runtime, key, r, say)
		})
	})
	return newEnvironment(f.record.Environment, &f.record, f.reused || !first), &f.record, f.err
}

// storeFor returns the store with a report of waiting.
func (s *session) storeFor(say func(format string, args ...any)) *envstore.Store {
	store := s.store
	store.OnWait = func(other envstore.Owner) { say("waiting for %s", describeOwner(other)) }
	return &store
}

func (s *session) progress(ctx context.Context, it *item, format string, args ...any) {
	e := s.Event(&it.Item, pack.EventProgress)
	e.Message = fmt.Sprintf(format, args...)
	s.Emit(ctx, e)
}

func describeOwner(o envstore.Owner) string {
	if o.Process == 0 {
		return "another process, which builds the same environment"
	}
	return fmt.Sprintf("process %d, which builds the same environment since %s", o.Process, o.Since.Format(time.TimeOnly))
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
