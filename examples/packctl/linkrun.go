package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/registry"
)

// A linkedPack is the pack in a linked directory, as [actionrun.Packs].
type linkedPack struct {
	*registry.Store
	snapshot *registry.Snapshot
}

// Snapshot implements [registry.Snapshotter].
func (l *linkedPack) Snapshot(context.Context, ...pack.Ref) (*registry.Snapshot, error) {
	return l.snapshot, nil
}

// dir returns the directory, "" for no pack.
func (l *linkedPack) dir() string {
	if l == nil {
		return ""
	}
	return l.snapshot.Packs[0].Dir
}

// variables returns the variables that let scripts find packages, which are beside an
// installed pack, but not beside a linked one.
func (l *linkedPack) variables() (vars []string) {
	for _, e := range l.snapshot.Packs[0].Active.Environments {
		if e.Runtime == pack.RuntimeNode && e.Path != "" {
			vars = append(vars, "NODE_PATH="+e.Path)
		}
	}
	return vars
}

// linkedPack returns the pack in the directory that ref is linked to, with its
// environments; nil if it is not linked.
func (a *app) linkedPack(cmd *cobra.Command, h *hostflags.Host, ref pack.Ref) (*linkedPack, error) {
	l := a.link(cmd.Context(), h.Store, ref)
	if l == nil {
		return nil, nil //nolint:nilnil // the installed pack runs
	}
	a.warn("pack %s is %s", ref, linkText(l))
	snapshot, err := h.Store.SnapshotLink(cmd.Context(), ref)
	if err != nil {
		return nil, &linkError{ref, err}
	}
	p := &snapshot.Packs[0]
	if p.Active.Environments, err = a.environmentsOf(cmd, h, p.Dir); err != nil {
		return nil, &linkError{ref, err}
	}
	return &linkedPack{h.Store, snapshot}, nil
}

// A linkError is the error that an action of a linked pack cannot run.
type linkError struct {
	ref pack.Ref
	err error
}

func (e *linkError) Error() string { return e.err.Error() }

func (e *linkError) Unwrap() error { return e.err }

// environmentsOf returns the environments of the pack in a directory, and builds those that
// are missing. A user who may not write to the root gets those that are there.
func (a *app) environmentsOf(cmd *cobra.Command, readable *hostflags.Host, dir string) ([]pack.Environment, error) {
	req := envbuild.Request{Paths: []string{dir}}
	var built *envbuild.Report
	buildErr := a.withHost(cmd, func(h *hostflags.Host) (err error) {
		built, err = h.Builder.Build(cmd.Context(), req)
		return err
	})
	if buildErr != nil {
		var err error
		req.Check = true
		if built, err = readable.Builder.Build(cmd.Context(), req); err == nil {
			err = ready(built)
		}
		if err != nil {
			return nil, errors.Join(buildErr, cmd.Context().Err())
		}
	}
	envs := []pack.Environment{}
	for _, b := range built.Built {
		for i := range b.Environments {
			e := &b.Environments[i]
			if !e.Reused && !req.Check {
				a.warn("the environment of %s was built for the requirements in %s", e.Title(), dir)
			}
			envs = append(envs, e.Environment)
		}
	}
	return envs, nil
}
