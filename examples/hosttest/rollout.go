package hosttest

import (
	"context"
	"errors"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/registry"
)

// A Rollout takes packs that lie in directories through three stages by hand.
type Rollout struct {
	Analyzer  deps.DependencyAnalyzer
	Builder   envbuild.EnvBuilder
	Registrar registry.Registrar
	Catalog   registry.Catalog
}

// Run upgrades the packs at paths. It goes on to the next stage only when no pack failed
// and none is missing. It returns what is active afterwards.
func (r *Rollout) Run(ctx context.Context, paths ...string) (active []pack.ID, err error) {
	analysis, err := r.Analyzer.Analyze(ctx, deps.Request{Paths: paths})
	if err == nil && len(analysis.Missing) > 0 {
		err = fmt.Errorf("pack %s is missing", analysis.Missing[0].Ref)
	}
	if err == nil {
		_, err = r.Builder.Build(ctx, envbuild.Request{Paths: paths})
	}
	if err == nil {
		_, err = r.Registrar.Register(ctx, registry.Request{Paths: paths, Replace: registry.ReplaceUpgrade})
	}
	packs, listErr := r.Catalog.List(ctx)
	for _, p := range packs {
		active = append(active, pack.ID{Ref: p.Ref, Version: p.Active.Version})
	}
	return active, errors.Join(err, listErr)
}
