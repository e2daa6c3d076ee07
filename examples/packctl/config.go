package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

func (a *app) configCommand() *cobra.Command {
	var file string
	cmd := command("config REF [--set FILE]", "Print, or set, the configuration of an installed pack", oneRef,
		func(cmd *cobra.Command, args []string) error {
			ref := pack.Ref(args[0])
			if file == "" {
				return a.withReader(cmd, func(r reader) error { return a.showConfig(cmd, r, ref) })
			}
			return a.withKeeper(cmd, func(k keeper) error {
				if err := setConfig(cmd, k, ref, file); err != nil {
					return err
				}
				return a.showConfig(cmd, k, ref)
			})
		})
	cmd.Flags().StringVar(&file, "set", "", "replace the configuration by the values of a YAML or JSON file")
	return cmd
}

func (a *app) showConfig(cmd *cobra.Command, c registry.Catalog, ref pack.Ref) error {
	p, err := c.Show(cmd.Context(), ref)
	if err != nil {
		return err
	}
	return a.printConfig(p.Config)
}

func setConfig(cmd *cobra.Command, c registry.Configurer, ref pack.Ref, file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("--set: %w", err)
	}
	var config map[string]any
	if err := yaml.Unmarshal(data, &config); err != nil {
		return pack.Errorf(pack.CodeInvalidRequest, "--set: read %q: %w", file, err)
	}
	return c.SetConfig(cmd.Context(), ref, config)
}

func (a *app) printConfig(config map[string]any) error {
	if config == nil {
		config = map[string]any{}
	}
	text, err := yaml.Marshal(spelled(config))
	if err != nil {
		return err
	}
	return a.report(config, func() { fmt.Fprintf(a.stdout, "%s", text) })
}

// spelled returns a value of JSON with numbers that package yaml writes as they
// are, and not as strings.
func spelled(value any) any {
	switch v := value.(type) {
	case json.Number:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: v.String()}
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = spelled(v[i])
		}
		return list
	case map[string]any:
		m := make(map[string]any, len(v))
		for key := range v {
			m[key] = spelled(v[key])
		}
		return m
	}
	return value
}
