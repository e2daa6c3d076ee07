package registrytest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/registry"
)

// A Fake is a [registry.Registrar] and a [registry.Catalog] in memory, for the tests of
// a host. It uses neither files nor processes, and follows the rules of a
// [registry.Store]: packs that are registered are listed, Replace holds, and packs need
// what they depend on. The zero value is ready to use. It is safe for concurrent use
// once its fields are set.
type Fake struct {
	// Packs are the files of packs, an [testing/fstest.MapFS] for example, by the
	// path at which requests name them; nothing lies at other paths. nil: every path
	// is that of a pack, see [FakeVersion]. A content that has an FS or a Pack needs
	// no entry.
	Packs map[string]fs.FS
	// Provided and PlatformVersion are as in [registry.Config].
	Provided        []pack.Provided
	PlatformVersion pack.Version
	// Broken are the packs that fail, by ref, with their errors: at stage tests those
	// that match [pack.ErrTests], which a request may skip or ignore, at the stage
	// that a [*pack.Failure] names, and others at stage registration.
	Broken map[pack.Ref]error
	// OnRegister, OnList and OnShow, when not nil, are called instead.
	OnRegister func(ctx context.Context, req registry.Request) (*registry.Report, error)
	OnList     func(ctx context.Context) ([]registry.ActivePack, error)
	OnShow     func(ctx context.Context, ref pack.Ref) (*registry.PackDetails, error)

	mu       sync.Mutex // guards the following
	requests []registry.Request
	made     *registry.Memory

	working    sync.Mutex // held by the one request that changes the records
	operations int
}

var (
	_ registry.Registrar = (*Fake)(nil)
	_ registry.Catalog   = (*Fake)(nil)
)

// FakeVersion is the version of a pack that a [Fake] has no files of. Its ref is the
// last element of the path, and it has no components and no dependencies.
const FakeVersion = "1.0.0"

// fakeRoot is the root of the paths in reports. It does not exist.
const fakeRoot = "/fake"

// Register implements [registry.Registrar].
func (f *Fake) Register(ctx context.Context, req registry.Request) (*registry.Report, error) {
	f.mu.Lock()
	f.requests = append(f.requests, req)
	f.mu.Unlock()
	if f.OnRegister != nil {
		return f.OnRegister(ctx, req)
	}
	if err := checkRequest(&req); err != nil {
		return nil, err
	}
	f.working.Lock()
	defer f.working.Unlock()
	r := f.newRequest(req)
	for _, it := range r.items {
		r.prepare(ctx, it)
	}
	r.activate(ctx)
	r.warnUnmet(ctx)
	for _, it := range r.items {
		r.Close(context.WithoutCancel(ctx), &it.Item)
	}
	report := r.report()
	return report, batch.Err(ctx, "register packs", report.Failed)
}

func checkRequest(req *registry.Request) error {
	if len(req.Paths)+len(req.Contents) == 0 {
		return pack.Errorf(pack.CodeInvalidRequest, "register packs: name at least one path")
	}
	if !slices.Contains([]registry.Replace{"", registry.ReplaceNever, registry.ReplaceUpgrade, registry.ReplaceAny}, req.Replace) {
		return pack.Errorf(pack.CodeInvalidRequest, "register packs: replace is %.32q", req.Replace)
	}
	return nil
}

// Requests returns the requests to Register so far, in order.
func (f *Fake) Requests() []registry.Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.requests)
}

// List implements [registry.Catalog].
func (f *Fake) List(ctx context.Context) ([]registry.ActivePack, error) {
	if f.OnList != nil {
		return f.OnList(ctx)
	}
	records, err := f.records().Packs(ctx)
	if err != nil {
		return nil, err
	}
	packs := make([]registry.ActivePack, len(records))
	for i, rec := range records {
		packs[i] = f.pack(ctx, rec)
	}
	return packs, nil
}

// Show implements [registry.Catalog].
func (f *Fake) Show(ctx context.Context, ref pack.Ref) (*registry.PackDetails, error) {
	if f.OnShow != nil {
		return f.OnShow(ctx, ref)
	}
	for {
		details, err := f.details(ctx, ref)
		if err != nil {
			return nil, err
		}
		// Read again when it was replaced in between.
		if name, err := f.records().Active(ctx, ref); err != nil || name == details.Active.Name {
			return details, err
		}
	}
}

func (f *Fake) details(ctx context.Context, ref pack.Ref) (*registry.PackDetails, error) {
	rec, err := f.records().Pack(ctx, ref)
	if err != nil {
		return nil, err
	}
	components, err := f.records().Components(ctx, ref)
	if err != nil {
		return nil, err
	}
	generations, err := f.records().Generations(ctx, ref)
	return &registry.PackDetails{ActivePack: f.pack(ctx, rec), Components: components, Generations: generations}, err
}

func (f *Fake) pack(ctx context.Context, rec registry.Record) registry.ActivePack {
	return registry.ActivePack{Record: rec, PackState: registry.PackState{StoragePath: storagePath(rec.Ref), Unmet: f.unmet(ctx, rec)}}
}

func storagePath(ref pack.Ref) string { return filepath.Join(fakeRoot, "current", ref.String()) }

// unmet returns the dependencies of rec that are neither provided nor installed.
func (f *Fake) unmet(ctx context.Context, rec registry.Record) (unmet []pack.Dependency) {
	for _, d := range rec.Manifest.Dependencies {
		if errors.Is(f.checkDependency(ctx, d), pack.ErrDependency) {
			unmet = append(unmet, d)
		}
	}
	return unmet
}

func (f *Fake) checkDependency(ctx context.Context, d pack.Dependency) error {
	for _, p := range f.Provided {
		switch {
		case p.Ref == d.Ref && p.Satisfies(d.Constraint):
			return nil
		case p.Ref == d.Ref:
			return pack.Errorf(pack.CodeDependencyConflict, "pack %s is needed, the host provides version %s", d, p.Version)
		}
	}
	rec, err := f.records().Pack(ctx, d.Ref)
	switch {
	case errors.Is(err, pack.ErrNotFound):
		return pack.Errorf(pack.CodeDependencyMissing, "pack %s is needed and not installed", d)
	case err == nil && !d.Constraint.AllowsPresent(rec.Active.Version):
		return pack.Errorf(pack.CodeDependencyConflict, "pack %s is needed, version %s is installed", d, rec.Active.Version)
	}
	return err
}

func (f *Fake) records() *registry.Memory {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.made == nil {
		f.made = registry.NewMemory()
	}
	return f.made
}

// apply applies an operation, and returns the records.
func (f *Fake) apply(ctx context.Context, op registry.Operation) ([]registry.Record, error) {
	f.operations++
	op.ID = fmt.Sprint("fake-", f.operations)
	return f.records().Apply(ctx, op)
}

func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
