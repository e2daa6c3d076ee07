package main

import (
	"context"
	"errors"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer/settings"
	"github.com/packtrain/pack/registry"
)

func (a *app) envWarmCommand() *cobra.Command {
	return command("warm [KEY...]", "Compile the Python packages of environments, by default of those in use, so that actions start faster", cobra.ArbitraryArgs,
		func(cmd *cobra.Command, keys []string) error {
			return a.withEnvironments(cmd, keys, func(b *envbuild.Builder, list []environmentInfo) error {
				warmed := []string{}
				var errs []error
				for _, e := range list {
					if e.BytecodeDir() == "" || len(keys) == 0 && len(e.PinnedBy) == 0 {
						continue
					}
					if err := b.Warm(cmd.Context(), e.Environment); err != nil {
						errs = append(errs, err)
						continue
					}
					warmed = append(warmed, e.Key+"-"+e.Environment.Instance)
				}
				return errors.Join(append(errs, a.report(warmed, func() {
					for _, name := range warmed {
						a.println("%s  compiled", name)
					}
				}))...)
			})
		})
}

func (a *app) envRebuildCommand() *cobra.Command {
	var req registry.Request
	cmd := command("rebuild KEY...", "Build environments again, with the packages of today, and give them to the installed packs that use them", cobra.MinimumNArgs(1),
		func(cmd *cobra.Command, keys []string) error {
			return a.withHostEnvironments(cmd, keys, func(h *hostflags.Host, b *envbuild.Builder, list []environmentInfo) (err error) {
				if req.Contents, err = users(cmd.Context(), h, list); err != nil {
					return err
				}
				if len(req.Contents) == 0 {
					return errors.New("no active generation of an installed pack uses these environments")
				}
				req.AllOrNothing, req.OnEvent = true, a.observer()
				if _, err := b.Build(cmd.Context(), envbuild.Request{Contents: req.Contents, Rebuild: true, OnEvent: a.observer()}); err != nil {
					return err
				}
				r, err := h.Store.Register(cmd.Context(), req)
				return finish(a, wire.NewRegisterReport(r), err, a.printRegister)
			})
		})
	cmd.Flags().BoolVar(&req.SkipTests, "skip-tests", false, "run no tests of the packs in their new environments")
	a.Bind(cmd.Flags(), settings.GroupPackages, settings.GroupIsolation)
	return cmd
}

// users returns the active generations that use one of the environments.
func users(ctx context.Context, h *hostflags.Host, list []environmentInfo) ([]*pack.Content, error) {
	installed, err := h.Store.List(ctx)
	if err != nil {
		return nil, err
	}
	var contents []*pack.Content
	for _, p := range installed {
		uses := slices.ContainsFunc(p.Active.Environments, func(e pack.Environment) bool {
			return slices.ContainsFunc(list, func(i environmentInfo) bool { return i.Environment.Instance == e.Instance })
		})
		if !uses {
			continue
		}
		dir, err := filepath.EvalSymlinks(p.StoragePath)
		if err != nil {
			return nil, err
		}
		contents = append(contents, &pack.Content{Dir: dir, ID: pack.ID{Ref: p.Ref, Version: p.Active.Version}, Pin: p.Active.Pin, TreeDigest: p.Active.TreeDigest})
	}
	return contents, nil
}
