package installer

import (
	"context"
	"sync"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// An Index lists the versions of packs; a registrysource.Source implements it. It is safe
// for concurrent use.
type Index interface {
	// Candidates returns every version of want.Ref that want.Constraint allows, in any
	// order; those that cannot be installed have the reason in Unusable. If there is
	// none, the error matches [pack.ErrNotFound].
	Candidates(ctx context.Context, want pack.Want) ([]pack.Candidate, error)
}

// WorldConfig names the parts of a [World].
type WorldConfig struct {
	// Installed knows the installed packs. If nil, there are none.
	Installed Installed
	// Index lists the packs that can be installed by ref. If nil, there are none.
	Index Index
	// Installer downloads packs whose pack.yaml has to be read, into a directory that
	// Staging provides. If one of them is nil, nothing can be read.
	Installer Installer
	Staging   Staging
	// Follow lists the hosts whose URLs are followed when packs state them as
	// dependencies, and Follower downloads from these, and from no others. If one of them
	// is nil, URLs are met by installed packs and by entries of Places only.
	Follow   []string
	Follower Installer
	// Places knows which packs of the Index come from a place. If nil, none does.
	Places Places
	// Shelf keeps what pack.yaml files say for later processes, by the digests of the
	// content. If nil, they are kept in memory alone.
	Shelf source.Shelf
}

// A World is all that a choice of versions has to know: which packs are installed, which
// could be, and what they need. It implements deps.World. It is safe for concurrent use.
//
// What a pack.yaml says is kept in memory as long as the World, by the digest of the
// content; content without a digest is read each time.
type World struct {
	config WorldConfig

	mu    sync.Mutex
	known map[pack.Digest]pack.Candidate // by digest of the archive or directory
}

// maxKnown is how many contents a World remembers.
const maxKnown = 10_000

// NewWorld returns a World.
func NewWorld(c WorldConfig) *World {
	return &World{config: c, known: map[pack.Digest]pack.Candidate{}}
}

// Installed returns the installed packs.
func (w *World) Installed(ctx context.Context) ([]pack.InstalledPack, error) {
	if w.config.Installed == nil {
		return nil, nil
	}
	return w.config.Installed.InstalledPacks(ctx)
}

// Candidates returns the versions that want names: those of the Index or, for a want with
// a Spec, the one at that place, which is downloaded to read its pack.yaml. A Spec that a
// pack states is followed as WorldConfig says; refusals are a [*FollowError].
func (w *World) Candidates(ctx context.Context, want pack.Want) ([]pack.Candidate, error) {
	switch {
	case want.Spec != "" && want.By != "":
		return w.follow(ctx, want)
	case want.Spec != "":
		c, err := w.read(ctx, w.config.Installer, DownloadRequest{Specs: []string{want.Spec}, Index: want.Index})
		if err != nil {
			return nil, err
		}
		return []pack.Candidate{c}, nil
	case w.config.Index == nil:
		return nil, pack.Errorf(pack.CodeNotFound, "there is no index to look for pack %s", want.Ref)
	}
	return w.config.Index.Candidates(ctx, want)
}

// Dependencies returns c with what its pack.yaml says.
func (w *World) Dependencies(ctx context.Context, c pack.Candidate) (pack.Candidate, error) {
	if got, ok := w.recall(c); ok {
		return got, nil
	}
	if got, ok := w.shelved(ctx, c); ok {
		w.keep(got)
		return got, nil
	}
	spec := c.ID.String()
	got, err := w.read(ctx, w.config.Installer, DownloadRequest{Specs: []string{spec}, Pins: map[string][]pack.Pin{spec: c.Pins}})
	if err != nil {
		return c, err
	}
	c.Dependencies, c.URLs, c.Platform, c.DependenciesKnown = got.Dependencies, got.URLs, got.Platform, true
	w.keep(c)
	w.shelve(ctx, c)
	return c, nil
}

// read downloads one pack, and returns what its pack.yaml says.
func (w *World) read(ctx context.Context, from Installer, req DownloadRequest) (pack.Candidate, error) {
	if from == nil || w.config.Staging == nil {
		return pack.Candidate{}, pack.Errorf(pack.CodeNotFound, "its pack.yaml cannot be read without an installer")
	}
	dir, release, err := w.config.Staging.Stage(ctx)
	if err != nil {
		return pack.Candidate{}, err
	}
	defer release()
	req.Dest = dir
	rep, err := from.Download(ctx, req)
	switch {
	case rep != nil && len(rep.Failed) == 1 && rep.Failed[0].Err != nil:
		return pack.Candidate{}, rep.Failed[0].Err
	case err != nil:
		return pack.Candidate{}, err
	case rep == nil || len(rep.Downloaded) != 1 || rep.Downloaded[0].Manifest == nil:
		return pack.Candidate{}, pack.Errorf(pack.CodeMalformedContent, "the installer did not report what its pack.yaml says")
	}
	return CandidateOf(&rep.Downloaded[0]), nil
}

// CandidateOf returns a downloaded pack whose Manifest is known as a candidate.
func CandidateOf(d *DownloadedPack) pack.Candidate {
	return pack.Candidate{
		ID: d.Content.ID, Dependencies: d.Manifest.Dependencies, URLs: d.Manifest.URLDependencies, Platform: d.Manifest.PlatformVersion,
		DependenciesKnown: true, Pins: []pack.Pin{d.Content.Pin},
	}
}

// digests are those by which content is remembered.
func digests(pins []pack.Pin) (ds []pack.Digest) {
	for _, p := range pins {
		for _, d := range []pack.Digest{p.ArchiveDigest, p.DirectoryChecksum, p.TreeDigest} {
			if d != "" && p.Subdir == "" {
				ds = append(ds, d)
			}
		}
	}
	return ds
}

func (w *World) recall(c pack.Candidate) (pack.Candidate, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range digests(c.Pins) {
		if k, ok := w.known[d]; ok && k.ID == c.ID {
			c.Dependencies, c.URLs, c.Platform, c.DependenciesKnown = k.Dependencies, k.URLs, k.Platform, true
			return c, true
		}
	}
	return c, false
}

func (w *World) keep(c pack.Candidate) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.known) >= maxKnown {
		clear(w.known)
	}
	for _, d := range digests(c.Pins) {
		w.known[d] = c
	}
}
