package envbuildtest

import (
	"context"
	"errors"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
)

func reuseChecks() []check {
	return []check{
		{"packs with the same needs share an environment", func(ctx context.Context, b *bench) error {
			first, err1 := b.layOut("first", python())
			second, err2 := b.layOut("second", layout{"requirements.txt": "# the same\nTextStats\n", "other.txt": "x"})
			rep, err := b.build(ctx, envbuild.Request{Paths: []string{first, second}})
			if err := errors.Join(err1, err2, err); err != nil {
				return err
			}
			if len(rep.Built) != 2 || rep.Built[0].Environments.Of(pack.RuntimePython) == nil || rep.Built[1].Environments.Of(pack.RuntimePython) == nil {
				return fmt.Errorf("want two Python environments: %+v", rep)
			}
			a, z := rep.Built[0].Environments.Of(pack.RuntimePython), rep.Built[1].Environments.Of(pack.RuntimePython)
			return errors.Join(diff("key and path", []string{a.Key, a.Path}, []string{z.Key, z.Path}),
				diff("number built", rep.Summary.Built[pack.RuntimePython], 1), diff("one is reused", a.Reused != z.Reused, true))
		}},
		{"what was built before is used again", func(ctx context.Context, b *bench) error {
			before, err1 := onePython(b.pack(ctx, python(), envbuild.Request{}))
			rep, err := b.pack(ctx, python(), envbuild.Request{})
			after, err2 := onePython(rep, err)
			if err := errors.Join(err1, err2); err != nil {
				return err
			}
			before.Reused = true
			return errors.Join(diff("environment", after, before), diff("number built", rep.Summary.Built[pack.RuntimePython], 0))
		}},
		{"other needs make another environment", func(ctx context.Context, b *bench) error {
			before, err1 := onePython(b.pack(ctx, python(), envbuild.Request{}))
			after, err2 := onePython(b.pack(ctx, layout{"requirements.txt": ""}, envbuild.Request{}))
			if err := errors.Join(err1, err2); err != nil {
				return err
			}
			return diff("keys differ", before.Key != after.Key, true)
		}},
		{"a rebuild is beside what is in use", func(ctx context.Context, b *bench) error {
			before, err1 := onePython(b.pack(ctx, python(), envbuild.Request{}))
			anew, err2 := onePython(b.pack(ctx, python(), envbuild.Request{Rebuild: true}))
			after, err3 := onePython(b.pack(ctx, python(), envbuild.Request{}))
			if err := errors.Join(err1, err2, err3); err != nil {
				return err
			}
			return errors.Join(isDir(before.Path), diff("reused", anew.Reused, false),
				diff("is another one", anew.Path != before.Path, true), diff("what is used then", after.Path, anew.Path))
		}},
		{"a check builds nothing", checkBuildsNothing},
	}
}

func checkBuildsNothing(ctx context.Context, b *bench) error {
	missing, err := onePython(b.pack(ctx, python(), envbuild.Request{Check: true}))
	if err != nil {
		return err
	}
	left, err := files(b.envs())
	err = errors.Join(err, diff("files", left, []string(nil)),
		diff("what is not there", []any{missing.Ready, missing.Path}, []any{false, ""}))
	built, err1 := onePython(b.pack(ctx, python(), envbuild.Request{}))
	rep, err2 := b.pack(ctx, python(), envbuild.Request{Check: true})
	there, err2 := onePython(rep, err2)
	if err := errors.Join(err, err1, err2); err != nil {
		return err
	}
	built.Reused = true
	return errors.Join(diff("environment", there, built), diff("key", missing.Key, built.Key),
		diff("number built", rep.Summary.Built[pack.RuntimePython], 0))
}
