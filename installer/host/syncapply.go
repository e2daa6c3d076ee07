package host

import (
	"context"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// apply builds environments, registers what was received, and removes what is to go.
func (s *syncer) apply(ctx context.Context) error {
	var contents []*pack.Content
	var removed []pack.Ref
	for _, step := range s.report.Steps {
		switch step.Action {
		case SyncKeep:
		case SyncRemove:
			removed = append(removed, step.Ref)
		case SyncInstall, SyncUpgrade, SyncDowngrade, SyncRepin, SyncRepair, SyncRebuild:
			contents = append(contents, s.received[step.Ref].Content)
		}
	}
	if len(contents) > 0 {
		if err := s.build(ctx, contents); err != nil || len(s.report.Failed) > 0 {
			return err
		}
		if err := s.register(ctx, contents, removed); err != nil || len(s.report.Failed) > 0 {
			return err
		}
	}
	for _, ref := range removed {
		if err := s.Store.Remove(ctx, ref, &registry.RemoveOptions{AllowBreak: append(removed, s.req.AllowBreak...)}); err != nil {
			return err
		}
		s.done(ref)
	}
	return nil
}

func (s *syncer) done(ref pack.Ref) {
	for i := range s.report.Steps {
		if s.report.Steps[i].Ref == ref {
			s.report.Steps[i].Done = true
		}
	}
}

func (s *syncer) build(ctx context.Context, contents []*pack.Content) error {
	if s.req.SkipEnvironments {
		return nil
	}
	rep, err := s.Builder.Build(ctx, s.environmentRequest(contents))
	if rep != nil {
		s.noteAll(named(contents, rep.Warnings))
		s.fail(contents, rep.Failed)
	}
	return requestError(err)
}

func (s *syncer) register(ctx context.Context, contents []*pack.Content, removed []pack.Ref) error {
	rep, err := s.Registrar.Register(ctx, registry.Request{
		Contents: contents, Replace: registry.ReplaceAny, AllowBreak: append(removed, s.req.AllowBreak...),
		SkipValidation: s.req.SkipValidation, SkipTests: s.req.SkipTests, IgnoreTests: s.req.IgnoreTests, OnEvent: s.relay(contents),
	})
	if s.report.Registration = rep; rep != nil {
		s.noteAll(named(contents, rep.Warnings))
		s.fail(contents, rep.Failed)
		for _, p := range rep.Registered {
			s.done(p.Ref)
		}
	}
	return requestError(err)
}

// fail notes failures by the packs, not by the directories that the stages know.
func (s *syncer) fail(contents []*pack.Content, failed []pack.Failure) {
	for _, f := range failed {
		if c := at(contents, f.Spec); c != nil {
			f.Spec, f.Ref = c.ID.String(), c.ID.Ref
		}
		s.report.Failed = append(s.report.Failed, f)
	}
}

func named(contents []*pack.Content, warnings []pack.Warning) []pack.Warning {
	all := make([]pack.Warning, len(warnings))
	for i, w := range warnings {
		if c := at(contents, w.Spec); c != nil {
			w.Spec = c.ID.String()
		}
		all[i] = w
	}
	return all
}

func (s *syncer) noteAll(warnings []pack.Warning) {
	for _, w := range warnings {
		s.Note(w)
	}
}

func at(contents []*pack.Content, dir string) *pack.Content {
	for _, c := range contents {
		if c.Dir == dir {
			return c
		}
	}
	return nil
}

// relay puts the events of a stage into one sequence, with the packs in place of the
// directories that the stage knows.
func (s *syncer) relay(contents []*pack.Content) pack.EventFunc {
	if !s.Observed() {
		return nil
	}
	return func(ctx context.Context, e pack.Event) {
		if c := at(contents, e.Spec); c != nil {
			e.Spec, e.Pack, e.Version = c.ID.String(), c.ID.Ref, c.ID.Version
		}
		if e.Kind != pack.EventClosed || e.Stage == pack.StageRegistration {
			s.Emit(ctx, e)
		}
	}
}
