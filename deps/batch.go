package deps

import (
	"context"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/emit"
	"github.com/packtrain/pack/internal/need"
	"github.com/packtrain/pack/internal/packdir"
	"github.com/packtrain/pack/internal/rescue"
)

// A member is a pack of the request.
type member struct {
	path  string
	pack  *pack.Pack
	needs need.Runtimes
}

func (m *member) id() pack.ID             { return m.pack.Manifest.ID() }
func (m *member) ref() pack.Ref           { return m.pack.Manifest.Ref }
func (m *member) deps() []pack.Dependency { return m.pack.Manifest.Dependencies }

// A batch is what was read of a request.
type batch struct {
	members []*member // in input order
	byRef   map[pack.Ref]*member
	errors  []PathError
	failed  []*pack.ItemError
}

// readAll reads the packs at req.Paths, as many at a time as there are
// processors, and sorts out those that cannot take part.
func (a *Analyzer) readAll(ctx context.Context, req Request) (*batch, error) {
	events := emit.New(req.OnEvent)
	members := make([]*member, len(req.Paths))
	errs := make([]error, len(req.Paths))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, path := range req.Paths {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			defer rescue.Into(&errs[i])
			events.Emit(ctx, pack.Event{Kind: pack.EventStarted, Stage: pack.StageDependencies, Spec: path})
			members[i], errs[i] = a.read(path, req.SkipValidation)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return a.collect(ctx, events, req.Paths, members, errs), nil
}

// collect puts what was read into a batch, in input order.
func (a *Analyzer) collect(ctx context.Context, events *emit.Emitter, paths []string, members []*member, errs []error) *batch {
	b := &batch{byRef: make(map[pack.Ref]*member, len(paths)), errors: []PathError{}}
	for i, path := range paths {
		ev := pack.Event{Stage: pack.StageDependencies, Spec: path}
		if m := members[i]; m != nil {
			ev.Pack, ev.Version = m.ref(), m.id().Version
		}
		err := errs[i]
		if err == nil {
			err = a.admit(b, members[i])
		}
		if err != nil {
			b.errors = append(b.errors, PathError{Path: path, Message: err.Error(), Err: err})
			b.failed = append(b.failed, &pack.ItemError{Spec: path, Ref: ev.Pack, Stage: pack.StageDependencies, Err: err})
		}
		events.Finish(ctx, ev, err)
	}
	return b
}

// admit adds m to b, unless its ref is taken.
func (a *Analyzer) admit(b *batch, m *member) error {
	if _, reserved := a.provided[m.ref()]; reserved {
		return pack.Errorf(pack.CodeInvalidRef, "pack ref %s is reserved: the host provides that pack", m.ref())
	}
	if first := b.byRef[m.ref()]; first != nil {
		return pack.Errorf(pack.CodeConflict, "pack %s is already in this request, at %q", m.ref(), first.path)
	}
	b.byRef[m.ref()] = m
	b.members = append(b.members, m)
	return nil
}

// read reads one pack. Nothing outside of path is read, whatever links lie
// there.
func (a *Analyzer) read(path string, skipValidation bool) (*member, error) {
	root, err := packdir.Open(a.config.Open, path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	p, err := pack.Load(root.FS(), a.config.Load)
	if err != nil {
		return nil, err
	}
	if err := p.Findings.Err(); err != nil && !skipValidation {
		return nil, err
	}
	needs, err := need.Of(p, root.FS())
	if err != nil {
		return nil, fmt.Errorf("infer runtimes: %w", err)
	}
	return &member{path: path, pack: p, needs: needs}, nil
}
