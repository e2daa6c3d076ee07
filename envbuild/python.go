package envbuild

import (
	"context"
	"io/fs"
	"path/filepath"
	"runtime"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/interp"
	"github.com/packtrain/pack/internal/text/pep508"
)

// A python chooses how virtualenvs are made.
type python struct {
	config   *Config
	prefer   versionRange
	programs func() ([]interp.Program, error)
	uvs      func() ([]interp.Program, error)
}

func (p *python) name() pack.RuntimeName { return pack.RuntimePython }

func (p *python) preferring(version string) (err error) {
	p.prefer, err = pythonRange(version)
	return err
}

func (p *python) recipe(files fs.FS, needs *pack.RuntimeNeed) (recipe, error) {
	r := &virtualenv{config: p.config}
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
	c := choice{runtime: p.name(), ranges: ranges, prefer: p.prefer}
	if len(uvs) == 0 && len(r.requirements.lines) > 0 {
		c.usable = hasPip
	}
	if r.python, err = c.of(programs); err != nil {
		return nil, err
	}
	return r, r.chooseDriver(uvs)
}

// A virtualenv is how one virtualenv is made.
type virtualenv struct {
	config       *Config
	python       interp.Program
	requirements requirements
	driver       driver // nil without requirements
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
	data, err := readFile(files, name, pep508.MaxSize)
	if err != nil {
		return err
	}
	v.requirements, err = parseRequirements(data, v.config.AllowDirect)
	return err
}

func (v *virtualenv) program() interp.Program { return v.python }

// A virtualenv without packages is still needed: packs must not see packages that
// happen to be installed with the interpreter.
func (v *virtualenv) void() bool { return false }

func (v *virtualenv) ingredients() any {
	base := []string{v.python.Path, v.python.Version, v.python.Build}
	if len(v.requirements.lines) == 0 {
		return []any{base}
	}
	return []any{base, v.requirements.lines, v.driver.name(), v.sources()}
}

// sources are the names of where packages come from, and in which form.
func (v *virtualenv) sources() map[string]any {
	return map[string]any{
		"index":  publicName(v.config.PythonIndex),
		"links":  v.config.FindLinks,
		"source": v.config.AllowSourceBuilds,
	}
}

func (v *virtualenv) build(ctx context.Context, t *tool) ([]pack.Distribution, error) {
	t.compilers = v.config.AllowSourceBuilds || v.config.AllowDirect
	if err := t.run(ctx, t.access(), v.python.Path, "-I", "-B", "-m", "venv", "--without-pip", t.site.Dir); err != nil {
		return nil, err
	}
	found := []pack.Distribution{}
	if v.driver != nil {
		var err error
		if found, err = install(ctx, t, v.driver, v.requirements.places); err != nil {
			return nil, err
		}
	}
	// What was installed can break the start of the interpreter.
	_, python := v.place(t.site.Dir)
	return found, t.run(ctx, t.access(), python, "-I", "-B", "-c", "import sys; sys.exit(sys.prefix == sys.base_prefix)")
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
