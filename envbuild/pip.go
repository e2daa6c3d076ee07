package envbuild

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/interp"
	"github.com/packtrain/pack/internal/text/pep440"
)

// Pip installs Python packages with the interpreter's own pip.
type pip struct{ *virtualenv }

// minPip is the first pip that installs into an environment without pip.
const minPip = "22.3"

func hasPip(p interp.Program) bool { return p.Pip != "" && pep440.Compare(p.Pip, minPip) >= 0 }

// newPip returns the pip of an interpreter, if it can install packages.
func newPip(v *virtualenv) (pythonDriver, error) {
	switch {
	case hasPip(v.python):
		return &pip{v}, nil
	case v.python.Pip == "":
		return nil, pack.Errorf(pack.CodeBuildFailed, "%s has no pip to install requirements.txt with: install uv, or pip %s or later",
			v.python.Path, minPip)
	}
	return nil, pack.Errorf(pack.CodeBuildFailed, "%s has pip %s, which cannot install into an environment: install uv, or pip %s or later",
		v.python.Path, v.python.Pip, minPip)
}

func (*pip) name() string { return "pip" }

func (p *pip) version() string { return p.python.Pip }

func (*pip) of(v *virtualenv) pythonDriver { return &pip{v} }

// pipWithAges is the first pip that can leave out young releases.
const pipWithAges = "26.0"

func (p *pip) agesKnown() error {
	if pep440.Compare(p.python.Pip, pipWithAges) >= 0 {
		return nil
	}
	return &BuildError{Reason: ReasonMinimumAge, Message: fmt.Sprintf(
		"pip %s cannot leave out releases younger than %v: install uv, or pip %s or later", p.python.Pip, p.minimumAge(), pipWithAges)}
}

func (p *pip) install(ctx context.Context, t *tool) ([]pack.Distribution, error) {
	file, err := p.write(t)
	if err != nil {
		return nil, err
	}
	t.log = filepath.Join(t.site.Work, "pip.log") // says more than the output
	if err := p.run(ctx, t, p.args(t, file)); err != nil {
		return nil, err
	}
	return p.distributions(t.site.Dir)
}

func (p *pip) args(t *tool, file string) []string {
	_, python := p.place(t.site.Dir)
	args := []string{
		"-I", "-B", "-m", "pip", "--isolated", "--no-input", "--disable-pip-version-check", "--no-color",
		"--cache-dir", t.cache("pip"), "--log", t.log, "--timeout", silenceSeconds, "--retries", silenceRetries, "--python", python,
		"install", "--no-compile", "--no-warn-script-location", "--progress-bar", "off",
	}
	if age := p.minimumAge(); age > 0 {
		args = append(args, "--uploaded-prior-to", newest(age))
	}
	return append(args, p.commonArgs(t, file)...)
}

// Pip ignores --only-binary if a wheel depends on an address: it builds the
// content at that address, which runs its code. No option prevents that (uv
// refuses such wheels by itself), but building needs a separate process, so pip is
// run without the means to start one. Installing wheels does not need any.
const (
	noBuildFile = "packtrain-no-build.pth"
	noBuildCode = `import subprocess; exec("def refuse(*args, **options):\n ` +
		`raise PermissionError('starting programs is not allowed: only wheels are installed')\n` +
		`subprocess.Popen.__init__ = refuse")` + "\n"
)

// run runs pip, which the new environment's interpreter executes.
func (p *pip) run(ctx context.Context, t *tool, args []string) error {
	if t.compilers {
		return t.run(ctx, p.access(t), p.python.Path, args...)
	}
	dirs, err := fs.Glob(os.DirFS(t.site.Dir), sitePackages())
	if err != nil {
		return err
	}
	if len(dirs) != 1 {
		return pack.Errorf(pack.CodeBuildFailed, "%s made an environment with %d directories for packages, want 1; install uv", p.python.Path, len(dirs))
	}
	guard := filepath.Join(t.site.Dir, dirs[0], noBuildFile)
	if err := os.WriteFile(guard, []byte(noBuildCode), 0o644); err != nil {
		return err
	}
	return errors.Join(t.run(ctx, p.access(t), p.python.Path, args...), os.Remove(guard))
}
