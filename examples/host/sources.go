package host

import (
	"os"
	"path/filepath"

	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/gitsource"
	"github.com/packtrain/pack/source/localsource"
	"github.com/packtrain/pack/source/web"
)

// openSources returns all sources, under one network policy, and who knows the
// packs of the index, nil without an index.
func openSources(c Config) (*source.Mux, deps.Finder, error) {
	local, err := localsource.New(localOptions(c))
	if err != nil {
		return nil, nil, err
	}
	client, err := web.New(c.Network, nil)
	if err != nil {
		return nil, nil, err
	}
	archives := archivesource.New(client, &archivesource.Options{Scratch: os.TempDir()})
	repositories, err := gitsource.New(client, &gitsource.Options{Roots: gitRoots(c)})
	if err != nil {
		return nil, nil, err
	}
	index, err := openIndex(c, client)
	if err != nil {
		return nil, nil, err
	}
	if c.Index == "" {
		mux, err := source.NewMux(local, archives, repositories, requested{index})
		return mux, nil, err
	}
	mux, err := source.NewMux(local, archives, repositories, index)
	return mux, index, err
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
