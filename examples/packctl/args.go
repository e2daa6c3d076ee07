package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/actionrun"
)

// oneRef wants the ref of a pack.
func oneRef(cmd *cobra.Command, args []string) error {
	if err := cobra.ExactArgs(1)(cmd, args); err != nil {
		return err
	}
	_, err := pack.ParseRef(args[0])
	return err
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
