package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/localsource"
)

// checksumReport identifies the content of a directory.
type checksumReport struct {
	Path              string      `json:"path"`
	DirectoryChecksum pack.Digest `json:"checksum"`    // as registry indices state it
	TreeDigest        pack.Digest `json:"tree_digest"` // ours
}

func (a *app) checksumCommand() *cobra.Command {
	return command("checksum PATH", "Print the directory checksum of a pack", exactly("PATH"),
		func(_ *cobra.Command, args []string) error {
			r, err := checksum(args[0])
			if err != nil {
				return err
			}
			return a.report(r, func() { a.println("%s", r.DirectoryChecksum) })
		})
}

func checksum(dir string) (*checksumReport, error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	content, err := localsource.OpenDirectory(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = content.Close() }()
	r := &checksumReport{Path: path}
	if r.DirectoryChecksum, err = pack.DirectoryChecksum(content.FS()); err != nil {
		return nil, err
	}
	r.TreeDigest, err = pack.TreeDigest(content.FS())
	return r, err
}
