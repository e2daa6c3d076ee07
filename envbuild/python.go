package envbuild

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/envstore"
	"github.com/packtrain/pack/envbuild/internal/interp"
	"github.com/packtrain/pack/internal/text/pep508"
)

// A python chooses how virtualenvs are made.
type python struct {
	config   *Config
	prefer   versionRange
	must     bool
	programs func() ([]interp.Program, error)
	silent   *silence
	uvs      func() ([]interp.Program, error)
}

func (p *python) name() pack.RuntimeName { return pack.RuntimePython }

func (p *python) preferring(version string, must bool) (err error) {
	p.must = must
	p.prefer, err = pythonRange(version)
	return err
}

func (p *python) recipe(files fs.FS, needs *pack.RuntimeNeed) (recipe, error) {
	r := &virtualenv{config: p.config, ranges: needs.Ranges}
	if err := r.read(files, needs.Manifest); err != nil {
		return nil, err
	}
	ranges, err := parseRanges(needs.Ranges, pythonRange)
	if err != nil {
		return nil, err
	}
	programs, err := p.programs()
	if err != nil {
		return nil, err
	}
	uvs, err := p.uvs()
	if err != nil {
		return nil, err
	}
	c := choice{runtime: p.name(), ranges: ranges, prefer: p.prefer, must: p.must, silent: p.silent}
	if len(uvs) == 0 && len(r.requirements.lines) > 0 {
		c.usable = hasPip
	}
	if r.python, err = c.of(programs); err != nil {
		return nil, err
	}
	r.others = c.passedOver(programs, r.python)
	return r, r.chooseDriver(uvs)
}

// A virtualenv is how one virtualenv is made.
type virtualenv struct {
	config       *Config
	python       interp.Program
	others       []PassedOver
	ranges       []string
	requirements requirements
	driver       pythonDriver // nil without requirements
	// set is what a lock states, from which the requirements are then made; else nil.
	set *LockedSet
	// source lists the patterns of packages that may be built from source.
	source []string
	// built are the packages that are built from source.
	built []string
}

// chooseDriver chooses what installs the requirements, if there are any: uv, or else the
// interpreter's own pip.
func (v *virtualenv) chooseDriver(uvs []interp.Program) (err error) {
	switch {
	case len(v.requirements.lines) == 0:
	case len(uvs) > 0:
		v.driver = &uv{v, uvs[0]}
	default:
		v.driver, err = newPip(v)
	}
	return err
}

func (v *virtualenv) read(files fs.FS, name string) error {
	if name == "" {
		return nil
	}
	if _, err := readFile(files, name, pep508.MaxSize); err != nil {
		return err
	}
	var err error
	v.requirements, err = readRequirements(func(name string) ([]byte, error) { return readFile(files, name, pep508.MaxSize) }, v.config.Policy.Direct)
	return err
}

func (v *virtualenv) program() interp.Program { return v.python }

func (v *virtualenv) passed() []PassedOver { return v.others }

func (v *virtualenv) described() *pack.Runtime { return nil }

// A virtualenv without packages is still needed: packs must not see packages that
// happen to be installed with the interpreter.
func (v *virtualenv) void() bool { return false }

func (v *virtualenv) ingredients() any {
	base := []string{v.python.Path, v.python.Version, v.python.Build}
	if len(v.requirements.lines) == 0 {
		return []any{base}
	}
	return []any{base, v.requirements.lines, v.requirements.constraints, v.driver.name(), v.sources()}
}

// sources are the names of where packages come from, and in which form.
func (v *virtualenv) sources() map[string]any {
	sources := map[string]any{}
	if v.set == nil { // otherwise digests decide, not where the packages come from
		sources["index"], sources["links"] = publicName(v.config.PythonIndex), v.config.FindLinks
	}
	if len(v.source) > 0 {
		sources["source"] = normalPatterns(v.source)
	}
	if v.set != nil {
		sources["locked"] = true
	}
	if age := v.minimumAge(); age > 0 {
		sources["minimum age"] = age.String()
	}
	return sources
}

// minimumAge returns how old releases have to be. Digests pin them.
func (v *virtualenv) minimumAge() time.Duration {
	if v.requirements.hashed || len(v.requirements.lines) == 0 {
		return 0
	}
	return v.config.Policy.MinimumAge
}

// wider implements recipe: what needs no source distribution is built without any.
func (v *virtualenv) wider() recipe {
	if len(v.source) > 0 || len(v.config.Policy.Source) == 0 || v.driver == nil {
		return nil
	}
	wide := *v
	wide.source = v.config.Policy.Source
	wide.driver = v.driver.of(&wide)
	return &wide
}

// suffices implements recipe.
func (v *virtualenv) suffices(_ *envstore.Record, err error) bool {
	return v.admitted(v.config.Policy.Source, err) == ""
}

// admitted returns the package that can be built from source, for which the installation
// failed; "" if it failed for another reason.
func (v *virtualenv) admitted(patterns []string, err error) string {
	failed, ok := errors.AsType[*BuildError](err)
	if ok && failed.Reason == ReasonNeedsSource && admitsPython(patterns, failed.Package) {
		return failed.Package
	}
	return ""
}

func (v *virtualenv) build(ctx context.Context, t *tool) (c contents, err error) {
	if err := v.skeleton(ctx, t); err != nil {
		return c, err
	}
	c.distributions = []pack.Distribution{}
	if v.driver == nil {
		return c, v.start(ctx, t)
	}
	before, err := envstore.Scan(t.site.Dir)
	if err != nil {
		return c, err
	}
	if c.distributions, err = v.do(ctx, t, v.driver.install); err != nil {
		return c, err
	}
	c.tool, c.fromSource = v.driver.name()+" "+v.driver.version(), v.fromSource(t)
	// A lock of uv, which is of no use any more.
	if err := os.Remove(filepath.Join(t.site.Dir, ".lock")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return c, err
	}
	if c.files, err = envstore.Scan(t.site.Dir); err != nil {
		return c, err
	}
	if c.pathFiles, err = checkPython(t.site.Dir, v.python.Version, before, c.files); err != nil {
		return c, refusal(err, v.requirements.places)
	}
	if err := v.checkSet(t.site.Dir); err != nil {
		return c, err
	}
	return c, v.start(ctx, t)
}

// skeleton makes a virtualenv without packages.
func (v *virtualenv) skeleton(ctx context.Context, t *tool) error {
	return t.run(ctx, t.access(), v.python.Path, "-I", "-B", "-m", "venv", "--without-pip", t.site.Dir)
}

// start starts the interpreter of the environment.
func (v *virtualenv) start(ctx context.Context, t *tool) error {
	_, python := v.place(t.site.Dir)
	return t.startSealed(ctx, python, "-I", "-B", "-c", "import sys; sys.exit(sys.prefix == sys.base_prefix)")
}

// startSealed starts a program of the environment: what was installed can break that.
// It may run code of packages, which must not change the environment.
func (t *tool) startSealed(ctx context.Context, program string, args ...string) error {
	t.compilers = false
	if err := envstore.Seal(t.site.Dir); err != nil {
		return err
	}
	before, err := envstore.Stamps(t.site.Dir)
	if err != nil {
		return err
	}
	if err := t.run(ctx, t.inspection(), program, args...); err != nil {
		return err
	}
	after, err := envstore.Stamps(t.site.Dir)
	if err == nil && after != before {
		err = &BuildError{Reason: ReasonInvalidPackage, Message: "a package changes files of the environment when the interpreter starts"}
	}
	return err
}

// do installs or resolves the requirements, as wheels where there are wheels: a package is
// built from source once the tool has failed for the lack of one.
func (v *virtualenv) do(ctx context.Context, t *tool, s step) ([]pack.Distribution, error) {
	if v.minimumAge() > 0 {
		if err := v.driver.agesKnown(); err != nil {
			return nil, err
		}
	}
	v.built = slices.Clone(v.requirements.source)
	for {
		t.compilers = len(v.built) > 0 || admitsAll(v.source)
		found, err := do(ctx, t, v.driver, s, v.requirements.places)
		name := pep508.NormalizeName(v.admitted(v.source, err))
		if name == "" || slices.Contains(v.built, name) {
			return found, v.set.beside(err)
		}
		v.built = append(v.built, name)
	}
}

var builtFromSource = regexp.MustCompile(`(?m)^\s*(?:Built|Building wheel for) ([A-Za-z0-9._-]+)`)

// fromSource returns the packages that the last program built from source, by what it
// says.
func (v *virtualenv) fromSource(t *tool) []string {
	var names []string
	for _, m := range builtFromSource.FindAllStringSubmatch(readLog(t.output()), -1) {
		names = append(names, pep508.NormalizeName(m[1]))
	}
	return normalPatterns(append(names, v.built...))
}

func (v *virtualenv) place(dir string) (path, interpreter string) {
	if runtime.GOOS == "windows" {
		return dir, filepath.Join(dir, "Scripts", "python.exe")
	}
	return dir, filepath.Join(dir, "bin", "python")
}

// sitePackages is a pattern of where packages lie in a virtualenv.
func sitePackages() string {
	if runtime.GOOS == "windows" {
		return "Lib/site-packages"
	}
	return "lib/python*/site-packages"
}
