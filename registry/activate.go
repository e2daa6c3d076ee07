package registry

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/rescue"
)

// activateAll takes the items that are left through their further stages, each
// once those it needs are through.
func (b *batch) activateAll(ctx context.Context) {
	waiting := make([]*item, 0, len(b.items))
	for _, it := range b.items {
		if it.err != nil || it.unchanged {
			close(it.done)
			continue
		}
		waiting = append(waiting, it)
	}
	slots := make(chan struct{}, b.store.config.Parallel)
	inParallel(waiting, max(1, len(waiting)), func(it *item) {
		defer close(it.done)
		for _, need := range it.needs {
			<-need.done
		}
		slots <- struct{}{} // only once nothing is waited for any more
		defer func() { <-slots }()
		b.activate(ctx, it)
	})
}

func (b *batch) activate(ctx context.Context, it *item) {
	defer rescue.Into(&it.err)
	ok := b.run(ctx, it, pack.StageDependencies, func() error { return b.checkDependencies(ctx, it) })
	if !ok {
		return
	}
	if b.req.Replace == ReplaceAny {
		b.warnDependents(ctx, it)
	}
	if it.pack.Manifest.Testing != nil {
		if ok := b.run(ctx, it, pack.StageTests, func() error { return b.test(ctx, it) }); !ok {
			return
		}
	}
	b.run(ctx, it, pack.StageRegistration, func() error { return b.register(ctx, it) })
}

// register makes it the active generation of its pack, unless another
// operation was faster.
func (b *batch) register(ctx context.Context, it *item) error {
	s := b.store
	if err := s.settleDead(ctx); err != nil {
		return err
	}
	release, err := s.lock(ctx, it.id.Ref, b.lockedDependencies(it)...)
	if err != nil {
		return err
	}
	defer release()
	if err := s.settle(ctx, it.id.Ref); err != nil {
		return err
	}
	if err := s.compare(ctx, it, b.req.Replace); err != nil || it.unchanged {
		return err
	}
	if err := b.checkDependencies(ctx, it); err != nil {
		return err
	}
	c, err := b.change(ctx, it)
	if err != nil {
		return err
	}
	it.record, err = s.apply(ctx, b.operation.dir, c)
	return err
}

// lockedDependencies are the packs that have to stay until it is active.
func (b *batch) lockedDependencies(it *item) []pack.Ref {
	if b.req.SkipValidation {
		return nil
	}
	var refs []pack.Ref
	for _, d := range it.pack.Manifest.Dependencies {
		if _, provided := b.store.provided[d.Ref]; !provided && d.Ref != it.id.Ref {
			refs = append(refs, d.Ref)
		}
	}
	return refs
}

func (b *batch) change(ctx context.Context, it *item) (*change, error) {
	s := b.store
	pointer, err := s.disk.pointer(it.id.Ref)
	if err != nil {
		return nil, err
	}
	name, err := s.nextGeneration(ctx, it.id.Ref, it.tree)
	if err != nil {
		return nil, err
	}
	now := s.now()
	return &change{
		intent:     intent{Ref: it.id.Ref, From: pointer, To: name, Known: it.record.Active.Name, New: true, Time: now},
		staged:     it.staged,
		activation: b.activation(it, name, now),
	}, nil
}

func (s *Store) nextGeneration(ctx context.Context, ref pack.Ref, tree pack.Digest) (string, error) {
	last, err := s.disk.lastNumber(ref)
	if err != nil {
		return "", err
	}
	known, err := s.generations(ctx, ref)
	if err != nil {
		return "", err
	}
	for i := range known {
		last = max(last, generationNumber(known[i].Name))
	}
	return generationName(last+1, tree), nil
}

// linkEnvironments links the environments beside the content.
func (d *disk) linkEnvironments(dir string, envs []pack.Environment) error {
	for name, target := range environmentLinks(envs) {
		err := d.do("link environment", func() error { return os.Symlink(target, filepath.Join(dir, name)) })
		if err != nil {
			return err
		}
	}
	return nil
}

func environmentLinks(envs []pack.Environment) map[string]string {
	links := map[string]string{}
	for _, e := range envs {
		switch {
		case e.Path == "":
		case e.Runtime == pack.RuntimePython:
			links[pythonLink] = e.Path
		case e.Runtime == pack.RuntimeNode:
			links[nodeLink] = e.Path
		}
	}
	return links
}

// checkStaged checks that nobody, and above all no test, changed what is staged
// since it was copied.
func checkStaged(it *item) error {
	tree, err := pack.TreeDigest(os.DirFS(it.content))
	if err != nil {
		return pack.Errorf(pack.CodeContentChanged, "the pack's content was changed: %w", err)
	}
	if tree != it.tree {
		return pack.Errorf(pack.CodeContentChanged, "the pack's content was changed; tests must write elsewhere, such as into TMPDIR")
	}
	return checkBeside(it)
}

func checkBeside(it *item) error {
	entries, err := os.ReadDir(it.staged)
	if err != nil {
		return pack.Errorf(pack.CodeIO, "check staged pack: %w", err)
	}
	links := environmentLinks(it.envs)
	want := []string{contentName}
	for name, target := range links {
		if got, err := os.Readlink(filepath.Join(it.staged, name)); err != nil || got != target {
			return pack.Errorf(pack.CodeContentChanged, "the link %s beside the pack was changed; tests must write elsewhere, such as into TMPDIR", name)
		}
		want = append(want, name)
	}
	for _, e := range entries {
		if !slices.Contains(want, e.Name()) {
			return pack.Errorf(pack.CodeContentChanged, "%q appeared beside the pack; tests must write elsewhere, such as into TMPDIR", e.Name())
		}
	}
	return nil
}
