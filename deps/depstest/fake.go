package depstest

import (
	"context"
	"slices"
	"sync"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
)

// A Fake is a scripted [deps.DependencyAnalyzer] for the tests of a host: it reads
// nothing, returns scripted reports, and records its requests. The zero value
// reports that no pack needs anything. It is safe for concurrent use.
type Fake struct {
	// OnAnalyze answers a request; if nil, the answer is [EmptyReport].
	OnAnalyze func(ctx context.Context, req deps.Request) (*deps.Report, error)

	mu       sync.Mutex
	requests []deps.Request
}

var _ deps.DependencyAnalyzer = (*Fake)(nil)

// Analyze implements [deps.DependencyAnalyzer].
func (f *Fake) Analyze(ctx context.Context, req deps.Request) (*deps.Report, error) {
	f.mu.Lock()
	f.requests = append(f.requests, req)
	f.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if f.OnAnalyze == nil {
		return EmptyReport(), nil
	}
	return f.OnAnalyze(ctx, req)
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
