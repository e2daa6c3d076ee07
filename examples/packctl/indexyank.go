package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/registrysource/index"
)

func (a *app) indexYankCommand() *cobra.Command {
	var sign signFlags
	var reason string
	var undo bool
	cmd := command("yank INDEX REF@VERSION...", "Let versions of packs be chosen by locks alone", indexAnd("REF@VERSION"),
		func(cmd *cobra.Command, args []string) error {
			if undo == (reason != "") {
				return &usageError{errors.New("want --reason or --undo"), cmd.CommandPath()}
			}
			return sign.update(cmd, args[0], func(d *index.Document) error {
				for _, arg := range args[1:] {
					id, err := parseID(arg)
					if err == nil && id.Version.IsZero() {
						err = fmt.Errorf("%q: want REF@VERSION", arg)
					}
					if err != nil {
						return &usageError{err, cmd.CommandPath()}
					}
					if err := yank(d, id, reason); err != nil {
						return err
					}
				}
				return nil
			})
		})
	cmd.Flags().StringVar(&reason, "reason", "", "what users are told")
	cmd.Flags().BoolVar(&undo, "undo", false, "let the versions be chosen again")
	sign.bind(cmd.Flags())
	return cmd
}

// yank marks a version, or unmarks it if there is no reason.
func yank(d *index.Document, id pack.ID, reason string) error {
	if reason == "" {
		return d.Unyank(id)
	}
	return d.Yank(id, reason)
}
