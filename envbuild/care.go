package envbuild

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/envstore"
)

// An Instance is one build of an environment, as it was recorded.
type Instance struct {
	pack.Environment
	// Current: builds with this Key reuse it.
	Current bool
	// Root is the directory in which it was built.
	Root  string
	Built time.Time
	// Used is when it was built or reused last.
	Used time.Time
	// Tool installed the packages: its name and version; "" when there were none.
	Tool string
	// Ingredients are what its Key was computed from, as JSON.
	Ingredients json.RawMessage
	// Size is the size of all files in bytes, Files their number, and Fingerprint a digest
	// of their names and contents.
	Size        int64
	Files       int
	Fingerprint string
	// SkippedScripts, PathFiles and FromSource are those of [Environment].
	SkippedScripts, PathFiles, FromSource []string
}

// Instances returns all environments below the directory of the Builder, ordered by
// runtime, Key and time, including those that another build of their Key has replaced.
func (b *Builder) Instances(context.Context) ([]Instance, error) {
	records, err := b.store.Records()
	if err != nil {
		return nil, err
	}
	list := make([]Instance, len(records))
	for i, r := range records {
		list[i] = newInstance(&r)
		current, ok := b.store.Current(r.Environment.Runtime, r.Environment.Key)
		list[i].Current = ok && current.Root == r.Root
		list[i].Used = b.store.Used(r)
	}
	slices.SortFunc(list, func(x, y Instance) int {
		return cmp.Or(strings.Compare(string(x.Runtime), string(y.Runtime)), strings.Compare(x.Key, y.Key), x.Built.Compare(y.Built))
	})
	return list, nil
}

func newInstance(r *envstore.Record) Instance {
	return Instance{
		Environment: r.Environment, Root: r.Root, Built: r.Built, Tool: r.Tool, Ingredients: r.Ingredients,
		Size: r.Size, Files: r.Files, Fingerprint: r.Fingerprint,
		SkippedScripts: append([]string{}, r.SkippedScripts...), PathFiles: append([]string{}, r.PathFiles...), FromSource: append([]string{}, r.FromSource...),
	}
}

// VerifyInstance reads all files of an environment and returns how they differ from those
// that were built, a line for each; nil if they do not. Nothing is changed. An
// environment without a record is an error with [pack.CodeNotFound].
func (b *Builder) VerifyInstance(_ context.Context, e pack.Environment) ([]string, error) {
	r, ok := b.store.Instance(e)
	if !ok {
		return nil, pack.Errorf(pack.CodeNotFound, "environment %s-%s has no record: it was removed, or built by another release", e.Key, e.Instance)
	}
	return b.store.Verify(r)
}

// A PruneRequest says which environments are kept.
type PruneRequest struct {
	// Live reports whether an environment is needed, by an installed pack for example;
	// required. It is called once for each.
	Live func(pack.Environment) bool
	// Idle is how long an environment has not been built or reused before it is removed;
	// 0 means one day.
	Idle time.Duration
	// MaxBytes is the size that the environments which are not needed may have together;
	// 0 means no limit. Beyond it those that were not used for the longest time are removed
	// before Idle has passed, but not in the hour after their last use.
	MaxBytes int64
	// DryRun removes nothing.
	DryRun bool
}

// defaultIdle and leastIdle leave time between building an environment and registering its
// pack.
const (
	defaultIdle = 24 * time.Hour
	leastIdle   = time.Hour
)

// Prune removes environments that are not needed, and the remains of builds that died.
// It returns the environments that it removed, also with an error. One that is being
// built is never removed. It is safe while other processes build.
func (b *Builder) Prune(ctx context.Context, req PruneRequest) ([]Instance, error) {
	if req.Live == nil || req.Idle < 0 || req.MaxBytes < 0 {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "prune environments: say which are needed, and for how long the others are kept")
	}
	all, err := b.Instances(ctx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(i Instance) bool { return req.Live(i.Environment) })
	slices.SortStableFunc(all, func(x, y Instance) int { return x.Used.Compare(y.Used) })
	left := int64(0)
	for _, i := range all {
		left += i.Size
	}
	removed := []Instance{}
	for _, i := range all {
		idle := cmp.Or(req.Idle, defaultIdle)
		if req.MaxBytes > 0 && left > req.MaxBytes {
			idle = min(idle, leastIdle)
		}
		gone, err := b.store.Remove(ctx, i.Environment, idle, req.DryRun)
		if err != nil {
			return removed, err
		}
		if gone {
			removed, left = append(removed, i), left-i.Size
		}
	}
	if req.DryRun {
		return removed, nil
	}
	return removed, b.store.ClearDead(ctx)
}
