package registry

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/packdir"
	"github.com/packtrain/pack/internal/rescue"
	"github.com/packtrain/pack/registry/internal/generations"
)

// prepare does for one pack all that needs no other pack.
func (b *batch) prepare(ctx context.Context, it *item) {
	defer rescue.Into(&it.err)
	root, err := packdir.Open(b.store.config.Open, it.path)
	if err != nil {
		b.fail(ctx, it, pack.StageLoad, err)
		return
	}
	input := inputFS{root}
	defer input.close()
	if !b.run(ctx, it, pack.StageLoad, func() error { return b.identify(it, input) }) {
		return
	}
	if stage, err := b.admit(ctx, it, input); err != nil {
		b.fail(ctx, it, stage, err)
		return
	}
	if it.unchanged {
		return
	}
	if err := b.stageContent(ctx, it, input); err != nil {
		b.fail(ctx, it, stageOfContent(err, pack.StageStorage), err)
		return
	}
	b.run(ctx, it, pack.StageValidation, func() error { return b.validate(it) })
}

// identify finds out which pack lies at the input.
func (b *batch) identify(it *item, input inputFS) error {
	p, err := pack.Load(input, b.store.manifestOptions())
	if err == nil {
		it.id = p.Manifest.ID()
	}
	return err
}

// admit finds out whether the pack is active already, and whether it may become
// so. Its error comes with the stage it belongs to.
func (b *batch) admit(ctx context.Context, it *item, input inputFS) (pack.Stage, error) {
	if _, reserved := b.store.provided[it.id.Ref]; reserved {
		return pack.StageValidation, pack.Errorf(pack.CodeInvalidRef, "ref %s is reserved: the host provides that pack; choose another ref", it.id.Ref)
	}
	err := input.measure()
	if err == nil {
		it.tree, err = pack.TreeDigest(input)
	}
	if err == nil {
		err = b.checkTree(it)
	}
	if err != nil {
		return stageOfContent(err, pack.StageLoad), err
	}
	if it.envs, err = b.store.environments(ctx, it.tree, input); err != nil {
		return pack.StageRegistration, err
	}
	return pack.StageRegistration, b.store.compare(ctx, it, b.req.Replace)
}

// checkTree checks that the content is what the caller verified.
func (b *batch) checkTree(it *item) error {
	if want := b.req.Trees[it.path]; want != "" && want != it.tree {
		return pack.Errorf(pack.CodeContentChanged, "pack %s was changed since it was verified: its tree digest is %s, want %s; fetch it again", it.id, it.tree, want)
	}
	return nil
}

// stageContent copies the input, so that nobody changes it any more, and reads
// the copy.
func (b *batch) stageContent(ctx context.Context, it *item, input inputFS) error {
	dir, err := b.scratch(ctx)
	if err != nil {
		return err
	}
	it.staged, it.content = dir, filepath.Join(dir, generations.ContentName)
	tree, err := input.copyTo(ctx, it.content)
	if err != nil {
		return err
	}
	if tree != it.tree {
		return pack.Errorf(pack.CodeContentChanged, "pack %s was changed while it was read", it.id)
	}
	content := os.DirFS(it.content)
	if it.pack, err = pack.Load(content, b.store.config.Load); err != nil {
		return err
	}
	it.id = it.pack.Manifest.ID()
	if it.directory, err = pack.DirectoryChecksum(content); err != nil {
		return err
	}
	return b.store.disk.Link(dir, generations.LinksTo(it.envs))
}

// stageOfContent returns the stage of an error that came up in another stage:
// validation when it is about what the pack holds.
func stageOfContent(err error, other pack.Stage) pack.Stage {
	for _, content := range []error{pack.ErrUnsafe, pack.ErrLimit, pack.ErrMalformed, pack.ErrInvalid} {
		if errors.Is(err, content) {
			return pack.StageValidation
		}
	}
	return other
}

// validate collects all findings. Those of severity error only count when the
// request does not skip the validation.
func (b *batch) validate(it *item) error {
	findings := slices.Concat(it.pack.Findings, pack.Validate(os.DirFS(it.content), it.pack, b.store.validateOptions()))
	it.validation = ValidationResult{Valid: true, Errors: []string{}}
	for _, f := range findings.Errors() {
		it.validation.Valid = false
		it.validation.Errors = append(it.validation.Errors, f.String())
	}
	it.pack.Components = ownComponents(it.pack)
	if b.req.SkipValidation {
		return nil
	}
	return findings.Err()
}

// manifestOptions ask for pack.yaml alone.
func (s *Store) manifestOptions() *pack.LoadOptions {
	var opts pack.LoadOptions
	if s.config.Load != nil {
		opts = *s.config.Load
	}
	opts.ManifestOnly = true
	return &opts
}

func (s *Store) validateOptions() *pack.ValidateOptions {
	if s.config.Load == nil {
		return nil
	}
	return &pack.ValidateOptions{Limits: s.config.Load.Limits}
}

// ownComponents drops what no validation may let pass: components of other
// packs' refs, and refs that come twice.
func ownComponents(p *pack.Pack) []pack.Component {
	seen := map[componentKey]bool{}
	own := make([]pack.Component, 0, len(p.Components))
	for _, c := range p.Components {
		key := componentKey{c.Kind, c.Ref}
		if seen[key] || !strings.HasPrefix(c.Ref, p.Manifest.Ref.String()+".") {
			continue
		}
		seen[key] = true
		own = append(own, c)
	}
	return own
}

// environments returns those attached to the content, ordered by runtime. A
// working copy may have been built with its .git directory still in it.
func (s *Store) environments(ctx context.Context, tree pack.Digest, input inputFS) ([]pack.Environment, error) {
	if s.config.Environments == nil {
		return []pack.Environment{}, nil
	}
	envs, err := s.config.Environments.Environments(ctx, tree)
	if err == nil && len(envs) == 0 {
		envs, err = s.environmentsOfWorkingCopy(ctx, input)
	}
	if err != nil {
		return nil, err
	}
	envs = append([]pack.Environment{}, envs...)
	slices.SortFunc(envs, func(a, b pack.Environment) int { return strings.Compare(a.Runtime, b.Runtime) })
	return envs, nil
}

func (s *Store) environmentsOfWorkingCopy(ctx context.Context, input inputFS) ([]pack.Environment, error) {
	tree, ok := input.workingCopyDigest()
	if !ok {
		return nil, nil
	}
	return s.config.Environments.Environments(ctx, tree)
}
