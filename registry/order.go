package registry

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/packtrain/pack"
)

// order finds out which packs of the request need which others of it. Packs that
// need each other in a circle fail, as does the second pack with the same ref.
func (r *request) order(ctx context.Context) {
	byRef := map[pack.Ref]*item{}
	for _, it := range r.items {
		first := byRef[it.ID.Ref]
		switch {
		case it.ID.Ref == "":
		case first == nil:
			byRef[it.ID.Ref] = it
		case it.Err == nil:
			r.fail(ctx, it, pack.StageValidation,
				pack.Errorf(pack.CodeConflict, "pack %s is in this request already, at %q", it.ID.Ref, first.Spec))
		}
	}
	o := orderer{byRef: byRef, state: map[*item]visit{}, circles: map[*item]string{}}
	for _, it := range r.items {
		o.visit(it)
	}
	for _, it := range r.items {
		if circle := o.circles[it]; circle != "" && it.Err == nil && !r.req.SkipValidation {
			r.fail(ctx, it, pack.StageDependencies,
				pack.Errorf(pack.CodeDependencyCycle, "packs need each other in a circle: %s", circle))
		}
	}
	r.noteReplaced()
}

// noteReplaced notes the installed packs that the request replaces, as far as is
// known before the first one is activated.
func (r *request) noteReplaced() {
	r.replaced = map[pack.Ref]bool{}
	for _, it := range r.items {
		if it.Err == nil && !it.unchanged {
			r.replaced[it.ID.Ref] = true
		}
	}
}

type visit int

const (
	unseen visit = iota
	under        // its needs are being visited
	seen
)

// An orderer walks the needs of items depth first.
type orderer struct {
	byRef   map[pack.Ref]*item
	state   map[*item]visit
	path    []*item
	circles map[*item]string // by item that is on one
}

// visit fills it.needs with the items that it depends on, except those that
// would close a cycle, because an item cannot wait for itself.
func (o *orderer) visit(it *item) {
	if it.pack == nil || o.state[it] != unseen {
		return
	}
	o.state[it] = under
	o.path = append(o.path, it)
	for _, d := range it.pack.Manifest.Dependencies {
		need := o.byRef[d.Ref]
		switch {
		case need == nil:
		case o.state[need] == under:
			o.noteCircle(need)
		default:
			o.visit(need)
			it.needs = append(it.needs, need)
		}
	}
	o.path = o.path[:len(o.path)-1]
	o.state[it] = seen
}

// noteCircle notes that the end of the path needs first, which is on it.
func (o *orderer) noteCircle(first *item) {
	start := len(o.path) - 1
	for o.path[start] != first {
		start--
	}
	var refs []string
	for _, it := range o.path[start:] {
		refs = append(refs, it.ID.Ref.String())
	}
	text := strings.Join(append(refs, first.ID.Ref.String()), " -> ")
	for _, it := range o.path[start:] {
		o.circles[it] = text
	}
}

// checkDependencies checks that each pack that it needs is provided, or active
// in a version that will do, and that those who need it can do with it. Those of
// the batch are through by now.
func (r *request) checkDependencies(ctx context.Context, it *item) error {
	if _, err := r.checkDependents(ctx, it); err != nil || r.req.SkipValidation {
		return err
	}
	for _, need := range it.needs {
		if need.Err != nil {
			return pack.Errorf(pack.CodeDependencyMissing, "pack %s is needed, which failed in this request", need.ID.Ref)
		}
	}
	var unmet []error
	for _, d := range it.pack.Manifest.Dependencies {
		if err := r.store.checkDependency(ctx, d); err != nil {
			unmet = append(unmet, err)
		}
	}
	return joined(unmet)
}

// checkPlatform checks that it suits the platform. Where the version of that is not
// known, or does not matter to the request, a warning has to do.
func (r *request) checkPlatform(ctx context.Context, it *item) error {
	platform := r.store.config.PlatformVersion
	err := pack.CheckPlatform(it.pack.Manifest.PlatformVersion, platform)
	if err != nil && (r.req.SkipValidation || platform.IsZero()) {
		r.Warn(ctx, &it.Item, "%v", err)
		return nil
	}
	return err
}

// joined makes one line of several errors; it has the code of the first.
func joined(errs []error) error {
	switch len(errs) {
	case 0:
		return nil
	case 1:
		return errs[0]
	}
	return fmt.Errorf("%w; %w", errs[0], joined(errs[1:]))
}

func (s *Store) checkDependency(ctx context.Context, d pack.Dependency) error {
	if p, ok := s.provided[d.Ref]; ok {
		if p.Satisfies(d.Constraint) {
			return nil
		}
		return pack.Errorf(pack.CodeDependencyConflict, "pack %s is needed, the host provides version %s", d, p.Version)
	}
	rec, err := s.config.Records.Pack(ctx, d.Ref)
	switch {
	case errors.Is(err, pack.ErrNotFound):
		return pack.Errorf(pack.CodeDependencyMissing, "pack %s is needed and not installed", d)
	case err != nil:
		return err
	case !d.Constraint.Allows(rec.Active.Version):
		return pack.Errorf(pack.CodeDependencyConflict, "pack %s is needed, version %s is installed", d, rec.Active.Version)
	}
	return nil
}
