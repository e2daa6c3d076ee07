package envbuildtest

import (
	"context"
	"slices"
	"sync"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
)

// A Fake is a scripted [envbuild.EnvBuilder] for the tests of a host: it builds
// nothing, returns scripted reports, and records its requests. The zero value
// reports every path as a pack that needs no environment. It is safe for
// concurrent use.
type Fake struct {
	// OnBuild answers a request; if nil, the answer is [EmptyReport].
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
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if f.OnBuild == nil {
		paths := req.Paths
		for _, c := range req.Contents {
			paths = append(paths[:len(paths):len(paths)], c.Dir)
		}
		return EmptyReport(paths...), nil
	}
	return f.OnBuild(ctx, req)
}

// Requests returns the requests so far, in order.
func (f *Fake) Requests() []envbuild.Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.requests)
}

// EmptyReport returns the report on packs, at the given paths and of unknown
// refs, that need no environment.
func EmptyReport(paths ...string) *envbuild.Report {
	r := &envbuild.Report{Built: []envbuild.BuiltPack{}, Failed: []pack.Failure{}, Warnings: []pack.Warning{}}
	for _, path := range paths {
		r.Built = append(r.Built, envbuild.BuiltPack{Path: path, Environments: envbuild.Environments{}})
	}
	r.Summary = envbuild.Summary{Total: len(paths), Succeeded: len(paths), Built: map[pack.RuntimeName]int{}}
	return r
}
