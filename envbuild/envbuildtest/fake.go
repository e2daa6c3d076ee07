package envbuildtest

import (
	"context"
	"path/filepath"
	"slices"
	"sync"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/internal/batch"
)

// A Fake is an [envbuild.EnvBuilder] for the tests of a host. It builds nothing: each
// path, or content, is that of a pack that needs no environment, unless it is in Broken.
// The ref is the one that a content states, else the last element of the path. The zero
// value is ready to use. It is safe for concurrent use once its fields are set.
type Fake struct {
	// Broken are the packs that fail, by ref, with their errors: at the stage that a
	// [*pack.Failure] names, others at stage environments.
	Broken map[pack.Ref]error
	// OnBuild, when not nil, is called instead; [EmptyReport] helps to answer.
	OnBuild func(ctx context.Context, req envbuild.Request) (*envbuild.Report, error)

	mu       sync.Mutex
	requests []envbuild.Request
}

var _ envbuild.EnvBuilder = (*Fake)(nil)

// Build implements [envbuild.EnvBuilder].
func (f *Fake) Build(ctx context.Context, req envbuild.Request) (*envbuild.Report, error) {
	f.mu.Lock()
	f.requests = append(f.requests, req)
	f.mu.Unlock()
	if f.OnBuild != nil {
		return f.OnBuild(ctx, req)
	}
	contents := pack.Contents(req.Paths, req.Contents)
	if len(contents) == 0 {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "build environments: name at least one path")
	}
	b, rep := batch.New(req.OnEvent), EmptyReport()
	var items []*batch.Item
	for _, i := range batch.Distinct(contents, func(c *pack.Content) string { return filepath.Clean(c.Dir) }) {
		it := &batch.Item{At: i, Spec: contents[i].Dir, ID: contents[i].ID}
		items = append(items, it)
		if f.build(ctx, b, it) {
			rep.Built = append(rep.Built, envbuild.BuiltPack{Ref: it.ID.Ref, Path: it.Spec, Environments: envbuild.Environments{}})
		}
	}
	rep.Failed, rep.Warnings = batch.Failures(items, func(it *batch.Item) *batch.Item { return it }), b.Warnings()
	rep.Summary.Total, rep.Summary.Succeeded, rep.Summary.Failed = len(items), len(rep.Built), len(rep.Failed)
	return rep, batch.Err(ctx, "build environments", rep.Failed)
}

// build reports whether the pack is not a broken one.
func (f *Fake) build(ctx context.Context, b *batch.Batch, it *batch.Item) bool {
	if it.ID.Ref == "" {
		it.ID.Ref = pack.Ref(filepath.Base(it.Spec))
	}
	err := f.Broken[it.ID.Ref]
	defer b.Close(context.WithoutCancel(ctx), it)
	return b.Run(ctx, it, batch.StageOf(err, pack.StageEnvironments), func() error { return err })
}

// Requests returns the requests so far, in order.
func (f *Fake) Requests() []envbuild.Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.requests)
}

// EmptyReport returns a report on no pack, as a starting point for a script.
func EmptyReport() *envbuild.Report {
	return &envbuild.Report{
		Built: []envbuild.BuiltPack{}, Failed: []pack.Failure{}, Warnings: []pack.Warning{},
		Summary: envbuild.Summary{Built: map[pack.RuntimeName]int{}},
	}
}
