package envbuildtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
)

// A NewFunc returns a builder that stores its environments in dir. It is called several
// times for one directory, as several processes would.
type NewFunc func(dir string) (envbuild.EnvBuilder, error)

// Run checks that the builders that newBuilder makes keep the contract of
// [envbuild.EnvBuilder], each promise in a subtest of its own. They must be able
// to build environments without packages for Python 3 and Node.js, and for the
// packages "textstats" and "tinyslug", or imitate it.
func Run(t *testing.T, newBuilder NewFunc) {
	t.Helper()
	for _, c := range checks() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if err := c.run(t.Context(), &bench{dir: t.TempDir(), newBuilder: newBuilder}); err != nil {
				t.Error(err)
			}
		})
	}
}

// A check is one promise; run returns how it was broken.
type check struct {
	name string
	run  func(ctx context.Context, b *bench) error
}

// A bench is where a check lays out packs and has environments built for them.
type bench struct {
	dir        string
	newBuilder NewFunc
}

// envs is the directory of the builder.
func (b *bench) envs() string { return filepath.Join(b.dir, "envs") }

// A layout is a pack to lay out: its files beside pack.yaml, by name.
type layout map[string]string

// The packs of the checks.
var (
	plain  = func() layout { return layout{"README.md": "nothing to build"} }
	python = func() layout { return layout{"requirements.txt": "textstats\n"} }
	node   = func() layout { return layout{"package.json": `{"dependencies": {"tinyslug": "^1.0.0"}}`} }
	bare   = func() layout { return layout{pack.ManifestFile: "runtime_deps: [python3, nodejs]\n"} }
	broken = func() layout { return layout{pack.ManifestFile: "label: [\n"} }
	modern = func() layout { return layout{pack.ManifestFile: "runtime_deps: ['python3>=99']\n"} }
)

// layOut writes a pack; what the layout says of pack.yaml is added to it.
func (b *bench) layOut(name string, files layout) (string, error) {
	dir := filepath.Join(b.dir, "packs", name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	manifest := fmt.Sprintf("ref: %s\nversion: 1.0.0\nlabel: %s\ndescription: A pack\n", name, name)
	errs := []error{os.WriteFile(filepath.Join(dir, pack.ManifestFile), []byte(manifest+files[pack.ManifestFile]), 0o644)}
	for file, content := range files {
		if file != pack.ManifestFile {
			errs = append(errs, os.WriteFile(filepath.Join(dir, file), []byte(content), 0o644))
		}
	}
	return dir, errors.Join(errs...)
}

// pack lays out one pack, and builds for it with a builder of its own.
func (b *bench) pack(ctx context.Context, files layout, req envbuild.Request) (*envbuild.Report, error) {
	path, err := b.layOut("app", files)
	if err != nil {
		return nil, err
	}
	req.Paths = []string{path}
	return b.build(ctx, req)
}

// build serves a request with a builder of its own.
func (b *bench) build(ctx context.Context, req envbuild.Request) (*envbuild.Report, error) {
	builder, err := b.newBuilder(b.envs())
	if err != nil {
		return nil, err
	}
	rep, err := builder.Build(ctx, req)
	if rep == nil && err == nil {
		return nil, errors.New("neither a report nor an error")
	}
	return rep, err
}

func diff(what string, got, want any) error {
	if d := cmp.Diff(want, got); d != "" {
		return fmt.Errorf("%s (-want +got):\n%s", what, d)
	}
	return nil
}

func wantCode(err error, want pack.Code) error {
	switch got := pack.CodeOf(err); {
	case err == nil:
		return fmt.Errorf("no error, want one with code %q", want)
	case got != want:
		return fmt.Errorf("code = %q, want %q: %w", got, want, err)
	}
	return nil
}

// one returns the environments of the only pack of a report.
func one(rep *envbuild.Report, err error) (envbuild.Environments, error) {
	if err != nil {
		return envbuild.Environments{}, err
	}
	if len(rep.Built) != 1 || len(rep.Failed) != 0 {
		return envbuild.Environments{}, fmt.Errorf("want one pack that is built: %+v", rep)
	}
	return rep.Built[0].Environments, nil
}

// onePython returns the Python environment of the only pack of a report.
func onePython(rep *envbuild.Report, err error) (*envbuild.Environment, error) {
	envs, err := one(rep, err)
	if err == nil && envs.Of(pack.RuntimePython) == nil {
		err = errors.New("want a Python environment")
	}
	return envs.Of(pack.RuntimePython), err
}
