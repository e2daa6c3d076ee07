package depstest

import (
	"context"
	"path/filepath"
	"slices"
	"sync"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/internal/batch"
)

// A Fake is a [deps.DependencyAnalyzer] for the tests of a host. It reads nothing: each
// path, or content, is that of a pack that needs nothing, unless it is in Broken. The
// ref is the one that a content states, else the last element of the path. The zero
// value is ready to use. It is safe for concurrent use once its fields are set.
type Fake struct {
	// Broken are the packs that fail, by ref, with their errors: at the stage that a
	// [*pack.Failure] names, others at stage dependencies.
	Broken map[pack.Ref]error
	// OnAnalyze, when not nil, is called instead; [EmptyReport] helps to answer.
	OnAnalyze func(ctx context.Context, req deps.Request) (*deps.Report, error)

	mu       sync.Mutex
	requests []deps.Request
}

var _ deps.DependencyAnalyzer = (*Fake)(nil)

// A fakeItem is one pack of a request.
type fakeItem struct {
	batch.Item
	content *pack.Content
}

// Analyze implements [deps.DependencyAnalyzer].
func (f *Fake) Analyze(ctx context.Context, req deps.Request) (*deps.Report, error) {
	f.mu.Lock()
	f.requests = append(f.requests, req)
	f.mu.Unlock()
	if f.OnAnalyze != nil {
		return f.OnAnalyze(ctx, req)
	}
	contents := pack.Contents(req.Paths, req.Contents)
	if len(contents) == 0 {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "analyse dependencies: name at least one path")
	}
	b, rep := batch.New(req.OnEvent), EmptyReport()
	var items []*fakeItem
	for _, i := range batch.Distinct(contents, func(c *pack.Content) string { return filepath.Clean(c.Dir) }) {
		it := &fakeItem{Item: batch.Item{At: i, Spec: contents[i].Dir}, content: contents[i]}
		items = append(items, it)
		f.analyze(ctx, b, it, rep)
	}
	rep.Failed, rep.Warnings = batch.Failures(items, func(it *fakeItem) *batch.Item { return &it.Item }), b.Warnings()
	return rep, batch.Err(ctx, "analyse dependencies", rep.Failed)
}

func (f *Fake) analyze(ctx context.Context, b *batch.Batch, it *fakeItem, rep *deps.Report) {
	if it.ID = it.content.ID; it.ID.Ref == "" {
		it.ID.Ref = pack.Ref(filepath.Base(it.Spec))
	}
	err := f.Broken[it.ID.Ref]
	if b.Run(ctx, &it.Item, batch.StageOf(err, pack.StageDependencies), func() error { return err }) {
		rep.Analyzed = append(rep.Analyzed, deps.AnalyzedPack{Ref: it.ID.Ref, Path: it.Spec, Pack: it.content.Pack})
		rep.Order = append(rep.Order, it.ID.Ref)
	}
	b.Close(context.WithoutCancel(ctx), &it.Item)
}

// Requests returns the requests so far, in order.
func (f *Fake) Requests() []deps.Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.requests)
}

// EmptyReport returns a report without entries, as a starting point for a script.
func EmptyReport() *deps.Report {
	return &deps.Report{
		Dependencies: []deps.Dependency{}, Runtimes: map[pack.Ref][]pack.RuntimeNeed{},
		Missing: []deps.Dependency{}, Analyzed: []deps.AnalyzedPack{}, Failed: []pack.Failure{},
		Conflicts: []deps.Conflict{}, Warnings: []pack.Warning{},
		Order: []pack.Ref{}, Additions: []deps.Addition{},
	}
}
