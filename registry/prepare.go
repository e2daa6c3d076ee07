package registry

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/registry/internal/generations"
)

// prepare performs the steps of one pack that do not depend on other packs.
func (r *request) prepare(ctx context.Context, it *item) {
	var in input = nothing{}
	defer func() { in.close() }()
	loaded := r.Run(ctx, &it.Item, pack.StageLoad, func() (err error) {
		in, err = r.open(ctx, it)
		return err
	})
	if !loaded {
		return
	}
	if stage, err := r.admit(ctx, it, in); err != nil {
		r.fail(ctx, it, stage, err)
		return
	}
	if it.unchanged {
		it.Status = pack.StatusUnchanged
		return
	}
	content, stage, err := r.stage(ctx, it, in)
	if err != nil {
		r.fail(ctx, it, cmp.Or(stage, pack.StageStorage), err)
		return
	}
	r.Run(ctx, &it.Item, pack.StageValidation, func() error { return r.validate(it, content) })
}

// admit reports whether the pack may become active, and notes whether it already is. The
// files of a pack that is not installed are not read for that. Its error comes with the
// stage it belongs to.
func (r *request) admit(ctx context.Context, it *item, in input) (_ pack.Stage, err error) {
	defer batch.Rescue(&err)
	if p, reserved := r.store.provided[it.ID.Ref]; reserved {
		return pack.StageValidation, p.Reserved()
	}
	if r.testOnly {
		return "", nil
	}
	_, err = r.store.config.Records.Active(ctx, it.ID.Ref)
	switch {
	case errors.Is(err, pack.ErrNotFound):
		return "", nil
	case err != nil:
		return pack.StageRegistration, err
	}
	tree, err := in.treeDigest()
	if err != nil {
		return stageOfContent(err, pack.StageLoad), err
	}
	if stage, err := r.identify(ctx, it, tree); err != nil {
		return stage, err
	}
	return pack.StageRegistration, r.store.compare(ctx, it, r.req.Replace)
}

// identify notes the digest of the content and the environments that belong to it.
func (r *request) identify(ctx context.Context, it *item, tree pack.Digest) (_ pack.Stage, err error) {
	if want := it.input.TreeDigest; want != "" && want != tree {
		return pack.StageLoad, pack.Errorf(pack.CodeContentChanged, "pack %s was changed since it was verified: its tree digest is %s, want %s; fetch it again", it.ID, tree, want)
	}
	it.treeDigest = tree
	it.envs, err = r.store.environments(ctx, tree)
	return pack.StageRegistration, err
}

// stage brings the content into staging, where no other process changes it, and loads
// the pack unless it was loaded before. Its error comes with the stage it belongs to.
func (r *request) stage(ctx context.Context, it *item, in input) (content fs.FS, _ pack.Stage, err error) {
	defer batch.Rescue(&err)
	dir, err := r.scratch(ctx)
	if err != nil {
		return nil, pack.StageStorage, err
	}
	it.staged, it.content = dir, filepath.Join(dir, generations.ContentName)
	got, err := in.bringTo(ctx, it.content)
	if err != nil {
		return nil, stageOfContent(err, pack.StageStorage), err
	}
	it.checked = got.tree != ""
	if !it.checked {
		got.tree = it.input.TreeDigest
	}
	switch {
	case it.treeDigest == "":
		if stage, err := r.identify(ctx, it, got.tree); err != nil {
			return nil, stage, err
		}
	case it.treeDigest != got.tree:
		return nil, pack.StageStorage, pack.Errorf(pack.CodeContentChanged, "the pack was changed while it was read")
	}
	r.store.shareFiles(it)
	if err := r.load(it, got.files); err != nil {
		return nil, stageOfContent(err, pack.StageStorage), err
	}
	return got.files, pack.StageStorage, r.store.disk.Link(dir, r.store.disk.LinksTo(it.envs))
}

// load loads the pack in content, and computes its checksum, unless that was done before.
func (r *request) load(it *item, content fs.FS) (err error) {
	if it.pack = it.input.Pack; it.pack == nil {
		if it.pack, err = pack.Load(content, r.store.config.Load); err != nil {
			return err
		}
	}
	it.know(&it.pack.Manifest)
	if it.directoryChecksum = it.input.DirectoryChecksum; it.directoryChecksum == "" {
		it.directoryChecksum, err = pack.DirectoryChecksum(content)
	}
	return err
}

// stageOfContent returns validation for an error about the content of a pack, and
// other for any other error.
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
func (r *request) validate(it *item, content fs.FS) (err error) {
	defer func() { it.pack = nil }() // what is kept of many packs is small
	findings := slices.Concat(it.pack.Findings, pack.Validate(content, it.pack, r.store.validateOptions()))
	it.validation = newValidationResult(findings)
	components := ownComponents(it.pack)
	it.counts = countComponents(components)
	if err := r.writeComponents(it, components); err != nil {
		return err
	}
	if r.req.SkipValidation {
		return nil
	}
	return findings.Err()
}

// writeComponents encodes the components and keeps them in staging, because there may be
// many packs.
func (r *request) writeComponents(it *item, components []pack.Component) error {
	documents, err := EncodeComponents(components)
	if err != nil {
		return pack.Errorf(pack.CodeInvalidManifest, "pack %s: %w", it.ID.Ref, err)
	}
	it.componentsDigest = digestOf(documents)
	it.components, err = r.staging.WriteComponents(it.staged, documents)
	return err
}

func newValidationResult(findings pack.Findings) ValidationResult {
	v := ValidationResult{Valid: findings.Err() == nil, Errors: []string{}, Findings: pack.Findings{}}
	for _, f := range findings {
		if f.Severity == pack.SeverityError {
			v.Errors = append(v.Errors, f.String())
		}
		f.Err = nil
		v.Findings = append(v.Findings, f)
	}
	return v
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

// ownComponents drops components that are invalid even without validation: those with
// refs of other packs, and duplicates.
func ownComponents(p *pack.Pack) []pack.Component {
	seen := map[componentKey]bool{}
	own := make([]pack.Component, 0, len(p.Components))
	for _, c := range p.Components {
		key := componentKey{c.Kind, c.Ref}
		if seen[key] || c.Ref.Pack() != p.Manifest.Ref || c.Ref.Name() == "" {
			continue
		}
		seen[key] = true
		own = append(own, c)
	}
	return own
}

// environments returns the environments attached to the content, ordered by runtime.
func (s *Store) environments(ctx context.Context, tree pack.Digest) ([]pack.Environment, error) {
	if s.config.Environments == nil {
		return []pack.Environment{}, nil
	}
	envs, err := s.config.Environments.Environments(ctx, tree)
	if err != nil {
		return nil, err
	}
	envs = append([]pack.Environment{}, envs...)
	slices.SortFunc(envs, func(a, b pack.Environment) int { return cmp.Compare(a.Runtime, b.Runtime) })
	return envs, nil
}
