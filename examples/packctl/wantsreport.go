package main

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/deps/lock"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/source"
)

// A stepReport is one pack in the report of a sync.
type stepReport struct {
	Action   host.SyncAction `json:"action"`
	Ref      pack.Ref        `json:"ref"`
	From     *pack.Version   `json:"from"`
	To       *pack.Version   `json:"to"`
	FromTree *pack.Digest    `json:"from_tree"`
	ToTree   *pack.Digest    `json:"to_tree"`
	Done     bool            `json:"done"`
}

// A repinReport is a version with other content than before.
type repinReport struct {
	Ref     pack.Ref     `json:"ref"`
	Version pack.Version `json:"version"`
	From    pack.Digest  `json:"from"`
	To      pack.Digest  `json:"to"`
}

// A conflictReport is a step that would break other packs.
type conflictReport struct {
	Ref     pack.Ref  `json:"ref"`
	Code    pack.Code `json:"code"`
	Message string    `json:"message"`
}

// A syncReport is what the commands that work on packs.yaml print with --json.
type syncReport struct {
	Steps     []stepReport     `json:"steps"`
	Repinned  []repinReport    `json:"repinned"`
	Conflicts []conflictReport `json:"conflicts"`
	Warnings  []pack.Warning   `json:"warnings"`
}

func newSyncReport(r *host.SyncReport) *syncReport {
	rep := &syncReport{Steps: []stepReport{}, Repinned: []repinReport{}, Conflicts: []conflictReport{}, Warnings: r.Warnings}
	for _, s := range r.Steps {
		rep.Steps = append(rep.Steps, stepReport{s.Action, s.Ref, unlessZero(s.From), unlessZero(s.To), unlessZero(s.FromTree), unlessZero(s.ToTree), s.Done})
	}
	for _, p := range r.Repins {
		rep.Repinned = append(rep.Repinned, repinReport{p.Ref, p.Version, p.From, p.To})
	}
	for i := range r.Conflicts {
		rep.Conflicts = append(rep.Conflicts, conflictReport{r.Conflicts[i].Ref, r.Conflicts[i].Code, r.Conflicts[i].Message})
	}
	return rep
}

func unlessZero[T comparable](v T) *T {
	if v == *new(T) {
		return nil
	}
	return &v
}

// newLockReport compares the lock before, which may be nil, with that of a sync.
func newLockReport(before *lock.Lock, r *host.SyncReport) *syncReport {
	c := *r
	c.Steps, c.Conflicts = nil, nil // which are those of a root
	all := map[pack.Ref][2]*lock.Pack{}
	for i, l := range []*lock.Lock{before, r.Lock} {
		if l == nil {
			continue
		}
		for j := range l.Packs {
			pair := all[l.Packs[j].Ref]
			pair[i] = &l.Packs[j]
			all[l.Packs[j].Ref] = pair
		}
	}
	for _, ref := range slices.Sorted(maps.Keys(all)) {
		c.Steps = append(c.Steps, lockStep(ref, all[ref][0], all[ref][1]))
	}
	return newSyncReport(&c)
}

func lockStep(ref pack.Ref, before, after *lock.Pack) host.SyncStep {
	s := host.SyncStep{Ref: ref, Action: host.SyncKeep, Done: true}
	if before != nil {
		s.From, s.FromTree = before.Version, before.TreeDigest()
	}
	if after != nil {
		s.To, s.ToTree = after.Version, after.TreeDigest()
	}
	switch order := s.To.Compare(s.From); {
	case before == nil:
		s.Action = host.SyncInstall
	case after == nil:
		s.Action = host.SyncRemove
	case order > 0:
		s.Action = host.SyncUpgrade
	case order < 0:
		s.Action = host.SyncDowngrade
	case s.FromTree != s.ToTree:
		s.Action = host.SyncRepin
	}
	return s
}

func (a *app) finishSync(ctx context.Context, h *hostflags.Host, r *syncReport, err error) error {
	a.noteLinks(ctx, h.Store, refsOf(r.Steps, func(s *stepReport) pack.Ref { return s.Ref })...)
	return finish(a, r, err, a.printSync)
}

func (a *app) printSync(r *syncReport) {
	kept := 0
	for _, s := range r.Steps {
		mark := ""
		if !s.Done {
			mark = "  not done"
		}
		switch s.Action {
		case host.SyncKeep:
			kept++
		case host.SyncInstall:
			a.println("%s %s  install%s", s.Ref, s.To, mark)
		case host.SyncRepair, host.SyncRebuild:
			a.println("%s %s  %s%s", s.Ref, s.To, s.Action, mark)
		case host.SyncRemove:
			a.println("%s %s  remove%s", s.Ref, s.From, mark)
		case host.SyncRepin:
			a.println("%s %s  repin %s in place of %s%s", s.Ref, s.To, shortOf(s.ToTree), shortOf(s.FromTree), mark)
		case host.SyncUpgrade, host.SyncDowngrade:
			a.println("%s %s  %s from %s%s", s.Ref, s.To, s.Action, s.From, mark)
		}
	}
	a.println("%d unchanged", kept)
	for _, p := range r.Repinned {
		a.println("%s %s was published again with other content: %s in place of %s", p.Ref, p.Version, p.To, p.From)
	}
}

func shortOf(d *pack.Digest) string {
	if d == nil {
		return "content"
	}
	return short(*d)
}

// wantOf returns the want of a spec. Of a place, what is there says which pack it is.
func wantOf(ctx context.Context, h *hostflags.Host, dir, spec string) (lock.Want, error) {
	loc, err := source.Parse(spec)
	if err != nil {
		return lock.Want{}, err
	}
	if loc.Scheme == source.SchemeRegistry && loc.Subdir == "" {
		return lock.Want{Ref: loc.Ref(), Constraint: loc.Constraint}, nil
	}
	found, err := h.World.Candidates(ctx, pack.Want{Spec: spec})
	switch {
	case err != nil:
		return lock.Want{}, err
	case len(found) != 1 || found[0].Unusable != nil:
		return lock.Want{}, cmp.Or(errors.Join(unusableErrors(found)...), pack.Errorf(pack.CodeNotFound, "%s: there is no pack", loc.Spec))
	}
	if loc.Scheme == source.SchemeLocal && strings.HasPrefix(spec, ".") {
		if spec, err = relativeTo(dir, spec); err != nil {
			return lock.Want{}, err
		}
	}
	return lock.Want{Ref: found[0].Ref, From: spec}, nil
}

func unusableErrors(cs []pack.Candidate) (errs []error) {
	for _, c := range cs {
		errs = append(errs, c.Unusable)
	}
	return errs
}

// relativeTo returns a path of the working directory as one of dir.
func relativeTo(dir, path string) (string, error) {
	path, subdir, _ := strings.Cut(path, "//")
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	rel, err := filepath.Rel(dir, abs)
	if err != nil {
		return "", err
	}
	rel = filepath.ToSlash(rel)
	if !strings.HasPrefix(rel, ".") {
		rel = "./" + rel
	}
	if subdir != "" {
		rel += "//" + subdir
	}
	return rel, nil
}

// updatable returns the ref of a want whose pack the lock has: asking for it again is
// asking for its highest version.
func updatable(w *hostflags.Wants, want lock.Want) []string {
	if w.Lock != nil && w.Lock.Find(want.Ref) != nil {
		return []string{want.Ref.String()}
	}
	return nil
}

// An outdatedPack has versions of a pack: in the lock, the highest that is wanted, and
// the highest there is.
type outdatedPack struct {
	Ref    pack.Ref      `json:"ref"`
	Locked pack.Version  `json:"locked"`
	Wanted *pack.Version `json:"wanted"`
	Latest *pack.Version `json:"latest"`
}

// An outdatedReport lists the packs of the lock that are not the highest.
type outdatedReport struct {
	Packs []outdatedPack `json:"packs"`
}

func (a *app) outdatedCommand() *cobra.Command {
	return command("outdated", "List the packs of packs.lock that have higher versions", exactly(),
		func(cmd *cobra.Command, _ []string) error {
			return a.withWants(cmd, false, func(h *hostflags.Host, w *hostflags.Wants) error {
				if w.Lock == nil {
					return pack.Errorf(pack.CodeNotFound, "there is no packs.lock beside %q: run packctl lock", w.Path)
				}
				r, err := a.outdated(cmd.Context(), h, w)
				if err != nil {
					return err
				}
				return a.report(r, func() {
					for _, p := range r.Packs {
						a.println("%s %s  wanted %s  latest %s", p.Ref, p.Locked, orNone(p.Wanted), orNone(p.Latest))
					}
				})
			})
		})
}

func orNone(v *pack.Version) string {
	if v == nil {
		return "none"
	}
	return v.String()
}

func (a *app) outdated(ctx context.Context, h *hostflags.Host, w *hostflags.Wants) (*outdatedReport, error) {
	config, err := a.hostConfig()
	if err != nil {
		return nil, err
	}
	got, err := lock.Resolve(ctx, h.World, w.File.Wants, w.Lock.Absolute(w.Dir()), lock.Options{
		Provided: config.Provided, PlatformVersion: config.PlatformVersion, Dir: w.Dir(), Update: []pack.Ref{deps.AnyPack},
	})
	if err != nil {
		return nil, err
	}
	r := &outdatedReport{Packs: []outdatedPack{}}
	for _, p := range w.Lock.Packs {
		o := outdatedPack{Ref: p.Ref, Locked: p.Version}
		if found := got.Lock.Find(p.Ref); found != nil {
			o.Wanted, o.Latest = &found.Version, &found.Version
		}
		if want := w.File.Want(p.Ref); want == nil || want.From == "" {
			o.Latest = cmp.Or(latest(ctx, h, p.Ref), o.Latest)
		}
		if o.Wanted == nil || *o.Wanted != p.Version || *o.Latest != p.Version {
			r.Packs = append(r.Packs, o)
		}
	}
	return r, nil
}

// latest returns the best version of a pack in the indices, nil for none.
func latest(ctx context.Context, h *hostflags.Host, ref pack.Ref) *pack.Version {
	found, _ := h.World.Candidates(ctx, pack.Want{Ref: ref}) // a failure was reported by the choice
	found = slices.DeleteFunc(slices.Clone(found), func(c pack.Candidate) bool { return c.Unusable != nil })
	if len(found) == 0 {
		return nil
	}
	slices.SortFunc(found, deps.Preferred)
	return &found[0].Version
}
