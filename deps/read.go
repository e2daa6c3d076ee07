package deps

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/internal/os/workdir"
)

// A member is a pack of the request.
type member struct {
	batch.Item
	content *pack.Content
	// pack is nil when it could not be read, and when what is recorded is used.
	pack     *pack.Pack
	recorded *pack.InstalledPack
	needs    []pack.RuntimeNeed
}

func (m *member) ref() pack.Ref { return m.ID.Ref }
func (m *member) deps() []pack.Dependency {
	if m.recorded != nil {
		return m.recorded.Dependencies
	}
	return slices.Concat(m.pack.Manifest.Dependencies, m.content.Followed)
}

func (m *member) platform() pack.Constraint {
	if m.recorded != nil {
		return m.recorded.Platform
	}
	return m.pack.Manifest.PlatformVersion
}

// A request contains the packs of one call.
type request struct {
	*batch.Batch
	all     []*member // in input order
	members []*member // those that take part
	byRef   map[pack.Ref]*member
	// recorded are the installed packs by tree digest, if they are used.
	recorded map[pack.Digest]*pack.InstalledPack
}

// read reads the packs of req and sorts out those that cannot take part.
func (a *Analyzer) read(ctx context.Context, world World, req Request) *request {
	r := &request{Batch: batch.New(req.OnEvent), byRef: map[pack.Ref]*member{}}
	if req.UseRecorded {
		r.recorded = recorded(ctx, world)
	}
	contents := pack.Contents(req.Paths, req.Contents)
	for _, i := range batch.Distinct(contents, func(c *pack.Content) string { return filepath.Clean(c.Dir) }) {
		r.all = append(r.all, &member{Item: batch.Item{At: i, Spec: contents[i].Dir}, content: contents[i]})
	}
	batch.Each(r.all, a.config.Parallel, func(m *member) {
		r.Run(ctx, &m.Item, pack.StageLoad, func() error { return a.load(ctx, r, m, req.SkipValidation) })
	})
	for _, m := range r.all {
		if m.Err == nil {
			r.Run(ctx, &m.Item, pack.StageDependencies, func() error { return a.admit(r, m, req.SkipValidation) })
		}
	}
	return r
}

// load reads one pack. Nothing outside of its directory is read, whatever links
// lie there.
func (a *Analyzer) load(ctx context.Context, r *request, m *member, skipValidation bool) error {
	if m.recorded = r.recorded[m.content.TreeDigest]; m.content.FS != nil && m.recorded != nil {
		m.ID = m.recorded.ID
		return nil
	}
	m.recorded = nil
	if m.content.FS != nil {
		return a.loadFrom(m, m.content.FS, skipValidation)
	}
	dir, err := workdir.Open(a.config.Open, m.content.Dir, m.content.TreeDigest != "")
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }() // it was only read
	r.Warn(ctx, &m.Item, "%s", dir.LeftOut())
	if err := unchanged(m.content, dir); err != nil {
		return err
	}
	return a.loadFrom(m, dir, skipValidation)
}

// unchanged compares the files of a content with its digest, if it is known.
func unchanged(c *pack.Content, files fs.FS) error {
	if c.TreeDigest == "" {
		return nil
	}
	tree, err := pack.TreeDigest(files)
	if err == nil && tree != c.TreeDigest {
		return pack.Errorf(pack.CodeContentChanged, "the pack was changed since it was received: its tree digest is %s, want %s; fetch it again", tree, c.TreeDigest)
	}
	return err
}

func (a *Analyzer) loadFrom(m *member, fsys fs.FS, skipValidation bool) (err error) {
	p := m.content.Pack
	if p == nil {
		p, err = pack.Load(fsys, a.config.Load)
	}
	m.ID = p.Manifest.ID()
	if err != nil {
		return err
	}
	if err := p.Findings.Err(); err != nil && !skipValidation {
		return err
	}
	if m.needs, err = pack.RuntimeNeeds(fsys, p); err != nil {
		return fmt.Errorf("infer runtimes: %w", err)
	}
	m.pack = p
	return nil
}

// admit lets m take part, unless its ref is taken or it does not suit the platform.
func (a *Analyzer) admit(r *request, m *member, skipValidation bool) error {
	if p, reserved := a.provided[m.ref()]; reserved {
		return p.Reserved()
	}
	if first := r.byRef[m.ref()]; first != nil {
		return pack.Errorf(pack.CodeConflict, "pack %s is already in this request, at %q", m.ref(), first.Spec)
	}
	if err := pack.CheckPlatform(m.platform(), a.config.PlatformVersion); err != nil {
		if !skipValidation && !a.config.PlatformVersion.IsZero() {
			return err
		}
		r.Note(pack.Warning{Spec: m.Spec, Ref: m.ref(), Stage: m.Stage, Message: err.Error()})
	}
	r.byRef[m.ref()] = m
	r.members = append(r.members, m)
	return nil
}

// close emits the closing events.
func (r *request) close(ctx context.Context) {
	for _, m := range r.all {
		r.Close(ctx, &m.Item)
	}
}
