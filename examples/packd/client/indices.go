package client

import (
	"context"
	"net/url"

	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/source/registrysource"
)

const indicesPath = "/indices"

// Search returns packs of the indices of the server, as [registrysource.Source.Search]
// does, at most 1000.
func (c *Client) Search(ctx context.Context, query string) ([]registrysource.Match, error) {
	found, err := list[wire.FoundPack](ctx, c, indicesPath+"/search?limit=1000&q="+url.QueryEscape(query))
	if err != nil {
		return nil, err
	}
	matches := make([]registrysource.Match, len(found))
	for i, f := range found {
		matches[i] = f.Result()
	}
	return matches, nil
}

// Indices describes the indices of the server, as [registrysource.Source.Status] does.
func (c *Client) Indices(ctx context.Context) ([]registrysource.Status, error) {
	indices, err := list[wire.Index](ctx, c, indicesPath)
	if err != nil {
		return nil, err
	}
	status := make([]registrysource.Status, len(indices))
	for i, ix := range indices {
		status[i] = ix.Result()
	}
	return status, nil
}
