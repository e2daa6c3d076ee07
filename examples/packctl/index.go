package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/registrysource/index"
)

// publishReport lists the packs that were added to an index.
type publishReport struct {
	Index string       `json:"index"`
	Packs []packReport `json:"packs"`
}

func (a *app) indexCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "index", Short: "Publish packs in a registry index", Args: cobra.ArbitraryArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return &usageError{errors.New("want index add, remove, yank, check, diff, merge, key, sign or serve"), cmd.CommandPath()}
	}}
	cmd.AddCommand(a.indexAddCommand(), a.indexRemoveCommand(), a.indexYankCommand(), a.indexCheckCommand(), a.indexDiffCommand(), a.indexMergeCommand(), a.indexKeyCommand(), a.indexSignCommand(), a.indexServeCommand())
	return cmd
}

func (a *app) indexAddCommand() *cobra.Command {
	var base string
	var replace bool
	var sign signFlags
	cmd := command("add INDEX DIR...", "Add packs to an index file, and their archives beside it", indexAnd("DIR"),
		func(cmd *cobra.Command, args []string) error {
			shape := a.Shape()
			var packs []*packed
			for _, dir := range args[1:] {
				p, err := packDirectory(dir, shape)
				if err != nil {
					return fmt.Errorf("%s: %w", dir, err)
				}
				packs = append(packs, p)
			}
			if err := os.MkdirAll(filepath.Dir(args[0]), 0o755); err != nil {
				return err
			}
			report := publishReport{Index: args[0]}
			err := sign.update(cmd, args[0], func(d *index.Document) error {
				var err error
				report.Packs, err = publish(d, filepath.Dir(args[0]), base, replace, packs)
				return err
			})
			if err != nil {
				return err
			}
			return a.report(report, func() {
				for _, p := range report.Packs {
					a.println("%s %s  %s", p.Ref, p.Version, p.Archive)
				}
			})
		})
	cmd.Flags().StringVar(&base, "url", "", "URL of the directory where the archives will be served (default: beside the index)")
	cmd.Flags().BoolVar(&replace, "replace-published", false, "replace versions that the index has with other content; who has their checksum will refuse them")
	sign.bind(cmd.Flags())
	return cmd
}

// publish adds packs to an index, and writes their archives into dir: the index names
// only archives that are there.
func publish(d *index.Document, dir, base string, replace bool, packs []*packed) ([]packReport, error) {
	var reports []packReport
	for _, p := range packs {
		url := p.name()
		if base != "" {
			url = strings.TrimSuffix(base, "/") + "/" + url
		}
		put := d.Add
		if replace {
			put = d.Replace
		}
		err := put(index.NewEntry(p.pack, index.ArchiveSource(url, p.archive)))
		if errors.Is(err, pack.ErrConflict) {
			err = fmt.Errorf("%w\n--replace-published replaces it for new installations", err)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, p := range packs {
		file := filepath.Join(dir, p.name())
		if err := index.WriteFile(file, p.archive); err != nil {
			return nil, err
		}
		reports = append(reports, p.report(file))
	}
	return reports, nil
}

func (a *app) indexRemoveCommand() *cobra.Command {
	var sign signFlags
	cmd := command("remove INDEX REF[@VERSION]...", "Remove packs, or versions of them, from an index file", indexAnd("REF"),
		func(cmd *cobra.Command, args []string) error {
			return sign.update(cmd, args[0], func(d *index.Document) error {
				for _, arg := range args[1:] {
					id, err := parseID(arg)
					if err != nil {
						return &usageError{err, cmd.CommandPath()}
					}
					if err := d.Remove(id.Ref, id.Version); err != nil {
						return err
					}
				}
				return nil
			})
		})
	sign.bind(cmd.Flags())
	return cmd
}

// parseID reads a ref with a version or without.
func parseID(text string) (id pack.ID, err error) {
	ref, version, found := strings.Cut(text, "@")
	if id.Ref, err = pack.ParseRef(ref); err != nil || !found {
		return id, err
	}
	id.Version, err = pack.ParseVersion(version)
	return id, err
}

// indexAnd wants an index, and at least one of what follows.
func indexAnd(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) < 2 {
			return fmt.Errorf("want INDEX and at least one %s", what)
		}
		return nil
	}
}
