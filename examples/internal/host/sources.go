package host

import (
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/gitsource"
	"github.com/packtrain/pack/source/localsource"
)

// openSources returns all sources, under one network policy.
func openSources(c Config) (*source.Mux, error) {
	local, err := localsource.New(localsource.Options{AllowAll: true, Base: c.Base})
	if err != nil {
		return nil, err
	}
	return source.NewMux(
		local,
		archivesource.New(&archivesource.Options{Network: c.Network}),
		gitsource.New(&gitsource.Options{Network: c.Network}),
	)
}
