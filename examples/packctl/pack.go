package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/localsource"
	"github.com/packtrain/pack/source/registrysource/index"
)

// packReport says where the archive of a pack is.
type packReport struct {
	Path     string       `json:"path"` // of the pack
	Ref      pack.Ref     `json:"pack_ref"`
	Version  pack.Version `json:"pack_version"`
	Archive  string       `json:"archive"`
	Checksum pack.Digest  `json:"checksum"` // of the archive, as registry indices state it
	Size     int          `json:"size"`     // in bytes
}

// A packed is a valid pack as an archive.
type packed struct {
	path    string
	pack    *pack.Pack
	archive []byte
}

// name is that of the file of the archive.
func (p *packed) name() string { return p.top() + ".tar.gz" }

func (p *packed) top() string {
	return p.pack.Manifest.Ref.String() + "-" + p.pack.Manifest.Version.String()
}

func (p *packed) report(archive string) packReport {
	m := p.pack.Manifest
	return packReport{
		Path: p.path, Ref: m.Ref, Version: m.Version, Archive: archive,
		Checksum: index.ArchiveSource("", p.archive).Checksum, Size: len(p.archive),
	}
}

func (a *app) packCommand() *cobra.Command {
	output := "."
	cmd := command("pack DIR", "Make an archive of a pack, with the same bytes on every machine", exactly("DIR"),
		func(cmd *cobra.Command, args []string) error {
			shape := a.Shape()
			p, err := packDirectory(args[0], shape)
			if err != nil {
				return err
			}
			file := output
			if info, err := os.Stat(output); err == nil && info.IsDir() {
				file = filepath.Join(output, p.name())
			}
			if err := index.WriteFile(file, p.archive); err != nil {
				return err
			}
			r := p.report(file)
			return a.report(r, func() { a.println("%s  %s  %d bytes", r.Archive, r.Checksum, r.Size) })
		})
	cmd.Flags().StringVar(&output, "out", output, "file of the archive, or its directory")
	return cmd
}

// packDirectory validates the pack in a directory, and makes its archive.
func packDirectory(dir string, shape pack.Shape) (*packed, error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	content, err := localsource.OpenDirectory(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = content.Close() }()
	loaded, err := pack.Load(content.FS(), &pack.LoadOptions{Shape: shape})
	if err != nil {
		return nil, err
	}
	if err := pack.Validate(content.FS(), loaded, nil).Err(); err != nil {
		return nil, fmt.Errorf("%w\nrun packctl validate %s for all findings", err, dir)
	}
	p := &packed{path: path, pack: loaded}
	var b bytes.Buffer
	err = index.Archive(&b, content.FS(), p.top())
	p.archive = b.Bytes()
	return p, err
}
