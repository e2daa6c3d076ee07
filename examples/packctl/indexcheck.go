package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/registrysource/index"
)

// A checkReport says what is wrong with an index.
type checkReport struct {
	Index   wire.Index      `json:"index"`
	Fetched int             `json:"fetched"`
	Failed  []failedVersion `json:"failed"`
}

// A failedVersion is one that cannot be downloaded, or is not what the index says.
type failedVersion struct {
	Ref     pack.Ref     `json:"ref"`
	Version pack.Version `json:"version"`
	Message string       `json:"message"`
}

func (a *app) indexCheckCommand() *cobra.Command {
	var fetch bool
	cmd := command("check INDEX", "List what of an index, a file or URL, cannot be used; exits with 1 if there is something", exactly("INDEX"),
		func(cmd *cobra.Command, args []string) error {
			r, err := a.checkIndex(cmd, args[0], fetch)
			if err != nil {
				return err
			}
			if err := a.report(r, func() { a.printCheck(r) }); err != nil {
				return err
			}
			if n := len(r.Index.Problems) + len(r.Failed); n > 0 {
				return pack.Errorf(pack.CodeMalformedContent, "%s cannot be used", counted(n, "part")+" of the index")
			}
			return nil
		})
	cmd.Flags().BoolVar(&fetch, "fetch", false, "download every version, too, and compare it with its checksum")
	return cmd
}

// checkIndex reads an index as installing from it would, and all of its packs.
func (a *app) checkIndex(cmd *cobra.Command, location string, fetch bool) (*checkReport, error) {
	if a.server != "" {
		return nil, &usageError{errOnlyHere, cmd.CommandPath()}
	}
	if err := errors.Join(a.Replace("indices", location), a.Replace("cache.disabled", "true")); err != nil {
		return nil, err
	}
	indices, err := a.indices(cmd)
	if err != nil {
		return nil, err
	}
	status := indices.Status(cmd.Context())
	if status[0].Err != nil {
		return nil, status[0].Err
	}
	r := &checkReport{Index: wire.NewIndices(status)[0], Failed: []failedVersion{}}
	if !fetch {
		return r, nil
	}
	versions, err := allVersions(cmd.Context(), indices)
	if err != nil || len(versions) == 0 {
		return r, err
	}
	return r, a.withTrialHost(cmd, func(h *hostflags.Host, dir string) error {
		for i := range versions { // one by one: versions of a pack have one place
			c := &versions[i]
			if err := a.fetchVersion(cmd.Context(), h, c, dir); err != nil {
				r.Failed = append(r.Failed, failedVersion{c.Ref, c.Version, errorText(err)})
			} else {
				r.Fetched++
			}
			if err := cmd.Context().Err(); err != nil {
				return err
			}
		}
		return nil
	})
}

// fetchVersion downloads a version, and compares what it needs with what the index says.
func (a *app) fetchVersion(ctx context.Context, h *hostflags.Host, c *pack.Candidate, dir string) error {
	spec := fmt.Sprintf("%s@=%s", c.Ref, c.Version)
	got, err := h.Installer.Download(ctx, installer.DownloadRequest{Specs: []string{spec}, Dest: dir, OnEvent: a.observer()})
	if err != nil {
		return err
	}
	stated, actual := strings.Join(c.Needs(), ", "), strings.Join(installer.CandidateOf(&got.Downloaded[0]).Needs(), ", ")
	if c.DependenciesKnown && stated != actual {
		return fmt.Errorf("the index says that it needs %q, and its pack.yaml %q", stated, actual)
	}
	return nil
}

// allVersions returns each version that can be installed.
func allVersions(ctx context.Context, indices *registrysource.Source) (all []pack.Candidate, err error) {
	refs, err := indices.Refs(ctx)
	for _, ref := range refs {
		found, err := indices.Candidates(ctx, pack.Want{Ref: ref})
		if err != nil && !errors.Is(err, pack.ErrNotFound) {
			return nil, err
		}
		all = append(all, slices.DeleteFunc(found, func(c pack.Candidate) bool { return c.Unusable != nil })...)
	}
	return all, err
}

func (a *app) printCheck(r *checkReport) {
	for _, p := range r.Index.Problems {
		a.println("entry %d: %s", p.Entry+1, p.Message)
	}
	for _, f := range r.Failed {
		a.println("%s %s: %s", f.Ref, f.Version, f.Message)
	}
	if r.Fetched > 0 {
		a.println("%s downloaded and compared", counted(r.Fetched, "version"))
	}
	a.println("%s", counted(r.Index.Packs, "pack"))
}

// A differenceReport is a version that two indices state differently.
type differenceReport struct {
	Ref     pack.Ref     `json:"ref"`
	Version pack.Version `json:"version"`
	Change  index.Change `json:"change"`
}

func (a *app) indexDiffCommand() *cobra.Command {
	return command("diff OLD NEW", "List the versions that two index files state differently", exactly("OLD", "NEW"),
		func(_ *cobra.Command, args []string) error {
			old, err := readDocument(args[0])
			if err != nil {
				return err
			}
			now, err := readDocument(args[1])
			if err != nil {
				return err
			}
			differences := []differenceReport{}
			for _, d := range now.Diff(old) {
				differences = append(differences, differenceReport{d.ID.Ref, d.ID.Version, d.Change})
			}
			return a.report(differences, func() {
				for _, d := range differences {
					a.println("%s %s  %s", d.Ref, d.Version, d.Change)
				}
			})
		})
}

func (a *app) indexMergeCommand() *cobra.Command {
	var base string
	var sign signFlags
	cmd := command("merge INDEX OTHER", "Add the versions of another index file that an index file does not have", exactly("INDEX", "OTHER"),
		func(cmd *cobra.Command, args []string) error {
			other, err := readDocument(args[1])
			if err != nil {
				return err
			}
			if base == "" && filepath.Dir(args[0]) != filepath.Dir(args[1]) {
				return &usageError{errors.New("the indices are in different directories: --url says where the relative URLs of OTHER lead to"), cmd.CommandPath()}
			}
			added := []packReport{}
			err = sign.update(cmd, args[0], func(d *index.Document) error {
				ids, err := d.Merge(other, base)
				for _, id := range ids {
					added = append(added, packReport{Ref: id.Ref, Version: id.Version})
				}
				return err
			})
			if err != nil {
				return err
			}
			return a.report(publishReport{Index: args[0], Packs: added}, func() {
				for _, p := range added {
					a.println("%s %s  added", p.Ref, p.Version)
				}
			})
		})
	cmd.Flags().StringVar(&base, "url", "", "URL of the directory where OTHER is served, which ends with /")
	sign.bind(cmd.Flags())
	return cmd
}

// readDocument reads an index file.
func readDocument(path string) (*index.Document, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	d, err := index.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}
