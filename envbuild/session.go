package envbuild

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/envstore"
	"github.com/packtrain/pack/envbuild/internal/interp"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/internal/os/workdir"
)

// A session is one request.
type session struct {
	*Builder
	*batch.Batch
	req   Request
	items []*item                   // in input order
	kinds map[pack.RuntimeName]kind // those that are not skipped

	mu     sync.Mutex
	builds map[string]*sharedBuild // by runtime and key

	planOnly bool // nothing is built
	locking  bool // and only sets are wanted
}

// An item is one pack of a request.
type item struct {
	batch.Item
	content  *pack.Content
	envs     Environments
	locks    []LockedEnvironment
	duration time.Duration
}

// A sharedBuild is the build of one key, which all packs of the request share.
type sharedBuild struct {
	once     sync.Once
	record   envstore.Record
	lockable []LockedDistribution // what was resolved
	unlocked string               // why it cannot be locked
	reused   bool
	err      error
}

func (b *Builder) newSession(ctx context.Context, req Request) (*session, error) {
	if len(req.Paths)+len(req.Contents) == 0 {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "name at least one path")
	}
	if req.Timeout < 0 {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "the timeout %v is negative", req.Timeout)
	}
	if req.Timeout == 0 {
		req.Timeout = DefaultTimeout
	}
	kinds, err := b.kinds(ctx, &req)
	if err != nil {
		return nil, err
	}
	return &session{
		Builder: b, Batch: batch.New(req.OnEvent), req: req, items: newItems(req), kinds: kinds, builds: map[string]*sharedBuild{},
	}, nil
}

// kinds returns the kinds of environments that are built for a request.
func (b *Builder) kinds(ctx context.Context, req *Request) (map[pack.RuntimeName]kind, error) {
	finder := b.finder
	finder.ReadOnly = req.Check
	pythons, nodes := finder, finder
	silentPythons, silentNodes := &silence{}, &silence{}
	pythons.OnSilence, nodes.OnSilence = silentPythons.add, silentNodes.add
	once := func(find func(context.Context) ([]interp.Program, error)) func() ([]interp.Program, error) {
		return sync.OnceValues(func() ([]interp.Program, error) { return find(ctx) })
	}
	kinds := map[pack.RuntimeName]kind{
		pack.RuntimePython: &python{config: &b.config, programs: once(pythons.Pythons), silent: silentPythons, uvs: once(finder.UV)},
		pack.RuntimeNode:   &node{config: &b.config, programs: once(nodes.Nodes), silent: silentNodes, npm: finder.NPM},
	}
	return kinds, choose(kinds, b.config.Load, req)
}

// choose applies the preferences of a request to the kinds, and drops those that
// it skips. Of runtimes that the host describes, it checks them.
func choose(kinds map[pack.RuntimeName]kind, load *pack.LoadOptions, req *Request) error {
	others := map[pack.RuntimeName]*pack.Runtime{}
	for i := range load.Runtimes {
		r := &load.Runtimes[i]
		others[r.Name] = r
		if _, err := plainRange(r, cmp.Or(req.Prefer[r.Name], req.Suggest[r.Name])); err != nil {
			return pack.Errorf(pack.CodeInvalidRequest, "preferred version: %w", err)
		}
	}
	for _, name := range slices.Concat(slices.Sorted(maps.Keys(req.Prefer)), slices.Sorted(maps.Keys(req.Suggest)), req.Skip) {
		_, known := pack.RuntimeByName(name)
		_, wanted := req.Prefer[name]
		if !known && !wanted && !slices.Contains(req.Skip, name) {
			continue // suggested, and known to some pack
		}
		if kinds[name] == nil && others[name] == nil {
			return pack.Errorf(pack.CodeInvalidRequest, "no environments are built for runtime %.64q", string(name))
		}
	}
	for name, k := range kinds {
		if err := k.preferring(cmp.Or(req.Prefer[name], req.Suggest[name]), req.Prefer[name] != ""); err != nil {
			return pack.Errorf(pack.CodeInvalidRequest, "preferred version: %w", err)
		}
	}
	for _, name := range req.Skip {
		delete(kinds, name)
	}
	return nil
}

func newItems(req Request) []*item {
	var items []*item
	contents := pack.Contents(req.Paths, req.Contents)
	for _, i := range batch.Distinct(contents, func(c *pack.Content) string { return filepath.Clean(c.Dir) }) {
		items = append(items, &item{Item: batch.Item{At: i, Spec: contents[i].Dir}, content: contents[i], envs: Environments{}})
	}
	return items
}

// pack works on one pack.
func (s *session) pack(ctx context.Context, it *item) {
	start := time.Now()
	var files fs.FS
	var p *pack.Pack
	done := func() {}
	loaded := s.Run(ctx, &it.Item, pack.StageLoad, func() (err error) {
		files, done, err = s.open(ctx, it)
		if err != nil {
			return err
		}
		p, err = s.load(it, files)
		return err
	})
	if loaded {
		s.Run(ctx, &it.Item, pack.StageEnvironments, func() error { return s.environments(ctx, it, p, files) })
	}
	done()
	it.duration = time.Since(start)
	s.Close(ctx, &it.Item)
}

// open returns the files of a pack. Nothing outside of its directory is read,
// whatever links lie there.
func (s *session) open(ctx context.Context, it *item) (files fs.FS, done func(), err error) {
	if it.content.FS != nil {
		return it.content.FS, func() {}, nil
	}
	dir, err := workdir.Open(s.config.Open, it.content.Dir, it.content.TreeDigest != "")
	if err != nil {
		return nil, func() {}, err
	}
	s.Warn(ctx, &it.Item, "%s", dir.LeftOut())
	return dir, func() { _ = dir.Close() }, nil // it was only read
}

func (s *session) load(it *item, files fs.FS) (p *pack.Pack, err error) {
	if p = it.content.Pack; p == nil {
		p, err = pack.Load(files, s.config.Load)
	}
	it.ID = p.Manifest.ID()
	return p, err
}

// environments builds the environments of a pack and attaches them to the content that
// was there before anything else was looked at.
func (s *session) environments(ctx context.Context, it *item, p *pack.Pack, files fs.FS) error {
	needs, err := pack.RuntimeNeeds(files, p)
	if err != nil {
		return fmt.Errorf("infer runtimes: %w", err)
	}
	tree, err := s.treeDigest(it.content, files)
	if err != nil {
		return err
	}
	var envs []pack.Environment
	for _, n := range needs {
		k, err := s.kindOf(ctx, p, n.Runtime)
		if err != nil {
			return &RuntimeError{Runtime: n.Runtime, Err: err}
		}
		if k == nil {
			continue
		}
		if s.locking {
			if err := s.lock(ctx, it, k, files, &n); err != nil {
				return &RuntimeError{Runtime: n.Runtime, Err: err}
			}
			continue
		}
		e, err := s.get(ctx, it, k, files, &n)
		if err != nil {
			return &RuntimeError{Runtime: n.Runtime, Err: err}
		}
		it.envs, envs = append(it.envs, e), append(envs, e.Environment)
		if len(e.FromSource) > 0 && !e.Reused && s.config.fetchesPython() && !s.confined(ctx) {
			s.Warn(ctx, &it.Item, "the code of %s, built from source, ran while the tool had a network: it may have contacted servers that the network policy refuses", strings.Join(e.FromSource, ", "))
		}
		if e.Described != nil && e.Path != "" && !e.Reused && e.Ready && !s.planOnly && !s.confined(ctx) {
			s.Warn(ctx, &it.Item, "the commands of the runtime %s had a network: they may have contacted servers that the network policy refuses", e.Described.Described.Ref)
		}
		if len(e.SkippedScripts) > 0 {
			s.Warn(ctx, &it.Item, "the install scripts of %s were not run: the policy does not list them", strings.Join(e.SkippedScripts, ", "))
		}
	}
	if s.req.Check || s.planOnly || len(envs) == 0 {
		return nil
	}
	return s.attach(ctx, it.content, files, tree, envs)
}

// kindOf returns the kind of a runtime that the pack p needs; nil if it is skipped.
func (s *session) kindOf(ctx context.Context, p *pack.Pack, name pack.RuntimeName) (kind, error) {
	if k := s.kinds[name]; k != nil {
		return k, nil
	}
	i := slices.IndexFunc(p.Runtimes, func(r pack.Runtime) bool { return r.Name == name })
	if i < 0 {
		return nil, nil
	}
	return s.describedBy(ctx, &p.Runtimes[i])
}

// treeDigest returns the digest of the content. That of files which cannot be
// read in another state is already known.
func (s *session) treeDigest(c *pack.Content, files fs.FS) (pack.Digest, error) {
	switch {
	case s.req.Check, s.planOnly:
		return "", nil
	case isSealed(c):
		return c.TreeDigest, nil
	}
	tree, err := pack.TreeDigest(files)
	if err == nil && c.TreeDigest != "" && tree != c.TreeDigest {
		err = pack.Errorf(pack.CodeContentChanged, "the pack was changed since it was received: its tree digest is %s, want %s", tree, c.TreeDigest)
	}
	return tree, err
}

// isSealed reports whether reading from c either gives what has its digest, or
// fails.
func isSealed(c *pack.Content) bool { return c.FS != nil && c.TreeDigest != "" }

// attach remembers that envs belong to the content, unless that was changed
// while they were built: it is not known then from which state they come.
func (s *session) attach(ctx context.Context, c *pack.Content, files fs.FS, tree pack.Digest, envs []pack.Environment) error {
	now := tree
	if !isSealed(c) {
		var err error
		if now, err = pack.TreeDigest(files); err != nil {
			return err
		}
	}
	if now != tree {
		return pack.Errorf(pack.CodeContentChanged, "the pack was changed while its environments were built; build them again")
	}
	return s.store.Attach(ctx, tree, envs)
}
