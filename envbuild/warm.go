package envbuild

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/envstore"
)

// compileProgram compiles the packages of a virtualenv into a directory for bytecode. Its
// files are never compared with the sources, which do not change. In such a directory the
// interpreter also looks for the bytecode of its own library, so links lead there.
const compileProgram = `import compileall, os, py_compile, sys, sysconfig
prefix, site = sys.argv[1:]
sys.pycache_prefix = prefix
compileall.compile_dir(site, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
suffix = "." + sys.implementation.cache_tag + ".pyc"
for base, dirs, files in os.walk(sysconfig.get_path("stdlib")):
    dirs[:] = [d for d in dirs if d not in ("site-packages", "dist-packages", "test", "tests", "__pycache__")]
    compiled = os.path.join(base, "__pycache__")
    if os.path.isdir(compiled):
        there = prefix + base
        os.makedirs(there, exist_ok=True)
        for name in os.listdir(compiled):
            if name.endswith(suffix):
                os.symlink(os.path.join(compiled, name), os.path.join(there, name))
`

// Warm compiles the Python packages of a virtualenv into the directory that
// [pack.Environment.BytecodeDir] names, unless that was done. Programs that are started with
// that directory in the variable PYTHONPYCACHEPREFIX need not compile. No code of packages
// runs. Environments of other runtimes need nothing of the kind. An environment without a
// record is an error with [pack.CodeNotFound], one that was changed since it was built one
// with [pack.CodeStoreCorrupt]. It may be called at any time, by several processes.
func (b *Builder) Warm(ctx context.Context, e pack.Environment) error {
	if e.BytecodeDir() == "" {
		return nil
	}
	r, ok := b.store.Instance(e)
	if !ok {
		return pack.Errorf(pack.CodeNotFound, "environment %s-%s has no record: it was removed, or built by another release", e.Key, e.Instance)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, DefaultTimeout, pack.Errorf(pack.CodeTimeout, "not compiled within %v", DefaultTimeout))
	defer cancel()
	return b.store.Fill(ctx, r, func(site envstore.Site) error { return b.compile(ctx, e, site) })
}

func (b *Builder) compile(ctx context.Context, e pack.Environment, site envstore.Site) error {
	python, err := filepath.EvalSymlinks(e.Interpreter) // without the packages of the environment
	if err != nil {
		return err
	}
	packages, err := filepath.Glob(filepath.Join(e.Path, filepath.FromSlash(sitePackages())))
	if err != nil || len(packages) != 1 {
		return pack.Errorf(pack.CodeBuildFailed, "compile packages: %s has %d directories for packages, want 1", e.Path, len(packages))
	}
	t := &tool{Builder: b, site: site, title: string(e.Runtime) + "-" + e.Key, program: python}
	if err := t.prepare(); err != nil {
		return err
	}
	// The name that the directory will have decides nothing: names in it begin with those
	// of the sources.
	access := t.access(e.Path)
	access.Cache = nil
	if err := t.run(ctx, access, python, "-I", "-S", "-B", "-c", compileProgram, site.Dir, packages[0]); err != nil {
		return fmt.Errorf("compile packages of %s: %w", strconv.Quote(e.Path), err)
	}
	return nil
}
