package registrytest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/registry"
)

// A fakeRequest is one call of Register.
type fakeRequest struct {
	*batch.Batch
	fake    *Fake
	req     registry.Request
	items   []*fakeItem // in input order
	byRef   map[pack.Ref]*fakeItem
	started time.Time
}

// A fakeItem is one pack of a request.
type fakeItem struct {
	batch.Item
	content         *pack.Content
	files           fs.FS // nil when there are none
	pack            *pack.Pack
	tree, directory pack.Digest
	record          registry.Record // what is active, zero for nothing
	validation      registry.ValidationResult
	tests           *registry.TestResult
	unchanged       bool
}

func (f *Fake) newRequest(req registry.Request) *fakeRequest {
	r := &fakeRequest{Batch: batch.New(req.OnEvent), fake: f, req: req, byRef: map[pack.Ref]*fakeItem{}, started: time.Now()}
	contents := pack.Contents(req.Paths, req.Contents)
	for _, i := range batch.Distinct(contents, func(c *pack.Content) string { return filepath.Clean(c.Dir) }) {
		r.items = append(r.items, &fakeItem{Item: batch.Item{At: i, Spec: contents[i].Dir}, content: contents[i]})
	}
	return r
}

// prepare does for one pack all that needs no other pack.
func (r *fakeRequest) prepare(ctx context.Context, it *fakeItem) {
	if !r.Run(ctx, &it.Item, pack.StageLoad, func() error { return r.load(it) }) {
		return
	}
	r.Run(ctx, &it.Item, pack.StageValidation, func() error { return r.validate(it) })
	if it.Err != nil {
		return
	}
	if err := r.compare(ctx, it); err != nil {
		r.Run(context.WithoutCancel(ctx), &it.Item, pack.StageRegistration, func() error { return err })
	}
}

// load finds out which pack lies at the path.
func (r *fakeRequest) load(it *fakeItem) (err error) {
	if !filepath.IsAbs(it.content.Dir) {
		return pack.Errorf(pack.CodeInvalidRequest, "path %q is not absolute", it.content.Dir)
	}
	it.files, it.pack, it.ID = it.content.FS, it.content.Pack, it.content.ID
	if it.files == nil {
		it.files = r.fake.Packs[filepath.Clean(it.content.Dir)]
	}
	switch {
	case it.pack != nil:
	case it.files != nil:
		it.pack, err = pack.Load(it.files, nil)
	case r.fake.Packs != nil:
		return pack.Errorf(pack.CodeNotFound, "there is no pack at %q", it.content.Dir)
	default:
		it.pack, err = unknownPack(it.content)
	}
	if err != nil {
		return err
	}
	if followed := it.content.Followed; len(followed) > 0 {
		changed := *it.pack
		changed.Manifest.Dependencies = slices.Concat(changed.Manifest.Dependencies, followed)
		it.pack = &changed
	}
	it.ID = it.pack.Manifest.ID()
	return it.hash()
}

// unknownPack returns the pack of which nothing but its path is known, or its ID.
func unknownPack(c *pack.Content) (*pack.Pack, error) {
	id := c.ID
	if id.Ref == "" {
		ref, err := pack.ParseRef(filepath.Base(c.Dir))
		if err != nil {
			return nil, err
		}
		id.Ref = ref
	}
	if id.Version.IsZero() {
		if err := id.Version.UnmarshalText([]byte(FakeVersion)); err != nil {
			return nil, err
		}
	}
	return &pack.Pack{Manifest: pack.Manifest{Ref: id.Ref, Version: id.Version, Enabled: true}}, nil
}

// hash finds the digests of the content. Content without files is what its ID says.
func (it *fakeItem) hash() (err error) {
	it.tree, it.directory = it.content.TreeDigest, it.content.DirectoryChecksum
	if it.files == nil {
		made := pack.Digest(fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(it.ID.String()))))
		it.tree, it.directory = cmp.Or(it.tree, made), cmp.Or(it.directory, made)
		return nil
	}
	if it.tree, err = pack.TreeDigest(it.files); err != nil {
		return err
	}
	if want := it.content.TreeDigest; want != "" && want != it.tree {
		return pack.Errorf(pack.CodeContentChanged, "pack %s was changed since it was verified: its tree digest is %s, want %s", it.ID, it.tree, want)
	}
	if it.directory == "" {
		it.directory, err = pack.DirectoryChecksum(it.files)
	}
	return err
}

// validate collects all findings, and refuses refs that are taken.
func (r *fakeRequest) validate(it *fakeItem) error {
	if i := slices.IndexFunc(r.fake.Provided, func(p pack.Provided) bool { return p.Ref == it.ID.Ref }); i >= 0 {
		return r.fake.Provided[i].Reserved()
	}
	if first := r.byRef[it.ID.Ref]; first != nil {
		return pack.Errorf(pack.CodeConflict, "pack %s is in this request already, at %q", it.ID.Ref, first.Spec)
	}
	r.byRef[it.ID.Ref] = it
	findings := slices.Clone(it.pack.Findings)
	if it.files != nil {
		findings = append(findings, pack.Validate(it.files, it.pack, nil)...)
	}
	it.validation = registry.ValidationResult{Valid: len(findings.Errors()) == 0, Errors: []string{}, Findings: pack.Findings{}}
	for _, f := range findings {
		if f.Severity == pack.SeverityError {
			it.validation.Errors = append(it.validation.Errors, f.String())
		}
		f.Err = nil
		it.validation.Findings = append(it.validation.Findings, f)
	}
	if r.req.SkipValidation {
		return nil
	}
	return findings.Err()
}

// compare finds out whether it is active already, and whether it may replace what is.
func (r *fakeRequest) compare(ctx context.Context, it *fakeItem) error {
	rec, err := r.fake.records().Pack(ctx, it.ID.Ref)
	if errors.Is(err, pack.ErrNotFound) {
		return nil
	}
	it.record = rec
	if it.unchanged = err == nil && rec.Active.TreeDigest == it.tree; it.unchanged {
		it.Status = pack.StatusUnchanged
	}
	if err != nil || it.unchanged {
		return err
	}
	return r.req.Replace.Check(rec.Active.Version, it.ID)
}

func (r *fakeRequest) report() *registry.Report {
	rep := &registry.Report{Registered: []registry.RegisteredPack{}, Warnings: r.Warnings()}
	rep.Failed = batch.Failures(r.items, func(it *fakeItem) *batch.Item { return &it.Item })
	for _, it := range r.items {
		if it.Err != nil {
			continue
		}
		g := it.record.Active
		rep.Registered = append(rep.Registered, registry.RegisteredPack{
			Ref: it.ID.Ref, ID: it.record.ID, Version: g.Version, StoragePath: storagePath(it.ID.Ref), Components: g.Components,
			Tests: g.Tests.Summary(), Validation: g.Validation, Generation: g.Name, Path: it.Spec, Unchanged: it.unchanged,
		})
		c := g.Components
		rep.Summary.TotalComponents += c.Actions + c.Sensors + c.Triggers + c.Rules + c.Workflows + c.Policies
	}
	rep.Summary.Total, rep.Summary.Succeeded, rep.Summary.Failed = len(r.items), len(rep.Registered), len(rep.Failed)
	rep.Summary.Duration = time.Since(r.started)
	return rep
}
