package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
)

// startAction is S16: an action that imports 20 modules starts in an environment whose
// packages were compiled by Warm; the rival's were compiled by pip.
func startAction() job {
	return job{
		id: "S16", name: "processor time of an action with 20 imports", rival: "python3 -m venv, pip install", goal: 1.05, floor: 1,
		prepare: func(ctx context.Context, dir string) (sides, error) {
			dir, remove, err := visible(dir)
			if err != nil {
				return sides{}, err
			}
			wheels, first, rival := filepath.Join(dir, "wheels"), filepath.Join(dir, "first"), filepath.Join(dir, "rival")
			requirements, err := writeWheels(wheels)
			if err != nil {
				return sides{}, err
			}
			for _, d := range []string{first, rival} {
				if err := os.MkdirAll(d, 0o755); err != nil {
					return sides{}, err
				}
			}
			env, err := warmed(ctx, filepath.Join(dir, "envs"), wheels, first, requirements)
			if err != nil {
				return sides{}, err
			}
			if err := venvAndPip(ctx, wheels, rival, requirements); err != nil {
				return sides{}, err
			}
			var modules []string
			for i := range 20 {
				modules = append(modules, fmt.Sprintf("library%02d.module%03d", i, i))
			}
			program := "import " + strings.Join(modules, ", ")
			start := func(env *pack.Environment) func(context.Context, string) (float64, error) {
				return func(ctx context.Context, _ string) (float64, error) {
					cmd := exec.CommandContext(ctx, env.Interpreter, "-c", program)
					cmd.Env = []string{"PYTHONDONTWRITEBYTECODE=1"}
					if dir := env.BytecodeDir(); dir != "" {
						cmd.Env = append(cmd.Env, "PYTHONPYCACHEPREFIX="+dir)
					}
					err := cmd.Run()
					return milliseconds(cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()), err
				}
			}
			plain := &pack.Environment{Interpreter: filepath.Join(rival, "venv", "bin", "python")}
			return sides{ours: start(env), rival: start(plain), close: remove}, nil
		},
	}
}

// warmed builds the environment of a pack and compiles its packages.
func warmed(ctx context.Context, envs, wheels, fresh, requirements string) (*pack.Environment, error) {
	if err := buildFor(ctx, envs, wheels, fresh, requirements); err != nil {
		return nil, err
	}
	builder, err := envbuild.New(envbuild.Config{Dir: envs, SearchPath: filepath.SplitList(os.Getenv("PATH")), FindLinks: []string{wheels}})
	if err != nil {
		return nil, err
	}
	instances, err := builder.Instances(ctx)
	if err != nil {
		return nil, err
	}
	e := &instances[0].Environment
	return e, builder.Warm(ctx, *e)
}

// makeEnvironment is S6: an environment without packages.
func makeEnvironment() job {
	return job{
		id: "S6", name: "a Python environment without packages", rival: "python3 -m venv", goal: 0.01, floor: 0.003,
		prepare: func(_ context.Context, dir string) (sides, error) {
			dir, remove, err := visible(dir)
			return sides{
				close: remove,
				ours: timed(func(ctx context.Context, fresh string) error {
					manifest := "ref: empty\nlabel: Empty\ndescription: A pack.\nversion: 1.0.0\nruntime_deps: [python3]\n"
					if err := os.WriteFile(filepath.Join(fresh, "pack.yaml"), []byte(manifest), 0o644); err != nil {
						return err
					}
					builder, err := envbuild.New(envbuild.Config{Dir: filepath.Join(dir, "envs"), SearchPath: filepath.SplitList(os.Getenv("PATH"))})
					if err != nil {
						return err
					}
					_, err = builder.Build(ctx, envbuild.Request{Paths: []string{fresh}, Rebuild: true})
					return err
				}),
				rival: timed(func(ctx context.Context, fresh string) error {
					return command(ctx, "python3", "-m", "venv", filepath.Join(fresh, "venv"))
				}),
			}, err
		},
	}
}
