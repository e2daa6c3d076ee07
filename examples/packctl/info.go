package main

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer"
)

var errOnlyHere = errors.New("--server makes no sense here: the command reads the indices of this machine")

const (
	maxReadme      = 64 << 10
	maxReadmeLines = 20
)

// An infoReport is what a pack says of itself, which may not be installed.
type infoReport struct {
	Manifest   pack.Manifest    `json:"manifest"`
	Components []componentBrief `json:"components"`
	Location   string           `json:"location"`
	Index      string           `json:"index,omitempty"`
	VerifiedBy string           `json:"verified_by,omitempty"`
	TreeDigest pack.Digest      `json:"tree_digest"`
	Files      int              `json:"files"`
	Bytes      int64            `json:"bytes"`
	Findings   pack.Findings    `json:"findings"`
	Installed  *pack.Version    `json:"installed"`
	Readme     string           `json:"readme,omitempty"` // the beginning
}

// A componentBrief names a component.
type componentBrief struct {
	Kind        pack.Kind         `json:"kind"`
	Ref         pack.ComponentRef `json:"ref"`
	Label       string            `json:"label"`
	Description string            `json:"description"`
}

func (a *app) infoCommand() *cobra.Command {
	return command("info SPEC", "Show what a pack holds and needs before it is installed: it is downloaded, and nothing of it is run", exactly("SPEC"),
		func(cmd *cobra.Command, args []string) error {
			if a.server != "" {
				return &usageError{errOnlyHere, cmd.CommandPath()}
			}
			var r *infoReport
			err := a.withTrialHost(cmd, func(h *hostflags.Host, dir string) (err error) {
				r, err = a.info(cmd.Context(), h, args[0], dir)
				return err
			})
			if err != nil {
				return err
			}
			v, err := a.installedVersion(cmd, r.Manifest.Ref)
			if err != nil {
				return err
			}
			r.Installed = unlessZero(v)
			return a.report(r, func() { a.printInfo(r) })
		})
}

// withTrialHost runs f on a host with the settings of the flags, and a root that is removed
// afterwards, as is dir. Its cache is that of the flags if there is a root for it.
func (a *app) withTrialHost(cmd *cobra.Command, f func(h *hostflags.Host, dir string) error) error {
	missing, err := a.hasNoRoot(cmd)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "packctl-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // the system empties its temporary directory
	open := func(ctx context.Context, c hostflags.Config) (*hostflags.Host, error) {
		c.NoCache = c.NoCache || missing && a.CacheDir == ""
		c.Root, c.DSN = filepath.Join(dir, "root"), ""
		return hostflags.Open(ctx, c)
	}
	return a.withHostOf(cmd, open, func(h *hostflags.Host) error { return f(h, filepath.Join(dir, "packs")) })
}

// info downloads a pack into dir, and reads it.
func (a *app) info(ctx context.Context, h *hostflags.Host, spec, dir string) (*infoReport, error) {
	got, err := h.Installer.Download(ctx, installer.DownloadRequest{Specs: []string{spec}, Dest: dir, OnEvent: a.observer()})
	if err != nil {
		return nil, err
	}
	content := got.Downloaded[0].Content
	shape := a.Shape()
	fsys := os.DirFS(content.Dir)
	p, err := pack.Load(fsys, &pack.LoadOptions{Shape: shape})
	if err != nil {
		return nil, err
	}
	r := &infoReport{
		Manifest: p.Manifest, Components: []componentBrief{}, Location: content.Pin.Location, Index: content.Pin.Via.Index,
		VerifiedBy: content.Pin.Via.VerifiedBy, TreeDigest: content.TreeDigest, Findings: p.Findings, Readme: readme(fsys),
	}
	for i := range p.Components {
		c := &p.Components[i]
		r.Components = append(r.Components, componentBrief{c.Kind, c.Ref, c.Label, c.Description})
	}
	return r, r.count(fsys)
}

// count counts files and bytes.
func (r *infoReport) count(fsys fs.FS) error {
	return fs.WalkDir(fsys, ".", func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			r.Files++
			r.Bytes += info.Size()
		}
		return err
	})
}

// readme returns the first lines of the README of a pack, "" for none.
func readme(fsys fs.FS) string {
	for _, name := range []string{"README.md", "README.rst", "README.txt", "README"} {
		f, err := fsys.Open(name)
		if err != nil {
			continue
		}
		defer f.Close() //nolint:errcheck // it was only read
		var lines []string
		scanner := bufio.NewScanner(f)
		scanner.Buffer(nil, maxReadme)
		for len(lines) < maxReadmeLines && scanner.Scan() {
			lines = append(lines, scanner.Text())
		}
		return strings.ToValidUTF8(strings.TrimSpace(strings.Join(lines, "\n")), "\uFFFD")
	}
	return ""
}

func (a *app) printInfo(r *infoReport) {
	m := &r.Manifest
	a.println("%s %s  %s", m.Ref, m.Version, m.Label)
	for _, field := range [][2]string{
		{"about", m.Description},
		{"author", m.Author},
		{"license", m.License},
		{"homepage", m.Homepage},
		{"tags", strings.Join(m.Tags, ", ")},
		{"from", r.Location},
		{"index", r.Index + signedBy(r.VerifiedBy)},
		{"content", string(r.TreeDigest)},
		{"size", counted(r.Files, "file") + ", " + megabytes(r.Bytes)},
	} {
		if field[1] != "" {
			a.println("%-11s %s", field[0], field[1])
		}
	}
	a.printNeeds(m)
	for _, c := range r.Components {
		a.println("%-11s %s  %s", c.Kind, c.Ref, c.Label)
	}
	if r.Installed != nil {
		a.println("installed   %s", r.Installed)
	}
	a.printFindings(r.Findings)
	if r.Readme != "" {
		a.println("")
		for line := range strings.SplitSeq(r.Readme, "\n") {
			a.println("  %s", line)
		}
	}
}

// printNeeds prints what a pack needs.
func (a *app) printNeeds(m *pack.Manifest) {
	for _, d := range m.Dependencies {
		a.println("needs       %s", d)
	}
	for _, url := range m.URLDependencies {
		a.println("needs       the pack at %s", url)
	}
	if !m.PlatformVersion.Any() {
		a.println("needs       platform %s", m.PlatformVersion)
	}
	for _, d := range m.RuntimeDeps {
		a.println("needs       %s", strings.TrimSpace(d.Name+" "+d.Range))
	}
}
