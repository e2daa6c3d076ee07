package envbuild

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
)

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

// runPip runs pip, which the new environment's interpreter executes.
func (v *virtualenv) runPip(ctx context.Context, t *tool, file string) error {
	if t.compilers {
		return t.run(ctx, v.access(t), v.python.Path, v.pipArgs(t, file)...)
	}
	dirs, err := fs.Glob(os.DirFS(t.site.Dir), sitePackages())
	if err != nil {
		return err
	}
	if len(dirs) != 1 {
		return pack.Errorf(pack.CodeBuildFailed, "%s made an environment with %d directories for packages, want 1; install uv", v.python.Path, len(dirs))
	}
	guard := filepath.Join(t.site.Dir, dirs[0], noBuildFile)
	if err := os.WriteFile(guard, []byte(noBuildCode), 0o644); err != nil {
		return err
	}
	return errors.Join(t.run(ctx, v.access(t), v.python.Path, v.pipArgs(t, file)...), os.Remove(guard))
}
