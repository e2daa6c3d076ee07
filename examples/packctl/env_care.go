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
				packs, err := users(cmd.Context(), h, list)
				if err != nil {
					return err
				}
				if len(packs) == 0 {
					return errors.New("no active generation of an installed pack uses these environments")
				}
				req.AllOrNothing, req.OnEvent, req.Expect = true, a.observer(), map[pack.Ref]string{}
				if err := a.rebuild(cmd.Context(), b, keysOf(list), packs); err != nil {
					return err
				}
				for _, p := range packs {
					req.Contents, req.Expect[p.content.ID.Ref] = append(req.Contents, p.content), p.generation
				}
				r, err := h.Store.Register(cmd.Context(), req)
				return finish(a, wire.NewRegisterReport(r), err, a.printRegister)
			})
		})
	cmd.Flags().BoolVar(&req.SkipTests, "skip-tests", false, "run no tests of the packs in their new environments")
	a.Bind(cmd.Flags(), settings.GroupPackages, settings.GroupIsolation)
	return cmd
}

// An environmentUser is a pack whose active generation uses environments that are built again.
type environmentUser struct {
	content    *pack.Content
	generation string
	envs       envbuild.Environments
}

func keysOf(list []environmentInfo) []string {
	var keys []string
	for _, e := range list {
		keys = append(keys, e.Key)
	}
	return keys
}

// rebuild builds each of the environments with keys once again, and finds those that the
// packs have beside them. Interpreters are of the versions that the packs have now.
func (a *app) rebuild(ctx context.Context, b *envbuild.Builder, keys []string, packs []environmentUser) error {
	for _, p := range packs {
		rep, err := b.Build(ctx, envbuild.Request{
			Contents: []*pack.Content{p.content}, Suggest: p.envs.Versions(), Rebuild: true, RebuildOnly: keys, OnEvent: a.observer(),
		})
		if err != nil {
			return err
		}
		for _, e := range rep.Built[0].Environments {
			keys = slices.DeleteFunc(append([]string{}, keys...), func(key string) bool { return key == e.Key })
		}
	}
	return nil
}

// users returns the active generations that use one of the environments.
func users(ctx context.Context, h *hostflags.Host, list []environmentInfo) ([]environmentUser, error) {
	installed, err := h.Store.List(ctx)
	if err != nil {
		return nil, err
	}
	var packs []environmentUser
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
		u := environmentUser{generation: p.Active.Name, content: &pack.Content{
			Dir: dir, ID: pack.ID{Ref: p.Ref, Version: p.Active.Version}, Pin: p.Active.Pin, TreeDigest: p.Active.TreeDigest,
		}}
		for _, e := range p.Active.Environments {
			u.envs = append(u.envs, envbuild.Environment{Environment: e})
		}
		packs = append(packs, u)
	}
	return packs, nil
}
