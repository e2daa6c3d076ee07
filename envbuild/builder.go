package envbuild

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/envstore"
	"github.com/packtrain/pack/envbuild/internal/interp"
	"github.com/packtrain/pack/internal/os/filelock"
	"github.com/packtrain/pack/internal/os/fsx"
)

// DefaultTimeout is the limit of [Request.Timeout] when none is given.
const DefaultTimeout = 10 * time.Minute

// A Builder builds environments below one directory, which several Builders, in
// several processes, may share. It is safe for concurrent use.
type Builder struct {
	config  Config
	secrets []string
	finder  interp.Finder
	store   envstore.Store
}

var _ EnvBuilder = (*Builder)(nil)

// New returns a Builder. It reads and starts nothing, so a process that only
// asks for [Builder.Environments] makes one without cost. A Config that cannot
// be used is an error with [pack.CodeInvalidRequest].
func New(c Config) (*Builder, error) {
	if err := c.prepare(); err != nil {
		return nil, err
	}
	return &Builder{
		config:  c,
		secrets: c.secrets(),
		finder:  interp.Finder{Runner: c.Runner, Search: c.SearchPath, Cache: filepath.Join(c.Dir, "cache", "interpreters")},
		store:   envstore.Store{Dir: c.Dir, Lock: filelock.Acquire, Sync: fsx.Sync, SyncDir: fsx.SyncDir},
	}, nil
}

// Environments returns the environments that were built for the content with
// the given tree digest (see [pack.TreeDigest]) and still exist; none when
// there are none. An attachment that cannot be read is an error with
// [pack.CodeStoreCorrupt].
func (b *Builder) Environments(_ context.Context, tree pack.Digest) ([]pack.Environment, error) {
	return b.store.Attached(tree)
}

// Build implements [EnvBuilder]. Packs are worked on at the same time, those
// that need the same environment build it once, and one that fails does not
// disturb the others.
func (b *Builder) Build(ctx context.Context, req Request) (*Report, error) {
	start := time.Now()
	s, err := b.newSession(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("build environments: %w", err)
	}
	outcomes := make([]outcome, len(req.Paths))
	var group errgroup.Group
	group.SetLimit(b.config.Jobs)
	for i, path := range req.Paths {
		group.Go(func() error {
			outcomes[i] = s.pack(ctx, path)
			return nil
		})
	}
	_ = group.Wait() // every outcome tells its error
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("build environments: %w", context.Cause(ctx))
	}
	return report(outcomes, time.Since(start))
}

// An outcome is what became of one path.
type outcome struct {
	ref      pack.Ref
	version  pack.Version
	path     string
	envs     Environments
	duration time.Duration

	stage   pack.Stage // in which it failed
	runtime string     // that failed; "" when it was not about one
	err     error
}

// report puts outcomes together, in input order.
func report(outcomes []outcome, d time.Duration) (*Report, error) {
	r := &Report{Built: []BuiltPack{}, Failed: []FailedPack{}}
	r.Summary = Summary{Total: len(outcomes), TotalDurationMS: d.Milliseconds()}
	var items []*pack.ItemError
	for _, o := range outcomes {
		if o.err != nil {
			r.Failed = append(r.Failed, o.failed())
			items = append(items, &pack.ItemError{Spec: o.path, Ref: o.ref, Stage: o.stage, Err: o.err})
			continue
		}
		r.Built = append(r.Built, BuiltPack{Ref: o.ref, Path: o.path, Environments: o.envs, DurationMS: o.duration.Milliseconds()})
		r.Summary.count(o.envs)
	}
	r.Summary.Succeeded, r.Summary.Failed = len(r.Built), len(r.Failed)
	return r, pack.NewBatchError(items)
}

func (o *outcome) failed() FailedPack {
	return FailedPack{Ref: o.ref, Path: o.path, Runtime: cmp.Or(o.runtime, "unknown"), Message: o.err.Error(), Err: o.err}
}

// count counts what was built, as opposed to found.
func (s *Summary) count(e Environments) {
	if e.Python != nil && e.Python.RequirementsInstalled && !e.Python.Reused {
		s.PythonBuilt++
	}
	if e.Node != nil && e.Node.DependenciesInstalled && !e.Node.Reused {
		s.NodeBuilt++
	}
}
