package deps

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"runtime"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
)

// DefaultMaxPacks is the default of [Config.MaxPacks].
const DefaultMaxPacks = 50_000

// Config configures an [Analyzer]. The zero value is ready to use: nothing is
// installed or provided, and missing packs are reported but not looked up.
type Config struct {
	// World knows the packs that are installed and available. If nil, none is installed,
	// and missing packs are not looked for.
	World World
	// Provided lists the packs that the host supplies. Their refs are reserved:
	// a pack of the request that uses one is an error.
	Provided []pack.Provided
	// PlatformVersion is the version of the platform that the packs are for: one
	// that does not suit it fails, see [pack.PlatformError]. The zero value means
	// that it is not known: a pack that asks for a version gets a warning.
	PlatformVersion pack.Version
	// Load are the options for loading packs; nil for the native shape.
	Load *pack.LoadOptions
	// Open opens the directory of a pack; nil opens any. A host that takes paths from
	// untrusted users confines them here: regardless of links, only what Open returned
	// is read. It is safe for concurrent use.
	Open func(path string) (*os.Root, error)
	// MaxPacks bounds how many packs are looked up; 0 means [DefaultMaxPacks].
	MaxPacks int
	// Parallel is the number of packs that are read or looked up at a time. 0: the
	// number of processors.
	Parallel int
}

// An Analyzer reports what packs need. It only reads. It is safe for concurrent
// use.
type Analyzer struct {
	config   Config
	provided map[pack.Ref]pack.Provided
}

var _ DependencyAnalyzer = (*Analyzer)(nil)

// New returns an Analyzer. A duplicate provided pack is an error with
// [pack.CodeInvalidRequest].
func New(c Config) (*Analyzer, error) {
	provided := make(map[pack.Ref]pack.Provided, len(c.Provided))
	for _, p := range c.Provided {
		if _, twice := provided[p.Ref]; twice {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "pack %s is provided twice", p.Ref)
		}
		provided[p.Ref] = p
	}
	c.Parallel = cmp.Or(c.Parallel, runtime.GOMAXPROCS(0))
	return &Analyzer{config: c, provided: provided}, nil
}

// Analyze implements [DependencyAnalyzer].
func (a *Analyzer) Analyze(ctx context.Context, req Request) (*Report, error) {
	const doing = "analyse dependencies"
	if len(req.Paths)+len(req.Contents) == 0 {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "%s: name at least one path", doing)
	}
	world := remember(a.config.World)
	r := a.read(ctx, world, req)
	defer r.close(context.WithoutCancel(ctx))
	rep, err := a.analyse(ctx, world, r)
	if err != nil {
		return rep, fmt.Errorf("%s: %w", doing, err)
	}
	return rep, batch.Err(ctx, doing, rep.Failed)
}
