package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/source/registrysource"
)

// searchReport lists the packs that a search found.
type searchReport struct {
	Packs []wire.FoundPack `json:"packs"`
}

// indicesReport lists the registry indices.
type indicesReport struct {
	Indices []wire.Index `json:"indices"`
}

func (a *app) searchCommand() *cobra.Command {
	return command("search [WORD...]", "Search packs in the registry indices", cobra.ArbitraryArgs,
		func(cmd *cobra.Command, args []string) error {
			matches, err := a.search(cmd, strings.Join(args, " "))
			if err != nil {
				return err
			}
			return a.report(searchReport{wire.NewFoundPacks(matches)}, func() {
				t := newTable("PACK", "VERSION", "INDEX", "LABEL")
				for _, m := range matches {
					t.add(m.ID.Ref.String(), m.ID.Version.String(), m.Index, m.Label)
				}
				a.printTable(t, "no pack matches")
			})
		})
}

func (a *app) search(cmd *cobra.Command, query string) (matches []registrysource.Match, err error) {
	if a.server != "" {
		err = a.withServer(cmd, func(r remote) error {
			matches, err = r.Search(cmd.Context(), query)
			return err
		})
		return matches, err
	}
	indices, err := a.indices(cmd)
	if err != nil {
		return nil, err
	}
	return indices.Search(cmd.Context(), query)
}

// indices returns those that the flags configure, without opening a root.
func (a *app) indices(cmd *cobra.Command) (*registrysource.Source, error) {
	config, err := a.hostConfig()
	if err != nil {
		return nil, &usageError{err, cmd.CommandPath()}
	}
	return host.Indices(config.Config)
}

func (a *app) indicesCommand() *cobra.Command {
	return command("indices", "Describe the registry indices, and what in them cannot be used", exactly(),
		func(cmd *cobra.Command, _ []string) error {
			status, err := a.indexStatus(cmd)
			if err != nil {
				return err
			}
			if err := a.report(indicesReport{wire.NewIndices(status)}, func() { a.printIndices(status) }); err != nil {
				return err
			}
			return unusable(status)
		})
}

func (a *app) indexStatus(cmd *cobra.Command) (status []registrysource.Status, err error) {
	if a.server != "" {
		err = a.withServer(cmd, func(r remote) error {
			status, err = r.Indices(cmd.Context())
			return err
		})
		return status, err
	}
	indices, err := a.indices(cmd)
	if err != nil {
		return nil, err
	}
	return indices.Status(cmd.Context()), cmd.Context().Err()
}

func (a *app) printIndices(status []registrysource.Status) {
	for _, s := range status {
		if s.Err != nil {
			a.println("%s  %s  %v", s.Name, s.Address, s.Err)
			continue
		}
		about := fmt.Sprintf("%s  %s  %d packs", s.Name, s.Address, s.Packs)
		if !s.Updated.IsZero() {
			about += ", of " + s.Updated.UTC().Format(time.RFC3339)
		}
		a.println("%s%s", about, signedBy(s.VerifiedBy))
		if s.Unverified != nil {
			a.println("  used although %v", s.Unverified)
		}
		for _, p := range s.Problems {
			a.println("  entry %d: %v", p.Entry+1, p.Err)
		}
	}
}

// signedBy names those who vouch for an index.
func signedBy(keys string) string {
	if keys == "" {
		return ""
	}
	return "  signed by " + keys
}

// unusable returns an error if an index cannot be used.
func unusable(status []registrysource.Status) error {
	n := 0
	for _, s := range status {
		if s.Err != nil {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return pack.Errorf(pack.CodeUnavailable, "%d of %d indices cannot be used", n, len(status))
}
