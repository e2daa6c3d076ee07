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
)

func (s *stages) register(ctx context.Context, req wire.RegisterRequest, observe pack.EventFunc) (*wire.RegisterReport, error) {
	q := req.Request()
	q.OnEvent = observe
	if s.isOwn(req.BaseDir) {
		r, err := s.registrar.Register(ctx, q)
		return wire.NewRegisterReport(r), err
	}
	base, err := create(s.roots, *req.BaseDir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = base.Close() }()
	r, err := s.registrar.Register(ctx, q)
	report := wire.NewRegisterReport(r)
	if report == nil {
		return nil, err
	}
	return report, linkAll(base, report, req.Paths, err)
}

// linkAll makes a link to each registered pack. A pack whose link cannot be made
// has failed, although it is active.
func linkAll(base *os.Root, r *wire.RegisterReport, paths []string, err error) error {
	_, batch := errors.AsType[*pack.BatchError](err)
	if err != nil && !batch {
		return err
	}
	registered := r.Registered
	r.Registered = []wire.RegisteredPack{}
	for _, p := range registered {
		if err := link(base, p.Ref.String(), p.StoragePath); err != nil {
			fail(r, p, fmt.Errorf("link to the pack, which is active at %q: %w", p.StoragePath, err))
			continue
		}
		r.Registered = append(r.Registered, p)
	}
	if len(r.Registered) == len(registered) {
		return err
	}
	at := func(path string) int { return slices.Index(paths, path) } // failures are in the order of the request
	slices.SortStableFunc(r.Failed, func(a, b wire.FailedRegistration) int { return at(a.Path) - at(b.Path) })
	_, err = r.Result()
	return err
}

// fail moves a pack to those that failed.
func fail(r *wire.RegisterReport, p wire.RegisteredPack, err error) {
	r.Summary.Succeeded--
	r.Summary.Failed++
	r.Summary.TotalComponents -= p.Components.Total()
	r.Failed = append(r.Failed, wire.NewFailedRegistration(p, pack.StageStorage, err))
}

// link makes name in base a link to target, in one step. An existing file that is
// not a link stays.
func link(base *os.Root, name, target string) error {
	if err := base.Symlink(target, name); !errors.Is(err, fs.ErrExist) {
		return err
	}
	old, err := base.Readlink(name)
	switch {
	case err != nil:
		return pack.Errorf(pack.CodeConflict, "%q exists and is not a link", name)
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
