package api

import (
	"context"
	"net/http"

	"github.com/packtrain/pack/examples/packd/wire"
)

const indicesPath = "/api/v1/indices"

// maxFound is how many packs a search returns at most.
const maxFound = 100

// searchInput says what to search for.
type searchInput struct {
	Query string `query:"q" maxLength:"200" doc:"Words that must all occur in the ref, label, keywords, description or component names of a pack; without any, all packs are found"`
}

func (s *Server) addIndices() {
	handle(s, endpoint{
		id: "list-indices", method: http.MethodGet, path: indicesPath, tag: "Indices", scope: ScopeRead,
		summary:     "Describe the registry indices",
		description: "In the order in which they are asked. An index that cannot be used has a failure.",
	}, func(ctx context.Context, _ *struct{}) (*answer[[]wire.Index], error) {
		return success(wire.NewIndices(s.host.Indices.Status(ctx))), nil
	})
	handle(s, endpoint{
		id: "search-packs", method: http.MethodGet, path: indicesPath + "/search", tag: "Indices", scope: ScopeRead,
		summary:     "Search packs in the registry indices",
		description: "The best match first, at most 100. An index that cannot be used is an error.",
		statuses:    []int{http.StatusNotFound, http.StatusBadGateway},
	}, func(ctx context.Context, in *searchInput) (*answer[[]wire.FoundPack], error) {
		matches, err := s.host.Indices.Search(ctx, in.Query)
		if err != nil {
			return nil, err
		}
		return success(wire.NewFoundPacks(matches[:min(len(matches), maxFound)])), nil
	})
}
