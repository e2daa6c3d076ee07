package host

import (
	"crypto/tls"
	"os"
	"path/filepath"

	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/gitsource"
	"github.com/packtrain/pack/source/localsource"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/web"
)

// openSources returns all sources, over one client, and what knows the packs of
// the index, nil without an index.
func openSources(c Config, client *web.Client) (*source.Mux, deps.Finder, error) {
	local, err := localsource.New(localOptions(c))
	if err != nil {
		return nil, nil, err
	}
	repositories, err := gitsource.New(client, &gitsource.Options{Roots: gitRoots(c)})
	if err != nil {
		return nil, nil, err
	}
	index, err := registrysource.New(registrysource.Config{
		Index: c.Index, Client: client, AllowIndex: func(string) bool { return true }, // the client's policy decides
	})
	if err != nil {
		return nil, nil, err
	}
	archives := archivesource.New(client, &archivesource.Options{Scratch: os.TempDir()})
	mux, err := source.NewMux(local, archives, repositories, index)
	if c.Index == "" {
		return mux, nil, err
	}
	return mux, index, err
}

// openInstaller returns a downloader from all sources.
func openInstaller(c Config, client *web.Client) (installer.Installer, deps.Finder, error) {
	sources, finder, err := openSources(c, client)
	if err != nil {
		return nil, nil, err
	}
	d, err := installer.NewDownloader(installer.DownloadConfig{Source: sources, Provided: c.Provided})
	return d, finder, err
}

// openUnverified is openInstaller over a client of its own, because connections to
// servers that proved nothing are not shared, nor is a secret sent over them; nil
// where that is not allowed.
func openUnverified(c Config) (installer.Installer, error) {
	if !c.AllowUnverified {
		return nil, nil
	}
	c.Network.Credentials = nil
	client, err := web.New(c.Network, &web.Options{TLS: &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}})
	if err != nil {
		return nil, err
	}
	d, _, err := openInstaller(c, client)
	return d, err
}

// CheckIndex reports whether the network policy lets a request name the index at
// that URL. What its host name leads to is checked when it is contacted.
func (h *Host) CheckIndex(index string) error {
	_, err := h.client.ParseURL(index)
	return err
}

func localOptions(c Config) localsource.Options {
	opts := localsource.Options{Base: c.Base, AllowAll: c.Allowed == nil, Apart: []string{c.Root}, Archives: archivesource.NewUnpacker(nil)}
	if c.Allowed != nil {
		opts.Roots = c.Allowed.Paths()
	}
	return opts
}

// gitRoots are the directories below which repositories of this machine may lie.
func gitRoots(c Config) []string {
	if c.Allowed == nil {
		return []string{string(filepath.Separator)}
	}
	return c.Allowed.Paths()
}
