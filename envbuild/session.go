package envbuild

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/envstore"
	"github.com/packtrain/pack/envbuild/internal/interp"
	"github.com/packtrain/pack/internal/emit"
	"github.com/packtrain/pack/internal/need"
	"github.com/packtrain/pack/internal/packdir"
	"github.com/packtrain/pack/internal/rescue"
)

// A session is one request.
type session struct {
	*Builder
	req    Request
	events *emit.Emitter
	python *python
	node   *node

	mu      sync.Mutex
	flights map[string]*flight // by runtime and key
}

// A flight is the work on one key, which all packs of the request share.
type flight struct {
	once   sync.Once
	record envstore.Record
	reused bool
	err    error
}

func (b *Builder) newSession(ctx context.Context, req Request) (*session, error) {
	if len(req.Paths) == 0 {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "name at least one path")
	}
	if req.Timeout < 0 {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "the timeout %v is negative", req.Timeout)
	}
	if req.Timeout == 0 {
		req.Timeout = DefaultTimeout
	}
	preferPython, err := pythonRange(req.Python)
	if err != nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "preferred version: %w", err)
	}
	preferNode, err := nodeRange(req.Node)
	if err != nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "preferred version: %w", err)
	}
	finder := b.finder
	finder.ReadOnly = req.Check
	once := func(find func(context.Context) ([]interp.Program, error)) func() ([]interp.Program, error) {
		return sync.OnceValues(func() ([]interp.Program, error) { return find(ctx) })
	}
	return &session{
		Builder: b, req: req, events: emit.New(req.OnEvent), flights: map[string]*flight{},
		python: &python{config: &b.config, prefer: preferPython, programs: once(finder.Pythons), uvs: once(finder.UV)},
		node:   &node{config: &b.config, prefer: preferNode, programs: once(finder.Nodes), npm: finder.NPM},
	}, nil
}

// pack works on one pack.
func (s *session) pack(ctx context.Context, path string) (o outcome) {
	defer rescue.Into(&o.err)
	start := time.Now()
	o = outcome{path: path, stage: pack.StageLoad}
	s.events.Emit(ctx, pack.Event{Kind: pack.EventStarted, Stage: pack.StageEnvironments, Spec: path})
	o.err = s.work(ctx, &o)
	o.duration = time.Since(start)
	s.events.Finish(ctx, pack.Event{Stage: pack.StageEnvironments, Spec: path, Pack: o.ref, Version: o.version}, o.err)
	return o
}

func (s *session) work(ctx context.Context, o *outcome) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	root, err := packdir.Open(s.config.Open, o.path)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	p, err := pack.Load(root.FS(), s.config.Load)
	o.ref, o.version = p.Manifest.Ref, p.Manifest.Version
	if err != nil {
		return err
	}
	o.stage = pack.StageEnvironments
	return s.environments(ctx, o, p, root)
}

// environments builds what a pack needs and attaches it to the content that
// was there before anything else was looked at.
func (s *session) environments(ctx context.Context, o *outcome, p *pack.Pack, root *os.Root) error {
	needs, err := need.Of(p, root.FS())
	if err != nil {
		return fmt.Errorf("infer runtimes: %w", err)
	}
	var tree pack.Digest
	if !s.req.Check {
		if tree, err = pack.TreeDigest(root.FS()); err != nil {
			return err
		}
	}
	var envs []pack.Environment
	if needs.Python != nil && !s.req.SkipPython {
		g, err := s.get(ctx, o, s.python, root, needs.Python)
		if err != nil {
			o.runtime = pack.RuntimePython
			return err
		}
		o.envs.Python, envs = g.python(), append(envs, g.env)
	}
	if needs.Node != nil && !s.req.SkipNode {
		g, err := s.get(ctx, o, s.node, root, needs.Node)
		if err != nil {
			o.runtime = pack.RuntimeNode
			return err
		}
		o.envs.Node, envs = g.node(), append(envs, g.env)
	}
	if s.req.Check || len(envs) == 0 {
		return nil
	}
	return s.attach(ctx, root, tree, envs)
}

// attach remembers that envs belong to the content, unless that was changed
// while they were built: nobody knows then from which state they come.
func (s *session) attach(ctx context.Context, root *os.Root, tree pack.Digest, envs []pack.Environment) error {
	now, err := pack.TreeDigest(root.FS())
	if err != nil {
		return err
	}
	if now != tree {
		return pack.Errorf(pack.CodeContentChanged, "the pack was changed while its environments were built; build them again")
	}
	return s.store.Attach(ctx, tree, envs)
}
