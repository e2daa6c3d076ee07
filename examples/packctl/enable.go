package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
)

// enabledReport says what was enabled or disabled.
type enabledReport struct {
	Ref pack.Ref `json:"pack_ref"`
	// Component is "" for the whole pack.
	Component pack.ComponentRef `json:"component"`
	Enabled   bool              `json:"enabled"`
}

func (a *app) enableCommand() *cobra.Command {
	return command("enable REF[.COMPONENT]", "Enable a pack or one of its components, also after upgrades", packOrComponent,
		func(cmd *cobra.Command, args []string) error { return a.setEnabled(cmd, args[0], true) })
}

func (a *app) disableCommand() *cobra.Command {
	return command("disable REF[.COMPONENT]", "Disable a pack or one of its components, also after upgrades", packOrComponent,
		func(cmd *cobra.Command, args []string) error { return a.setEnabled(cmd, args[0], false) })
}

func (a *app) setEnabled(cmd *cobra.Command, name string, enabled bool) error {
	ref, component := pack.Ref(name), pack.ComponentRef("")
	if strings.Contains(name, ".") {
		component = pack.ComponentRef(name)
		ref = component.Pack()
	}
	return a.withInstalled(cmd, ref, func(b backend) error {
		if err := b.SetEnabled(cmd.Context(), ref, component, enabled); err != nil {
			return err
		}
		return a.report(enabledReport{ref, component, enabled}, func() {
			word := "disabled"
			if enabled {
				word = "enabled"
			}
			a.println("%s %s", name, word)
		})
	})
}

// packOrComponent wants the ref of a pack or of a component.
func packOrComponent(cmd *cobra.Command, args []string) error {
	if err := exactly("REF")(cmd, args); err != nil {
		return err
	}
	if strings.Contains(args[0], ".") {
		_, err := pack.ParseComponentRef(args[0])
		return err
	}
	_, err := pack.ParseRef(args[0])
	return err
}
