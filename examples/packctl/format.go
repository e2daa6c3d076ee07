package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

// A format is how a report is printed.
type format string

// The formats; "" is text for people.
const (
	formatJSON format = "json"
	formatYAML format = "yaml"
	formatName format = "name" // names alone, one in a line
	formatWide format = "wide" // text with more columns
)

// formatsOf returns the formats that a command can print.
func formatsOf(cmd *cobra.Command) []string {
	_, path, _ := strings.Cut(cmd.CommandPath(), " ")
	all := []string{string(formatJSON), string(formatYAML)}
	if slices.Contains([]string{"list", "search", "versions", "history", "indices", "env list", "install", "upgrade", "remove"}, path) {
		all = append(all, string(formatName))
	}
	if slices.Contains([]string{"list", "history"}, path) {
		all = append(all, string(formatWide))
	}
	return all
}

// readFormat checks the flag --output.
func (a *app) readFormat(cmd *cobra.Command) error {
	if all := formatsOf(cmd); a.output != "" && !slices.Contains(all, a.output) {
		return &usageError{fmt.Errorf("--output %q: want one of %s", a.output, strings.Join(all, ", ")), cmd.CommandPath()}
	}
	a.json = a.json || a.format() == formatJSON || a.format() == formatYAML
	return nil
}

func (a *app) format() format { return format(a.output) }

// encode prints a report for programs.
func (a *app) encode(v any) error {
	a.reported = true
	if a.format() == formatYAML {
		return a.encodeYAML(v)
	}
	enc := json.NewEncoder(a.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// encodeYAML prints the JSON of a report as YAML, with the same keys in the same order.
func (a *app) encodeYAML(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return err
	}
	inBlocks(&doc)
	enc := yaml.NewEncoder(a.stdout)
	enc.SetIndent(2)
	if err := enc.Encode(&doc); err != nil {
		return err
	}
	return enc.Close()
}

// inBlocks removes the style of JSON, except for what is empty.
func inBlocks(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode || len(n.Content) > 0 {
		n.Style = 0
	}
	for _, child := range n.Content {
		inBlocks(child)
	}
}

// namesIn returns what a report lists.
func namesIn(v any) (names []string) {
	switch r := v.(type) {
	case listReport:
		return namesOf(r.Packs, func(p *wire.PackSummary) string { return p.Ref.String() })
	case searchReport:
		return namesOf(r.Packs, func(p *wire.FoundPack) string { return p.Ref.String() })
	case *versionsReport:
		return namesOf(r.Versions, func(v *versionReport) string { return fmt.Sprintf("%s@%s", r.Ref, v.Version) })
	case historyReport:
		for i := range r.Generations {
			names = append(names, r.Generations[i].Name)
		}
	case indicesReport:
		return namesOf(r.Indices, func(x *wire.Index) string { return x.Name })
	case []environmentInfo:
		return namesOf(r, func(e *environmentInfo) string { return e.Key + "-" + e.Environment.Instance })
	case removalReport:
		return namesOf(r.Removed, (*pack.Ref).String)
	case *wire.InstallReport:
		for i := range r.Outcomes {
			if o := &r.Outcomes[i]; pack.Status(o.Status) != pack.StatusFailed && pack.Status(o.Status) != pack.StatusSkipped {
				names = append(names, o.Ref.String())
			}
		}
	}
	return names
}

func namesOf[T any](all []T, name func(*T) string) (names []string) {
	for i := range all {
		names = append(names, name(&all[i]))
	}
	return names
}
