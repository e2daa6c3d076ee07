package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// A backend does what commands ask for: the stages and the store of this
// process, or a server.
type backend interface {
	packInstaller
	installer.Installer
	deps.DependencyAnalyzer
	envbuild.EnvBuilder
	registry.Registrar
	registry.Catalog
	registry.Remover
	registry.RollBacker
	registry.Historian
	registry.Pinner
	registry.Enabler
	registry.Configurer
	registry.ConfigRemover
	registry.Verifier
	registry.Repairer
	linkReader
}

// A packInstaller installs packs, with or without a plan; a [pipeline.Pipeline]
// implements it.
type packInstaller interface {
	Install(ctx context.Context, req pipeline.Request) (*pipeline.Report, error)
	Plan(ctx context.Context, req pipeline.Request) (*pipeline.Plan, error)
	Apply(ctx context.Context, plan *pipeline.Plan, observe pack.EventFunc) (*pipeline.Report, error)
}

// local is the backend of this process.
type local struct {
	*pipeline.Pipeline
	installer.Installer
	deps.DependencyAnalyzer
	envbuild.EnvBuilder
	*registry.Store
}

// withBackend opens the backend that the flags describe, runs f on it, and closes it.
func (a *app) withBackend(cmd *cobra.Command, f func(backend) error) error {
	if a.server != "" {
		return a.withServer(cmd, func(r remote) error { return f(r) })
	}
	return a.withHost(cmd, func(h *hostflags.Host) error {
		from := h.Installer
		if a.unverified {
			from = h.Unverified
		}
		return f(local{h.Pipeline, from, h.Analyzer, h.Builder, h.Store})
	})
}
