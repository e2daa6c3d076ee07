package gitsource

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/git"
	"github.com/packtrain/pack/internal/os/roots"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/web"
)

const defaultTimeout = 10 * time.Minute

// Options of [New]. The zero value is the default.
type Options struct {
	// Scratch is a directory for data too large for memory. Files there are
	// removed at once. When "", everything is held in memory.
	Scratch string
	// Timeout bounds one call; zero means 10 minutes, a negative value no
	// bound beyond the context's.
	Timeout time.Duration
	// Limits bound the cost of one repository.
	Limits Limits
	// Roots are absolute paths of directories of this machine. Repositories
	// below them may be named as "git+file:///path"; when there are none, such
	// a location is denied.
	Roots []string
}

// A Source fetches packs from git repositories. It is safe for concurrent use.
type Source struct {
	client  *web.Client
	scratch string
	timeout time.Duration
	limits  Limits
	roots   roots.Allowed
}

var _ source.Source = (*Source)(nil)

// New returns a Source that contacts servers through client; nil means one of the
// zero [pack.Network], which contacts public servers by https. opts may be nil.
// Settings that cannot be used are an error with [pack.CodeInvalidRequest].
func New(client *web.Client, opts *Options) (*Source, error) {
	if opts == nil {
		opts = &Options{}
	}
	allowed := roots.Allowed{Dirs: slices.Clone(opts.Roots)}
	if err := allowed.Check(); err != nil {
		return nil, fmt.Errorf("configure git source: %w", err)
	}
	s := &Source{
		client:  web.OrDefault(client),
		scratch: opts.Scratch,
		timeout: opts.Timeout,
		limits:  opts.Limits.withDefaults(),
		roots:   allowed,
	}
	if s.timeout == 0 {
		s.timeout = defaultTimeout
	}
	return s, nil
}

// Schemes implements [source.Source]: "git".
func (s *Source) Schemes() []string { return []string{source.SchemeGit} }

// Resolve implements [source.Source]. A commit with all of its 40 digits is
// taken as it is, without asking the server. Every other rev is the exact name
// of a branch or a tag; one that is both is an error, unless it is written in
// full ("refs/tags/v1"). No rev means the default branch.
func (s *Source) Resolve(ctx context.Context, loc source.Locator) (pins []pack.Pin, err error) {
	pin := pack.Pin{Scheme: loc.Scheme, Location: loc.Location, Rev: loc.Rev, Subdir: loc.Subdir}
	err = s.with(ctx, pin, func(ctx context.Context, r repository) error {
		commit, err := r.resolve(ctx, pin.Rev)
		pin.Commit = commit.String()
		return err
	})
	if err != nil {
		return nil, err
	}
	return []pack.Pin{pin}, nil
}

// Fetch implements [source.Source]. A pin without a commit means the current
// commit of its rev. Symbolic links are pushed, for the sink to refuse.
func (s *Source) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) error {
	return s.with(ctx, pin, func(ctx context.Context, r repository) error {
		return s.fetch(ctx, r, pin, dst)
	})
}

func (s *Source) fetch(ctx context.Context, r repository, pin pack.Pin, dst source.Sink) error {
	rev := pin.Commit
	if rev == "" {
		rev = pin.Rev
	}
	commit, err := r.resolve(ctx, rev)
	if err != nil {
		return err
	}
	objects := git.NewStore(s.scratch)
	defer objects.Close()
	if err := r.fetchCommit(ctx, commit, pin.Rev, objects); err != nil {
		return err
	}
	d := &delivery{store: objects, limits: s.limits, dst: dst}
	return d.commit(ctx, commit, pin.Subdir)
}
