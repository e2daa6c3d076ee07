package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
)

// A versionReport is one version of a pack in the indices.
type versionReport struct {
	Version pack.Version `json:"version"`
	// Needs are the packs that it needs; null if only the pack says so.
	Needs     []string `json:"needs"`
	Platform  string   `json:"platform,omitempty"`
	Size      int64    `json:"size,omitempty"`
	Installed bool     `json:"installed"`
	Unusable  string   `json:"unusable,omitempty"` // why it cannot be installed
}

// versionsReport lists the versions of a pack.
type versionsReport struct {
	Ref      pack.Ref        `json:"ref"`
	Versions []versionReport `json:"versions"`
}

func (a *app) versionsCommand() *cobra.Command {
	return command("versions REF", "List the versions of a pack in the registry indices, the best first", oneRef,
		func(cmd *cobra.Command, args []string) error {
			ref, err := pack.ParseRef(args[0])
			if err != nil {
				return &usageError{err, cmd.CommandPath()}
			}
			r, err := a.versions(cmd, ref)
			if err != nil {
				return err
			}
			return a.report(r, func() {
				t := newTable("VERSION", "REMARKS")
				for i := range r.Versions {
					t.add(r.Versions[i].Version.String(), strings.Join(r.Versions[i].remarks(), "; "))
				}
				a.printTable(t, "the indices have no version")
			})
		})
}

// versions lists the versions of a pack in the indices of this machine.
func (a *app) versions(cmd *cobra.Command, ref pack.Ref) (*versionsReport, error) {
	if a.server != "" {
		return nil, &usageError{errOnlyHere, cmd.CommandPath()}
	}
	indices, err := a.indices(cmd)
	if err != nil {
		return nil, err
	}
	found, err := indices.Candidates(cmd.Context(), pack.Want{Ref: ref})
	if err != nil {
		return nil, err
	}
	installed, err := a.installedVersion(cmd, ref)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, deps.Preferred)
	r := &versionsReport{Ref: ref, Versions: []versionReport{}}
	for i := range found {
		r.Versions = append(r.Versions, newVersionReport(&found[i], installed))
	}
	return r, nil
}

func newVersionReport(c *pack.Candidate, installed pack.Version) versionReport {
	v := versionReport{Version: c.Version, Size: c.Size(), Installed: !installed.IsZero() && c.Version == installed}
	if c.DependenciesKnown {
		v.Needs = append([]string{}, c.Needs()...)
	}
	if !c.Platform.Any() {
		v.Platform = c.Platform.String()
	}
	if c.Unusable != nil {
		v.Unusable = c.Unusable.Error()
	}
	return v
}

// remarks says what is known of a version.
func (v *versionReport) remarks() (all []string) {
	if v.Installed {
		all = append(all, "installed")
	}
	if v.Unusable != "" {
		all = append(all, "cannot be installed: "+v.Unusable)
	}
	if len(v.Needs) > 0 {
		all = append(all, "needs "+strings.Join(v.Needs, ", "))
	}
	if v.Platform != "" {
		all = append(all, "on platform "+v.Platform)
	}
	return all
}

// hasNoRoot reports whether there is no root, also if one was asked for: what is looked at
// need not be installed.
func (a *app) hasNoRoot(cmd *cobra.Command) (bool, error) {
	missing, err := a.rootIsMissing(cmd)
	if errors.Is(err, pack.ErrNotFound) {
		return true, nil
	}
	return missing, err
}

// installedVersion returns the version of a pack that is installed, the zero one for none.
func (a *app) installedVersion(cmd *cobra.Command, ref pack.Ref) (v pack.Version, err error) {
	if missing, err := a.hasNoRoot(cmd); missing || err != nil {
		return v, err
	}
	err = a.withReader(cmd, func(r reader) error {
		packs, err := r.List(cmd.Context())
		for i := range packs {
			if packs[i].Ref == ref {
				v = packs[i].Active.Version
			}
		}
		return err
	})
	return v, err
}
