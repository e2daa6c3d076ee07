package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack/envbuild"
)

func (a *app) envWarmCommand() *cobra.Command {
	return command("warm [KEY...]", "Compile the Python packages of environments, by default of those in use, so that actions start faster", cobra.ArbitraryArgs,
		func(cmd *cobra.Command, keys []string) error {
			return a.withEnvironments(cmd, keys, func(b *envbuild.Builder, list []environmentInfo) error {
				warmed := []string{}
				var errs []error
				for _, e := range list {
					if e.BytecodeDir() == "" || len(keys) == 0 && len(e.PinnedBy) == 0 {
						continue
					}
					if err := b.Warm(cmd.Context(), e.Environment); err != nil {
						errs = append(errs, err)
						continue
					}
					warmed = append(warmed, e.Key+"-"+e.Environment.Instance)
				}
				return errors.Join(append(errs, a.report(warmed, func() {
					for _, name := range warmed {
						a.println("%s  compiled", name)
					}
				}))...)
			})
		})
}
