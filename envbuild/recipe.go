package envbuild

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/envstore"
	"github.com/packtrain/pack/envbuild/internal/interp"
)

// A kind is a kind of environment. It decides which environment a pack gets; the
// recipe builds it.
type kind interface {
	// name is the name of the runtime.
	name() pack.RuntimeName
	// preferring sets the preferred version, which there must be an interpreter of or not;
	// "" prefers none.
	preferring(version string, must bool) error
	// recipe returns the recipe of the environment for a pack with the given files.
	recipe(files fs.FS, needs *pack.RuntimeNeed) (recipe, error)
}

// A recipe describes how to build one environment, independent of the pack.
type recipe interface {
	// ingredients are everything that decides the content of the environment;
	// the Key is computed from their JSON.
	ingredients() any
	// program is the interpreter, and passed are those that it was preferred to.
	program() interp.Program
	passed() []PassedOver
	// described is the runtime if it is not built in, else nil.
	described() *pack.Runtime
	// void reports whether the interpreter alone is the environment.
	void() bool
	// wider returns the recipe that uses what the policy allows beyond this one; nil when
	// it allows nothing more.
	wider() recipe
	// suffices reports whether a record of this recipe, or the error of its build, is
	// final although there is a wider one.
	suffices(r *envstore.Record, err error) bool
	// wants returns the set that a lock has to state for it, without distributions; nil if
	// it needs none.
	wants() *LockedSet
	// locked returns the recipe that installs exactly the distributions of a set for it. An
	// error says why the set cannot be used.
	locked(set *LockedSet) (recipe, error)
	// build builds the environment at the site of t.
	build(ctx context.Context, t *tool) (contents, error)
	// resolve returns what build would install. The site of t is thrown away afterwards.
	resolve(ctx context.Context, t *tool) (contents, error)
	// place says where in dir, where it was built, the environment lies, and
	// which interpreter runs scripts in it.
	place(dir string) (path, interpreter string)
	// distributions lists the packages in the environment that was built in dir,
	// sorted, not nil.
	distributions(dir string) ([]pack.Distribution, error)
}

// The contents of an environment that was built.
type contents struct {
	distributions  []pack.Distribution // sorted, not nil
	lockable       []LockedDistribution
	unlocked       string   // why they cannot be locked
	skippedScripts []string // packages whose install scripts were not run
	pathFiles      []string // .pth files, which the interpreter reads and may run
	fromSource     []string // packages that were built from source
	tool           string   // with its version
	files          []envstore.File
}

// keyOf returns the Key of a recipe. The number is the version of the build
// procedure: it changes when the same ingredients are built differently.
func keyOf(runtime pack.RuntimeName, r recipe) (string, error) {
	data, err := json.Marshal([]any{"packtrain-environment-2", runtime, r.ingredients()})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16]), nil
}

// describe returns the environment of a recipe, built in dir.
func describe(runtime pack.RuntimeName, key string, r recipe, dir string) pack.Environment {
	path, interpreter := r.place(dir)
	return pack.Environment{
		Runtime: runtime, Key: key, Path: path, Interpreter: interpreter, Version: r.program().Printed,
		Distributions: []pack.Distribution{}, Described: r.described(),
	}
}

// buildAt builds the environment of a recipe at a site.
func (b *Builder) buildAt(ctx context.Context, site envstore.Site, runtime pack.RuntimeName, key string, r recipe, say func(format string, args ...any)) (envstore.Record, error) {
	t := &tool{Builder: b, site: site, title: string(runtime) + "-" + key, program: r.program().Path, runtime: runtime, say: say}
	if err := t.prepare(); err != nil {
		return envstore.Record{}, err
	}
	c, err := r.build(ctx, t)
	if err != nil {
		return envstore.Record{}, err
	}
	e := describe(runtime, key, r, site.Dir)
	e.Distributions = c.distributions
	ingredients, err := json.Marshal(r.ingredients())
	return envstore.Record{
		Environment: e, Ingredients: ingredients, Tool: c.tool, SkippedScripts: c.skippedScripts, PathFiles: c.pathFiles, FromSource: c.fromSource, Listing: c.files,
	}, err
}

// A choice states the requirements on an interpreter.
type choice struct {
	runtime pack.RuntimeName
	title   string // of a runtime that is not built in
	ranges  []versionRange
	prefer  versionRange
	must    bool // there has to be one of the preferred version
	// usable reports whether packages can be installed for a program; nil: for
	// every one.
	usable func(interp.Program) bool
	silent *silence // programs that did not answer
}

// of returns the best of the programs: among those that every range admits one that is
// preferred, then one for which packages can be installed, then the first. That none is
// of a preferred version is an error.
func (c choice) of(programs []interp.Program) (interp.Program, error) {
	if c.must && !slices.ContainsFunc(programs, func(p interp.Program) bool { return c.prefer.Allows(p.Version) }) {
		return interp.Program{}, c.nothing(programs, []versionRange{c.prefer})
	}
	var fitting []interp.Program
	for _, p := range programs {
		if !slices.ContainsFunc(c.ranges, func(r versionRange) bool { return !r.Allows(p.Version) }) {
			fitting = append(fitting, p)
		}
	}
	if len(fitting) == 0 {
		return interp.Program{}, c.nothing(programs, c.ranges)
	}
	slices.SortStableFunc(fitting, func(a, b interp.Program) int { return c.rank(b) - c.rank(a) })
	return fitting[0], nil
}

func (c choice) rank(p interp.Program) int {
	rank := 0
	if c.prefer.Allows(p.Version) {
		rank += 2
	}
	if c.usable == nil || c.usable(p) {
		rank++
	}
	return rank
}

func (c choice) nothing(programs []interp.Program, ranges []versionRange) error {
	var wanted, found []string
	for _, r := range ranges {
		wanted = append(wanted, r.String())
	}
	for _, p := range programs {
		found = append(found, p.Version)
	}
	title := c.title
	if r, ok := pack.RuntimeByName(c.runtime); ok {
		title = r.Title
	}
	if len(found) == 0 {
		return pack.Errorf(pack.CodeBuildFailed, "no %s found: install one, or add where it is to the search path", title)
	}
	return pack.Errorf(pack.CodeBuildFailed, "no %s satisfies %s: found %s; install one, or add where it is to the search path",
		title, strings.Join(wanted, " and "), strings.Join(found, ", "))
}

// readFile reads a file of a pack, at most limit bytes of it.
func readFile(files fs.FS, name string, limit int64) ([]byte, error) {
	info, err := fs.Stat(files, name)
	if err != nil {
		return nil, err
	}
	if info.Size() > limit {
		return nil, &pack.LimitError{Limit: "size", Max: limit, Value: info.Size(), Path: name}
	}
	return fs.ReadFile(files, name)
}
