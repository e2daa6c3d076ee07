package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/actionrun"
)

// exactly wants as many arguments as there are names.
func exactly(names ...string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return fmt.Errorf("%s is missing", names[len(args)])
		case len(args) > len(names):
			return fmt.Errorf("unexpected argument %q", args[len(names)])
		}
		return nil
	}
}

// some wants one argument at least.
func some(name string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return fmt.Errorf("%s is missing", name)
		}
		return nil
	}
}

// oneRef wants the ref of a pack.
func oneRef(cmd *cobra.Command, args []string) error {
	if err := exactly("REF")(cmd, args); err != nil {
		return err
	}
	return refs(cmd, args)
}

// refAnd wants the ref of a pack and one more argument.
func refAnd(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := exactly("REF", name)(cmd, args); err != nil {
			return err
		}
		return refs(cmd, args[:1])
	}
}

// refAndUpTo wants the ref of a pack and at most n further arguments.
func refAndUpTo(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := some("REF")(cmd, args); err != nil {
			return err
		}
		if len(args) > n+1 {
			return fmt.Errorf("unexpected argument %q", args[n+1])
		}
		return refs(cmd, args[:1])
	}
}

// someRefs wants at least one ref of a pack, and each once.
func someRefs(cmd *cobra.Command, args []string) error {
	if err := some("REF")(cmd, args); err != nil {
		return err
	}
	for i, arg := range args {
		if slices.Contains(args[:i], arg) {
			return fmt.Errorf("%q is given twice", arg)
		}
	}
	return refs(cmd, args)
}

// parsedRefs returns refs that [refs] has checked.
func parsedRefs(args []string) []pack.Ref {
	all := make([]pack.Ref, len(args))
	for i, arg := range args {
		all[i] = pack.Ref(arg)
	}
	return all
}

// refs wants refs of packs.
func refs(_ *cobra.Command, args []string) error {
	for _, arg := range args {
		if ref, err := pack.ParseComponentRef(arg); err == nil {
			return fmt.Errorf("%q is the ref of a component: write that of its pack, %q", arg, ref.Pack())
		}
		if _, err := pack.ParseRef(arg); err != nil {
			return err
		}
	}
	return nil
}

// call wants the ref of an action, perhaps of a kept generation, and its parameters.
func call(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return errors.New("want REF.ACTION")
	}
	if pack.ComponentRef(args[0]).Name() == "" {
		return fmt.Errorf("action %q: want REF.ACTION", args[0])
	}
	for _, arg := range args[1:] {
		if strings.IndexByte(arg, '=') < 1 {
			return fmt.Errorf("parameter %q: want name=value", arg)
		}
	}
	_, err := actionrun.ParseCall(args[0])
	return err
}
