package api

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
)

func (s *stages) register(ctx context.Context, req wire.RegisterRequest, observe pack.EventFunc) (*registry.Report, error) {
	r := registry.Request{
		Paths: req.Paths, Replace: registry.Replace(value(req.Replace)),
		SkipValidation: req.SkipValidation, SkipTests: req.SkipTests, OnEvent: observe,
	}
	if req.Force {
		r.Replace, r.IgnoreTestFailures = registry.ReplaceAny, true
	}
	if s.isOwn(req.BaseDir) {
		return s.host.Store.Register(ctx, r)
	}
	base, err := create(s.roots, *req.BaseDir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = base.Close() }()
	report, err := s.host.Store.Register(ctx, r)
	if report == nil {
		return nil, err
	}
	return report, linkAll(base, report, req.Paths, err)
}

// linkAll makes a link to each registered pack. One that cannot be made is a
// failure of its pack, which is active all the same.
func linkAll(base *os.Root, r *registry.Report, paths []string, err error) error {
	failed, batch := errors.AsType[*pack.BatchError](err)
	if err != nil && !batch {
		return err
	}
	var items []*pack.ItemError
	if batch {
		items = slices.Clone(failed.Items)
	}
	registered := []registry.RegisteredPack{}
	for _, p := range r.Registered {
		if err := link(base, p.Ref.String(), p.StoragePath); err != nil {
			err = fmt.Errorf("link to the pack, which is active at %q: %w", p.StoragePath, err)
			items = append(items, drop(r, p, err))
			continue
		}
		registered = append(registered, p)
	}
	r.Registered = registered
	at := func(path string) int { return slices.Index(paths, path) } // failures are in the order of the request
	slices.SortStableFunc(r.Failed, func(a, b registry.FailedPack) int { return at(a.Path) - at(b.Path) })
	slices.SortStableFunc(items, func(a, b *pack.ItemError) int { return at(a.Spec) - at(b.Spec) })
	return pack.NewBatchError(items)
}

// drop moves a pack to those that failed.
func drop(r *registry.Report, p registry.RegisteredPack, err error) *pack.ItemError {
	c := p.Components
	r.Summary.Succeeded--
	r.Summary.Failed++
	r.Summary.TotalComponents -= c.Actions + c.Sensors + c.Triggers + c.Rules + c.Workflows + c.Policies
	r.Failed = append(r.Failed, registry.FailedPack{Ref: p.Ref, Path: p.Path, Message: err.Error(), Stage: pack.StageStorage, Err: err})
	return &pack.ItemError{Spec: p.Path, Ref: p.Ref, Stage: pack.StageStorage, Err: err}
}

// link makes name in base a link to target, in one step. What is there and no
// link stays.
func link(base *os.Root, name, target string) error {
	if err := base.Symlink(target, name); !errors.Is(err, fs.ErrExist) {
		return err
	}
	old, err := base.Readlink(name)
	switch {
	case err != nil:
		return pack.Errorf(pack.CodeConflict, "%q is there already, and is no link", name)
	case old == target:
		return nil
	}
	fresh := ".link-" + rand.Text()
	if err := base.Symlink(target, fresh); err != nil {
		return err
	}
	if err := base.Rename(fresh, name); err != nil {
		return errors.Join(err, base.Remove(fresh))
	}
	return nil
}
