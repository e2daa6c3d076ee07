package envbuild

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/envstore"
	"github.com/packtrain/pack/envbuild/internal/interp"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/internal/os/filelock"
	"github.com/packtrain/pack/internal/os/fsx"
)

// DefaultTimeout is the default of [Request.Timeout].
const DefaultTimeout = 10 * time.Minute

// A Builder builds environments below one directory, which several Builders, in
// several processes, may share. It is safe for concurrent use.
type Builder struct {
	config  Config
	secrets []string
	finder  interp.Finder
	store   envstore.Store
	notice  time.Duration // when and how often waiting is reported
}

const defaultNotice = 10 * time.Second

var _ EnvBuilder = (*Builder)(nil)

// New returns a Builder. It reads and starts nothing, so a process that only calls
// [Builder.Environments] can create one at no cost. An unusable Config is an error
// with [pack.CodeInvalidRequest].
func New(c Config) (*Builder, error) {
	if err := c.prepare(); err != nil {
		return nil, err
	}
	damage := func(root string, differences []string) {
		c.Logger.Warn("an environment was changed: it is not used", "path", root, "differences", differences[:min(len(differences), 10)])
	}
	return &Builder{
		config:  c,
		secrets: c.secrets(), notice: defaultNotice,
		finder: interp.Finder{Runner: c.Runner, Search: c.SearchPath, Cache: filepath.Join(c.Dir, "cache", "interpreters")},
		store:  envstore.Store{Dir: c.Dir, Lock: filelock.Acquire, Sync: fsx.Sync, SyncDir: fsx.SyncDir, OnDamage: damage},
	}, nil
}

// Environments returns the environments that were built for the content with
// the given tree digest (see [pack.TreeDigest]) and still exist, if any. A record
// that cannot be read is an error with [pack.CodeStoreCorrupt].
func (b *Builder) Environments(_ context.Context, tree pack.Digest) ([]pack.Environment, error) {
	return b.store.Attached(tree)
}

// Build implements [EnvBuilder]. Packs are built concurrently, packs that need
// the same environment share one build, and a pack that fails does not affect the
// others.
func (b *Builder) Build(ctx context.Context, req Request) (*Report, error) {
	start := time.Now()
	s, err := b.newSession(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", building, err)
	}
	batch.Each(s.items, b.config.Jobs, func(it *item) { s.pack(ctx, it) })
	rep := s.report(time.Since(start))
	rep.Summary.isolated(ctx, b.config.Runner)
	return rep, batch.Err(ctx, building, rep.Failed)
}

const building = "build environments"

// report puts the outcomes together, in input order.
func (s *session) report(d time.Duration) *Report {
	r := &Report{Built: []BuiltPack{}, Warnings: s.Warnings(), Summary: Summary{Built: map[pack.RuntimeName]int{}}}
	r.Failed = batch.Failures(s.items, func(it *item) *batch.Item { return &it.Item })
	for _, it := range s.items {
		if it.Err == nil {
			r.Built = append(r.Built, BuiltPack{Ref: it.ID.Ref, Path: it.Spec, Environments: it.envs, Duration: it.duration})
			r.Summary.count(it.envs)
		}
	}
	r.Summary.Total, r.Summary.Succeeded, r.Summary.Failed = len(s.items), len(r.Built), len(r.Failed)
	r.Summary.Duration = d
	return r
}

// count counts built environments, not reused ones.
func (s *Summary) count(envs Environments) {
	for _, e := range envs {
		if e.Ready && !e.Reused {
			s.Built[e.Runtime]++
		}
	}
}
