package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/internal/wheel"
)

// The requirements of a typical data pack: 30 wheels, 5,600 files, 95 MB.
const (
	wheelCount    = 30
	filesPerWheel = 187
	bytesPerFile  = 17_000
)

// reuseEnvironment is S8: a pack with requirements for which an environment exists.
func reuseEnvironment() job {
	return job{
		id: "S8", name: "the same 30 requirements for the next pack", rival: "python3 -m venv, pip install", goal: 0.002, floor: 0.0003,
		prepare: func(ctx context.Context, dir string) (sides, error) {
			dir, remove, err := visible(dir)
			if err != nil {
				return sides{}, err
			}
			wheels := filepath.Join(dir, "wheels")
			requirements, err := writeWheels(wheels)
			if err != nil {
				return sides{}, err
			}
			s := sides{
				ours: timed(func(ctx context.Context, fresh string) error {
					return buildFor(ctx, filepath.Join(dir, "envs"), wheels, fresh, requirements)
				}),
				rival: timed(func(ctx context.Context, fresh string) error {
					return venvAndPip(ctx, wheels, fresh, requirements)
				}),
				close: remove,
			}
			first := filepath.Join(dir, "first")
			if err := os.MkdirAll(first, 0o755); err != nil {
				return sides{}, err
			}
			_, err = s.ours(ctx, first)
			return s, err
		},
	}
}

// visible returns a directory that tools see in a sandbox, which has devices of its own, and
// a function that removes it.
func visible(dir string) (string, func() error, error) {
	if !strings.HasPrefix(dir, "/dev/") {
		return dir, nil, nil
	}
	dir, err := os.MkdirTemp("", "packtrain-bench-")
	return dir, func() error { return os.RemoveAll(dir) }, err
}

// buildFor writes a pack into fresh and builds its environment, like a host process
// that has just started.
func buildFor(ctx context.Context, envs, wheels, fresh, requirements string) error {
	manifest := fmt.Sprintf("ref: reuse\nlabel: Reuse\ndescription: %s\nversion: 1.0.0\n", filepath.Base(fresh))
	for name, data := range map[string]string{"pack.yaml": manifest, "requirements.txt": requirements} {
		if err := os.WriteFile(filepath.Join(fresh, name), []byte(data), 0o644); err != nil {
			return err
		}
	}
	builder, err := envbuild.New(envbuild.Config{
		Dir:        envs,
		SearchPath: filepath.SplitList(os.Getenv("PATH")),
		FindLinks:  []string{wheels},
	})
	if err != nil {
		return err
	}
	_, err = builder.Build(ctx, envbuild.Request{Paths: []string{fresh}})
	return err
}

func venvAndPip(ctx context.Context, wheels, fresh, requirements string) error {
	list := filepath.Join(fresh, "requirements.txt")
	if err := os.WriteFile(list, []byte(requirements), 0o644); err != nil {
		return err
	}
	env := filepath.Join(fresh, "venv")
	if err := command(ctx, "python3", "-m", "venv", env); err != nil {
		return err
	}
	return command(ctx, filepath.Join(env, "bin", "pip"), "install", "--quiet", "--no-index", "--find-links", wheels, "-r", list)
}

// writeWheels writes the wheels and returns a requirements file for them.
func writeWheels(dir string) (string, error) {
	var requirements strings.Builder
	body := strings.Repeat("value = [1, 2, 3]  # a line of an ordinary module\n", bytesPerFile/50)
	for i := range wheelCount {
		name := fmt.Sprintf("library%02d", i)
		files := []wheel.File{{Name: name + "/__init__.py"}}
		for j := range filesPerWheel {
			files = append(files, wheel.File{Name: fmt.Sprintf("%s/module%03d.py", name, j), Data: []byte(body)})
		}
		if err := wheel.Write(dir, name, "1.0.0", files); err != nil {
			return "", err
		}
		fmt.Fprintf(&requirements, "%s==1.0.0\n", name)
	}
	return requirements.String(), nil
}
