package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack/installer/settings"
)

// settingsReport lists all settings.
type settingsReport struct {
	Settings []settingInfo `json:"settings"`
}

// A settingInfo is a setting with its value.
type settingInfo struct {
	Name     string          `json:"name"`
	Flag     string          `json:"flag"`
	Variable string          `json:"variable"`
	Values   []string        `json:"values"`
	Origin   settings.Origin `json:"origin"`
	Place    string          `json:"place"` // "" for a default
}

func (a *app) settingsCommand() *cobra.Command {
	cmd := command("settings", "Show the settings of flags, the environment and files", cobra.ArbitraryArgs,
		func(cmd *cobra.Command, _ []string) error {
			return &usageError{errors.New("want a command of settings: show"), cmd.CommandPath()}
		})
	cmd.AddCommand(a.settingsShowCommand())
	return cmd
}

func (a *app) settingsShowCommand() *cobra.Command {
	var origin bool
	cmd := command("show", "List all settings with their values; ******** stands for secrets", exactly(),
		func(cmd *cobra.Command, _ []string) error {
			if err := a.fileSettings(); err != nil {
				return err
			}
			report := settingsReport{}
			for _, s := range a.List() {
				report.Settings = append(report.Settings, settingInfo{s.Name, s.Flag, s.Variable(), append([]string{}, s.Texts...), s.Origin, s.Place})
			}
			return a.report(report, func() { a.printSettings(report, origin) })
		})
	cmd.Long = "List all settings with their values.\n\n" +
		"A setting is stated by a flag, by an environment variable, in packs.yaml (of --file), in packtrain.yaml in\n" +
		"the working directory, or in packtrain/settings.yaml in $XDG_CONFIG_HOME, by default ~/.config: the first of\n" +
		"these counts. --settings FILE is read instead of the last two. docs/schema/settings.json describes the files."
	a.Bind(cmd.Flags(), settings.GroupPackages, settings.GroupIsolation)
	cmd.Flags().BoolVar(&origin, "origin", false, "say where each value comes from")
	return cmd
}

func (a *app) printSettings(r settingsReport, origin bool) {
	for _, s := range r.Settings {
		line := s.Name + "  " + strings.Join(s.Values, ", ")
		if origin {
			line += "  (" + strings.TrimSuffix(string(s.Origin)+" "+s.Place, " ") + ")"
		}
		a.println("%s", line)
	}
}
