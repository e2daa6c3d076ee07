package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer"
)

func (a *app) downloadCommand() *cobra.Command {
	var req installer.DownloadRequest
	cmd := command("download SPEC... --dest DIR", "Download packs into a directory", some("SPEC"),
		func(cmd *cobra.Command, specs []string) error {
			if req.Dest == "" {
				return &usageError{errors.New("--dest is required"), cmd.CommandPath()}
			}
			if err := a.checkSpecs(cmd, specs); err != nil {
				return err
			}
			dest, err := a.paths(cmd, req.Dest)
			if err != nil {
				return err
			}
			req.Specs, req.Dest, req.OnEvent = specs, dest[0], a.observer()
			return a.withBackend(cmd, func(b backend) error {
				r, err := b.Download(cmd.Context(), req)
				return finish(a, wire.NewDownloadReport(r), err, a.printDownload)
			})
		})
	cmd.Flags().StringVar(&req.Dest, "dest", "", "directory that receives the packs, each at DIR/REF")
	cmd.Flags().BoolVar(&a.unverified, "unverified", false, "download from servers that cannot prove their identity; they are sent no credentials")
	cmd.Flags().StringVar(&req.Rev, "rev", "", "git branch, tag or commit for git specs that name none")
	return cmd
}

func (a *app) printDownload(r *wire.DownloadReport) {
	for _, p := range r.Downloaded {
		a.println("%s %s  %s  %s", p.Ref, p.Version, short(p.DirectoryChecksum), p.Path)
	}
}
