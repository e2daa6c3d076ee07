package envbuild

import (
	"context"
	"encoding/json"
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
	if err := p.runInstall(ctx, t, "--no-compile", "--no-warn-script-location"); err != nil {
		return nil, err
	}
	return p.distributions(t.site.Dir)
}

// resolve implements driver.
func (p *pip) resolve(ctx context.Context, t *tool) ([]pack.Distribution, error) {
	report := filepath.Join(t.site.Work, "report.json")
	if err := p.skeleton(ctx, t); err != nil {
		return nil, err
	}
	if err := p.runInstall(ctx, t, "--dry-run", "--report", report); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(report)
	if err != nil {
		return nil, err
	}
	return reported(data)
}

// reported reads the report of pip.
func reported(data []byte) ([]pack.Distribution, error) {
	var report struct {
		Install []struct {
			Download json.RawMessage `json:"download_info"`
			Direct   bool            `json:"is_direct"`
			Metadata struct {
				Name    string `json:"name"`
				Version string `json:"version"`
			} `json:"metadata"`
		} `json:"install"`
	}
	if err := json.Unmarshal(data, &report); err != nil {
		return nil, fmt.Errorf("report of pip: %w", err)
	}
	found := []pack.Distribution{}
	for _, p := range report.Install {
		d := pack.Distribution{Name: plain(p.Metadata.Name), Version: plain(p.Metadata.Version)}
		if d.Source, d.Digests = directSource(string(p.Download)); !p.Direct {
			d.Source = ""
		}
		found = append(found, d)
	}
	return sorted(found), nil
}

// runInstall runs pip install with further options.
func (p *pip) runInstall(ctx context.Context, t *tool, options ...string) error {
	file, err := p.write(t)
	if err != nil {
		return err
	}
	t.log = filepath.Join(t.site.Work, "pip.log") // says more than the output
	return p.run(ctx, t, p.args(t, file, options))
}

func (p *pip) args(t *tool, file string, options []string) []string {
	_, python := p.place(t.site.Dir)
	args := []string{
		"-I", "-B", "-m", "pip", "--isolated", "--no-input", "--disable-pip-version-check", "--no-color",
		"--cache-dir", t.cache("pip"), "--log", t.log, "--timeout", silenceSeconds, "--retries", silenceRetries, "--python", python,
		"install",
	}
	args = append(append(args, options...), "--progress-bar", "off")
	if age := p.minimumAge(); age > 0 {
		args = append(args, "--uploaded-prior-to", newest(age))
	}
	if p.config.Packages != nil {
		args = append(args, "--trusted-host", PackagesHost) // by plain http
	}
	return p.with(append(args, p.commonArgs(t)...), file)
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
