package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/deps/lock"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/source"
)

// choose makes the lock, or checks it.
func (s *syncer) choose(ctx context.Context) error {
	old := s.req.Lock
	if old == nil {
		old = &lock.Lock{}
	}
	if s.req.Locked {
		s.report.Lock = old.Absolute(s.req.Dir)
		return old.Check(s.req.Wants, s.provided, s.platform)
	}
	ctx = pack.WithNotes(ctx, func(ctx context.Context, text string) {
		s.Warn(ctx, &batch.Item{Stage: pack.StageDependencies}, "%s", text)
	})
	got, err := lock.Resolve(ctx, &learnedWorld{s.World, s.learned, s.req.Wants}, s.req.Wants, old.Absolute(s.req.Dir), lock.Options{
		Provided: s.provided, PlatformVersion: s.platform, Parallel: s.parallel, Dir: s.req.Dir, Update: s.req.Update,
	})
	if err != nil {
		return err
	}
	s.report.Lock, s.report.Repins = got.Lock, got.Repins
	s.report.Lock.Indices = s.indicesOf(got.Lock)
	s.noteChoices(ctx, got.Choices)
	for i := range s.report.Lock.Packs {
		s.complete(&s.report.Lock.Packs[i])
	}
	return nil
}

// noteChoices warns of versions that were passed over, and of those that cannot be chosen.
func (s *syncer) noteChoices(ctx context.Context, choices []deps.Choice) {
	for i := range choices {
		c := &choices[i]
		it := &batch.Item{Spec: c.ID.String(), ID: c.ID, Stage: pack.StageDependencies}
		for _, over := range c.PassedOver {
			name := over.ID.String()
			if over.Version.IsZero() {
				name = "an entry of " + over.Ref.String()
			}
			s.Warn(ctx, it, "%s is chosen, as %s cannot be used: %v", c.ID, name, over.Unusable)
		}
	}
}

// indicesOf returns the indices that the packs of a lock come from.
func (s *syncer) indicesOf(l *lock.Lock) (all []lock.Index) {
	for i := range l.Packs {
		name := l.Packs[i].Pins[0].Via.Index
		x := lock.Index{Name: name, Location: s.Indices.Address(name)}
		if x.Location != "" && !slices.Contains(all, x) {
			all = append(all, x)
		}
	}
	return all
}

// complete adds the digests of content that is installed, or was received.
func (s *syncer) complete(p *lock.Pack) {
	k := s.find(p.Ref)
	if k != nil && k.ID == p.ID && p.TreeDigest() == "" && slices.ContainsFunc(p.Pins, k.Pin.SameContent) {
		addDigests(p, k.Pin)
	}
	if d := s.received[p.Ref]; d != nil && d.Content.ID == p.ID {
		addDigests(p, d.Content.Pin)
	}
}

// addDigests adds those of the pin that delivered the content. A checksum of the directory
// that the index does not state is not added: the digest of the tree says as much, and the
// records of a pack are the same whether it was installed with the lock or without.
func addDigests(p *lock.Pack, delivered pack.Pin) {
	for i := range p.Pins {
		pin := &p.Pins[i]
		if pin.Scheme == delivered.Scheme && pin.Location == delivered.Location && pin.ArchiveDigest == "" {
			pin.ArchiveDigest = delivered.ArchiveDigest
		}
		pin.TreeDigest = delivered.TreeDigest
	}
}

// download fetches the packs that change, or whose digests the lock does not state. It
// reports whether one needs something else than was known.
func (s *syncer) download(ctx context.Context) (again bool, err error) {
	req := installer.DownloadRequest{Pins: map[string][]pack.Pin{}}
	for _, step := range s.report.Steps {
		p := s.report.Lock.Find(step.Ref)
		if p == nil || !s.lacks(step, p) {
			continue
		}
		if err := fetchable(p); err != nil {
			return false, err
		}
		spec := p.ID.String()
		req.Specs = append(req.Specs, spec)
		req.Pins[spec] = p.Pins
	}
	if len(req.Specs) == 0 {
		return false, nil
	}
	s.downloads++
	req.Dest, req.OnEvent = filepath.Join(s.staging, strconv.Itoa(s.downloads)), s.relay(nil)
	rep, err := s.Installer.Download(ctx, req)
	if rep == nil {
		return false, err
	}
	s.noteAll(rep.Warnings)
	s.failDownloads(rep.Failed)
	if err := requestError(err); err != nil || len(rep.Failed) > 0 {
		return false, err
	}
	for i := range rep.Downloaded {
		more, err := s.receive(&rep.Downloaded[i])
		if err != nil {
			return false, err
		}
		again = again || more
	}
	return again, nil
}

// failDownloads notes failures, and of those with other content that the lock states another.
func (s *syncer) failDownloads(failed []pack.Failure) {
	for _, f := range failed {
		i := slices.IndexFunc(s.report.Lock.Packs, func(p lock.Pack) bool { return p.ID.String() == f.Spec })
		if i >= 0 && f.Code == pack.CodeChecksumMismatch {
			err := &lock.ContentError{ID: s.report.Lock.Packs[i].ID, Err: f.Err}
			f = pack.NewFailure(f.Item, f.Spec, err.ID.Ref, f.Stage, err)
		}
		s.report.Failed = append(s.report.Failed, f)
	}
}

// lacks reports whether the content of a pack has to be downloaded: to be installed,
// because the lock does not state its digest, or to find out what its environments need.
func (s *syncer) lacks(step SyncStep, p *lock.Pack) bool {
	if d := s.received[p.Ref]; d != nil && d.Content.ID == p.ID {
		return false
	}
	return p.TreeDigest() == "" || step.Action != SyncKeep && (!s.req.Plan || s.isNew(p))
}

// isNew reports whether the environments of a pack were never locked, for the lock of the
// request does not have its content.
func (s *syncer) isNew(p *lock.Pack) bool {
	if s.req.Locked || s.req.SkipEnvironments {
		return false
	}
	if s.req.Lock == nil {
		return true
	}
	last := s.req.Lock.Find(p.Ref)
	return last == nil || last.ID != p.ID || last.TreeDigest() != p.TreeDigest()
}

// fetchable returns an error for a pack all of whose pins lack their queries.
func fetchable(p *lock.Pack) error {
	if slices.ContainsFunc(p.Pins, func(pin pack.Pin) bool { return !lock.QueryLeftOut(&pin) }) {
		return nil
	}
	return pack.Errorf(pack.CodeNotFound, "the lock omits the query of the URL of %s, %s: give its place again, with its query, and update it",
		p.ID, lock.Shown(p.Pins[0].Location))
}

// receive notes a downloaded pack. It reports whether it needs something else than the
// lock states.
func (s *syncer) receive(d *installer.DownloadedPack) (again bool, err error) {
	d.Content.Staged = !d.Unchanged
	p := s.report.Lock.Find(d.Content.ID.Ref)
	if p == nil || p.ID != d.Content.ID {
		return false, pack.Errorf(pack.CodeInvalidVersion, "%s was delivered for %s", d.Content.ID, d.Spec)
	}
	s.received[p.Ref] = d
	s.complete(p)
	if d.Manifest == nil {
		return false, nil
	}
	c := installer.CandidateOf(d)
	d.Content.Followed = pack.Followed(p.Needs)
	stated := needsText(p.Candidate())
	if actual := needsText(c); actual != stated {
		if s.req.Locked {
			return false, &lock.DeviationError{Deviations: []string{fmt.Sprintf("the pack.yaml of %s states that it needs %s, and the lock states %s", p.ID, actual, stated)}}
		}
		s.learned[p.ID] = c
		return true, nil
	}
	return false, nil
}

// needsText shows what a pack needs.
func needsText(c pack.Candidate) string {
	all := c.Needs()
	if !c.Platform.Any() {
		all = append(all, "platform "+c.Platform.String())
	}
	return cmp.Or(strings.Join(all, ", "), "nothing")
}

// A learnedWorld has what pack.yaml files said, and knows the places that are wanted.
type learnedWorld struct {
	deps.World
	learned map[pack.ID]pack.Candidate
	wants   []lock.Want
}

// Candidates implements [deps.World].
func (w *learnedWorld) Candidates(ctx context.Context, want pack.Want) ([]pack.Candidate, error) {
	if from := w.wanted(want); from != "" {
		want = pack.Want{Spec: from}
	}
	found, err := w.World.Candidates(ctx, want)
	found = slices.Clone(found)
	for i := range found {
		if c, ok := w.learned[found[i].ID]; ok && found[i].Unusable == nil {
			found[i].Dependencies, found[i].URLs, found[i].Platform, found[i].DependenciesKnown = c.Dependencies, c.URLs, c.Platform, true
		}
	}
	return found, err
}

// wanted returns the place that is wanted, if a pack states its URL as a dependency.
func (w *learnedWorld) wanted(dependency pack.Want) string {
	if dependency.Spec == "" || dependency.By == "" {
		return ""
	}
	url, err := source.Parse(dependency.Spec)
	if err != nil {
		return ""
	}
	for _, want := range w.wants {
		loc, err := source.Parse(want.From)
		if err == nil && url.Names(pack.Pin{Scheme: loc.Scheme, Location: loc.Location, Subdir: loc.Subdir, Rev: loc.Rev}) {
			return want.From
		}
	}
	return ""
}

// requestError returns err, unless it only lists failed packs, which are also in the
// report.
func requestError(err error) error {
	if _, ok := errors.AsType[*pack.BatchError](err); ok {
		return nil
	}
	return err
}
