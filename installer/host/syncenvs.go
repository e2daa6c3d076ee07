package host

import (
	"context"
	"errors"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps/lock"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/registry"
)

// lockEnvironments states in the lock what the environments of its packs consist of on
// this platform, or with Locked compares that, and plans to build those again that
// installed packs have otherwise.
func (s *syncer) lockEnvironments(ctx context.Context) error {
	locker, ok := s.Builder.(envbuild.Locker)
	if !ok || s.req.SkipEnvironments {
		return nil
	}
	active, err := s.active(ctx)
	if err != nil {
		return err
	}
	contents := s.withEnvironments(active)
	if len(contents) == 0 {
		return nil
	}
	locks, err := locker.LockEnvironments(ctx, s.environmentRequest(contents))
	if bad, ok := errors.AsType[*pack.BatchError](err); ok {
		s.noteUnlocked(ctx, contents, bad.Failures)
	} else if err != nil {
		return err
	}
	for i := range locks {
		s.lockEnvironment(ctx, &locks[i], active)
	}
	s.plan()
	return nil
}

// environmentRequest returns the request for the environments of contents, as the lock
// states them.
func (s *syncer) environmentRequest(contents []*pack.Content) envbuild.Request {
	_, locks := s.Builder.(envbuild.Locker)
	return envbuild.Request{
		Contents: contents, Prefer: s.req.Prefer, Skip: s.req.SkipRuntimes,
		Locked: setsOf(s.report.Lock), OnlyLocked: s.req.Locked && locks, OnEvent: s.relay(contents),
	}
}

// active returns the environments of the installed packs.
func (s *syncer) active(ctx context.Context) (map[pack.Ref][]pack.Environment, error) {
	list, err := s.Store.List(ctx)
	if err != nil && len(registry.DamagedRefs(err)) == 0 {
		return nil, err
	}
	active := map[pack.Ref][]pack.Environment{}
	for i := range list {
		active[list[i].Ref] = list[i].Active.Environments
	}
	return active, nil
}

// withEnvironments returns the packs of the lock that may have environments, of which the
// content is here.
func (s *syncer) withEnvironments(active map[pack.Ref][]pack.Environment) (contents []*pack.Content) {
	for i := range s.report.Steps {
		step := &s.report.Steps[i]
		p, k, d := s.report.Lock.Find(step.Ref), s.find(step.Ref), s.received[step.Ref]
		switch {
		case p == nil:
		case d != nil && d.Content.ID == p.ID:
			contents = append(contents, d.Content)
		case step.Action == SyncKeep && len(active[step.Ref])+len(p.Environments) > 0:
			contents = append(contents, installedContent(k))
		}
	}
	return contents
}

func installedContent(k *pack.InstalledPack) *pack.Content {
	return &pack.Content{Dir: k.Path, ID: k.ID, Pin: k.Pin, TreeDigest: k.TreeDigest, DirectoryChecksum: k.DirectoryChecksum}
}

// noteUnlocked notes the packs whose environments cannot be locked. That does not matter to
// a plan, nor to packs that stay as they are, unless the lock decides.
func (s *syncer) noteUnlocked(ctx context.Context, contents []*pack.Content, failed []pack.Failure) {
	for _, f := range failed {
		c := at(contents, f.Spec)
		build, _ := errors.AsType[*envbuild.BuildError](f.Err)
		deviates := build != nil && build.Reason == envbuild.ReasonNotLocked
		stays := c != nil && s.received[c.ID.Ref] == nil
		if deviates || !s.req.Plan && !stays {
			s.fail(contents, []pack.Failure{f})
			continue
		}
		it := &batch.Item{Spec: f.Spec, Stage: f.Stage}
		if c != nil {
			it.Spec, it.ID = c.ID.String(), c.ID
		}
		s.Warn(ctx, it, "its environments are not locked: %s", f.Message)
	}
}

// lockEnvironment states an environment in the lock, and plans to build it if the installed
// pack has another one.
func (s *syncer) lockEnvironment(ctx context.Context, e *envbuild.LockedEnvironment, active map[pack.Ref][]pack.Environment) {
	p := s.report.Lock.Find(e.Ref)
	if e.Unlocked != "" {
		s.Warn(ctx, &batch.Item{Spec: p.ID.String(), ID: p.ID, Stage: pack.StageEnvironments}, "its %s environment is not locked: %s", e.Set.Runtime, e.Unlocked)
		return
	}
	if !s.req.Locked {
		s.report.Lock.AddEnvironment(e.Ref, e.Set.Platform, environmentOf(&e.Set))
	}
	has := func(have pack.Environment) bool {
		return have.Runtime == e.Set.Runtime && slices.Contains(e.Keys, have.Key)
	}
	if k := s.find(e.Ref); s.received[e.Ref] == nil && !slices.ContainsFunc(active[e.Ref], has) {
		s.rebuild[e.Ref] = true
		s.received[e.Ref] = &installer.DownloadedPack{Content: installedContent(k), Unchanged: true}
	}
}

// setsOf returns what a lock states about environments.
func setsOf(l *lock.Lock) (sets []envbuild.LockedSet) {
	for i := range l.Environments {
		e := &l.Environments[i]
		var packs []pack.Ref
		for j := range l.Packs {
			if l.Packs[j].Environments[e.Runtime] == e.ID {
				packs = append(packs, l.Packs[j].Ref)
			}
		}
		for _, platform := range e.Platforms() {
			set := envbuild.LockedSet{Runtime: e.Runtime, Range: e.Range, Wants: e.Wants, Platform: platform, Packs: packs}
			for _, d := range e.On(platform) {
				set.Distributions = append(set.Distributions, envbuild.LockedDistribution{Name: d.Name, Version: d.Version, Digests: d.Digests, Source: d.Source, Details: d.Details})
			}
			sets = append(sets, set)
		}
	}
	return sets
}

// environmentOf returns a set as the lock states it.
func environmentOf(set *envbuild.LockedSet) lock.Environment {
	e := lock.Environment{Runtime: set.Runtime, Range: set.Range, Wants: set.Wants}
	for _, d := range set.Distributions {
		e.Distributions = append(e.Distributions, lock.Distribution{Platform: set.Platform, Name: d.Name, Version: d.Version, Digests: d.Digests, Source: d.Source, Details: d.Details})
	}
	return e
}
