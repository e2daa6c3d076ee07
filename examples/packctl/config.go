package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
)

func (a *app) configCommand() *cobra.Command {
	var e configEdit
	var secrets, remove bool
	cmd := command("config REF", "Print, or change, the configuration of an installed pack", oneRef,
		func(cmd *cobra.Command, args []string) error {
			ref := pack.Ref(args[0])
			if remove {
				if !e.empty() || secrets {
					return &usageError{errors.New("--remove goes with no other flag of config"), cmd.CommandPath()}
				}
				return a.removeConfig(cmd, ref)
			}
			if e.empty() {
				return a.withReader(cmd, func(r reader) error { return a.showConfig(cmd, r, ref, secrets) })
			}
			return a.withKeeper(cmd, func(k keeper) error {
				if err := e.apply(cmd, k, ref); err != nil {
					return err
				}
				return a.showConfig(cmd, k, ref, secrets)
			})
		})
	cmd.Long = "Print, or change, the configuration of an installed pack.\n\n" +
		"In what is printed, ******** stands for each value that conf_schema marks as secret; a file that\n" +
		"contains it keeps that value. Values have to fit the conf_schema of the pack. A change is refused when\n" +
		"another one was made in the meantime.\n\n" +
		"NAME is the name of a value, or a path such as db.port; \\. is a dot in a name. VALUE is text for a value\n" +
		"of type string, and YAML for others. Other users of the machine can see arguments: put secret values into\n" +
		"a file, or use --file - to read them from standard input."
	cmd.Flags().StringArrayVar(&e.set, "set", nil, "set a value, as NAME=VALUE; without =, the name of a `FILE` as for --file")
	cmd.Flags().StringArrayVar(&e.unset, "unset", nil, "remove the value `NAME`")
	cmd.Flags().StringVarP(&e.file, "file", "f", "", "replace the configuration by the values of a YAML or JSON `FILE`, - for standard input")
	cmd.Flags().BoolVar(&secrets, "show-secrets", false, "print secret values, too")
	cmd.Flags().BoolVar(&remove, "remove", false, "remove the configuration, also that of a pack that was removed")
	return cmd
}

func (a *app) removeConfig(cmd *cobra.Command, ref pack.Ref) error {
	return a.withKeeper(cmd, func(k keeper) error {
		if err := k.RemoveConfig(cmd.Context(), ref, nil); err != nil {
			return err
		}
		return a.report(removalReport{[]pack.Ref{ref}}, func() { a.println("configuration of %s removed", ref) })
	})
}

func (a *app) showConfig(cmd *cobra.Command, r configReader, ref pack.Ref, secrets bool) error {
	if !secrets {
		c, err := r.Config(cmd.Context(), ref)
		if err != nil {
			return err
		}
		return a.printConfig(wire.NewConfiguration(c))
	}
	c, err := r.RevealConfig(cmd.Context(), ref)
	if err != nil {
		return err
	}
	return a.printConfig(wire.RevealConfiguration(c))
}

func (a *app) printConfig(c wire.Configuration) error {
	text, err := yaml.Marshal(spelled(c.Values))
	if err != nil {
		return err
	}
	return a.report(c, func() { fmt.Fprintf(a.stdout, "%s", text) })
}

// A configEdit is a change of a configuration.
type configEdit struct {
	set, unset []string
	file       string
}

func (e *configEdit) empty() bool { return len(e.set)+len(e.unset) == 0 && e.file == "" }

// apply makes the change, unless another one is made at the same time.
func (e *configEdit) apply(cmd *cobra.Command, k keeper, ref pack.Ref) error {
	assignments, file, err := e.parse()
	if err != nil {
		return &usageError{err, cmd.CommandPath()}
	}
	var confSchema map[string]any
	details, err := k.Show(cmd.Context(), ref)
	switch {
	case err == nil:
		confSchema = details.Manifest.ConfSchema
	case !errors.Is(err, pack.ErrPolicy) && !errors.Is(err, pack.ErrNotFound): // a token may be allowed to change, and not to read, and a pack may only be linked
		return err
	}
	before, err := k.Config(cmd.Context(), ref)
	if err != nil {
		return err
	}
	values := before.Config.Values()
	if file != "" {
		if values, err = readConfig(cmd.InOrStdin(), file); err != nil {
			return err
		}
	}
	for _, assigned := range assignments {
		if err := assigned.to(values, confSchema); err != nil {
			return err
		}
	}
	for _, name := range e.unset {
		if err := unset(values, name); err != nil {
			return err
		}
	}
	_, err = k.SetConfig(cmd.Context(), ref, values, &registry.SetConfigOptions{Expect: before.Revision})
	return err
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
