package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/registry"
)

// A reader does what commands that only read ask for.
type reader interface {
	registry.Catalog
	registry.Summarizer
	registry.Historian
	registry.Verifier
	configReader
	linkReader
}

// A linkReader lists links; a [registry.Store] implements it.
type linkReader interface {
	Links(ctx context.Context) ([]registry.Link, error)
}

// A configReader reads configurations.
type configReader interface {
	Config(ctx context.Context, ref pack.Ref) (registry.Configuration, error)
	RevealConfig(ctx context.Context, ref pack.Ref) (registry.Configuration, error)
}

// A keeper changes installed packs, and adds none.
type keeper interface {
	registry.Catalog
	registry.Configurer
	registry.ConfigRemover
	registry.Repairer
}

// withReader runs f on the backend that the flags describe. It needs no permission to
// write to the root, and creates none.
func (a *app) withReader(cmd *cobra.Command, f func(reader) error) error {
	if a.server != "" {
		return a.withServer(cmd, func(r remote) error { return f(r) })
	}
	missing, err := a.rootIsMissing(cmd)
	switch {
	case err != nil:
		return err
	case missing:
		return f(noPacks{})
	}
	return a.withReadableHost(cmd, func(h *hostflags.Host) error { return f(h.Store) })
}

// withKeeper runs f on the backend that the flags describe, and creates no root.
func (a *app) withKeeper(cmd *cobra.Command, f func(keeper) error) error {
	if a.server == "" {
		missing, err := a.rootIsMissing(cmd)
		if err != nil {
			return err
		}
		if missing {
			return f(noPacks{})
		}
	}
	return a.withBackend(cmd, func(b backend) error { return f(b) })
}

// withReadableHost runs f on the host that the flags describe. It is opened only for
// reading unless the flags ask for a change.
func (a *app) withReadableHost(cmd *cobra.Command, f func(*hostflags.Host) error) error {
	if a.Adopt || a.NewRoot {
		return a.withHost(cmd, f)
	}
	return a.withHostOf(cmd, hostflags.OpenReadOnly, f)
}

// withPacks runs f on the host that the flags describe, opened only for reading. needed
// is the pack that f needs.
func (a *app) withPacks(cmd *cobra.Command, needed pack.Ref, f func(*hostflags.Host) error) error {
	if err := a.checkRoot(cmd, needed); err != nil {
		return err
	}
	return a.withReadableHost(cmd, f)
}

// withInstalled runs f, which changes the pack needed, on the backend that the flags
// describe, and creates no root.
func (a *app) withInstalled(cmd *cobra.Command, needed pack.Ref, f func(backend) error) error {
	if a.server == "" {
		if err := a.checkRoot(cmd, needed); err != nil {
			return err
		}
	}
	return a.withBackend(cmd, f)
}

// checkRoot returns an error if there is no root that could have the pack needed.
func (a *app) checkRoot(cmd *cobra.Command, needed pack.Ref) error {
	missing, err := a.rootIsMissing(cmd)
	if err == nil && missing {
		return &registry.NotInstalledError{Ref: needed}
	}
	return err
}

// withAnalyzer runs f on the analyzer that the flags describe, and creates no root: a
// temporary one stands for a default root that does not exist, and for an empty
// directory.
func (a *app) withAnalyzer(cmd *cobra.Command, f func(deps.DependencyAnalyzer) error) error {
	if a.server != "" {
		return a.withBackend(cmd, func(b backend) error { return f(b) })
	}
	missing, err := a.rootIsMissing(cmd)
	if _, statErr := os.Stat(a.Root); err != nil && (statErr != nil || !errors.Is(err, pack.ErrNotFound)) {
		return err
	}
	analyze := func(h *hostflags.Host) error { return f(h.Analyzer) }
	if !missing && err == nil {
		return a.withHost(cmd, analyze)
	}
	dir, err := os.MkdirTemp("", "packctl-")
	if err != nil {
		return err
	}
	err = errors.Join(a.Replace("root", filepath.Join(dir, "root")), a.Replace("db", ""))
	if err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	return errors.Join(a.withHost(cmd, analyze), os.RemoveAll(dir))
}

// rootIsMissing reports whether the default root does not exist yet. It is an error if a
// root that was asked for does not exist.
func (a *app) rootIsMissing(cmd *cobra.Command) (bool, error) {
	config, err := a.hostConfig()
	if err != nil {
		return false, &usageError{err, cmd.CommandPath()}
	}
	entries, err := os.ReadDir(config.Root)
	switch {
	case err == nil && len(entries) > 0, err != nil && !errors.Is(err, fs.ErrNotExist):
		return false, nil // opening it reports what is wrong
	case a.Root == "":
		return true, nil
	}
	return false, pack.Errorf(pack.CodeNotFound, "there is no root at %q; installing a pack creates one", config.Root)
}

// noPacks is a reader without packs.
type noPacks struct{}

// List implements [registry.Catalog].
func (noPacks) List(context.Context) ([]registry.ActivePack, error) {
	return []registry.ActivePack{}, nil
}

// Summaries implements [registry.Summarizer].
func (noPacks) Summaries(context.Context) ([]registry.PackSummary, error) {
	return []registry.PackSummary{}, nil
}

// Show implements [registry.Catalog].
func (noPacks) Show(_ context.Context, ref pack.Ref) (*registry.PackDetails, error) {
	return nil, &registry.NotInstalledError{Ref: ref}
}

// Links implements [linkReader].
func (noPacks) Links(context.Context) ([]registry.Link, error) { return []registry.Link{}, nil }

// History implements [registry.Historian].
func (noPacks) History(_ context.Context, ref pack.Ref) ([]registry.KeptGeneration, error) {
	return nil, &registry.NotInstalledError{Ref: ref}
}

// TestHistory implements [registry.Historian].
func (noPacks) TestHistory(context.Context, pack.Ref) ([]registry.TestResult, error) {
	return []registry.TestResult{}, nil
}

// Diff implements [registry.Historian].
func (noPacks) Diff(_ context.Context, ref pack.Ref, _, _ string) (*registry.Diff, error) {
	return nil, &registry.NotInstalledError{Ref: ref}
}

// Config implements [registry.Configurer].
func (noPacks) Config(_ context.Context, ref pack.Ref) (registry.Configuration, error) {
	return registry.Configuration{}, &registry.NotInstalledError{Ref: ref}
}

// RevealConfig implements [registry.Configurer].
func (noPacks) RevealConfig(_ context.Context, ref pack.Ref) (registry.Configuration, error) {
	return registry.Configuration{}, &registry.NotInstalledError{Ref: ref}
}

// SetConfig implements [registry.Configurer].
func (noPacks) SetConfig(_ context.Context, ref pack.Ref, _ map[string]any, _ *registry.SetConfigOptions) (registry.Configuration, error) {
	return registry.Configuration{}, &registry.NotInstalledError{Ref: ref}
}

// RemoveConfig implements [registry.ConfigRemover].
func (noPacks) RemoveConfig(_ context.Context, ref pack.Ref, _ *registry.SetConfigOptions) error {
	return &registry.NotInstalledError{Ref: ref}
}

// Verify implements [registry.Verifier].
func (noPacks) Verify(_ context.Context, refs ...pack.Ref) (*registry.VerifyReport, error) {
	if len(refs) > 0 {
		return nil, &registry.NotInstalledError{Ref: refs[0]}
	}
	return &registry.VerifyReport{Verified: []pack.Ref{}, Differences: []registry.Difference{}}, nil
}
