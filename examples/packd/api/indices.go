package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/packtrain/pack/examples/packd/wire"
)

const indicesPath = "/api/v1/indices"

// searchInput says what to search for.
type searchInput struct {
	Conditional
	Query string `query:"q" maxLength:"200" doc:"Words that must all occur in the ref, label, keywords, description or component names of a pack; without any, all packs are found"`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"At most so many"`
}

func (s *Server) addIndices() {
	handle(s, endpoint{
		id: "list-indices", method: http.MethodGet, path: indicesPath, tag: "Indices", scope: ScopeRead,
		summary:     "Describe the registry indices",
		conditional: true,
	}, func(ctx context.Context, in *Conditional) (*tagged[[]wire.Index], error) {
		return tag(*in, wire.NewIndices(s.host.Indices.Status(ctx)))
	})
	handle(s, endpoint{
		id: "search-packs", method: http.MethodGet, path: indicesPath + "/search", tag: "Indices", scope: ScopeRead,
		summary:     "Search packs in the registry indices",
		statuses:    []int{http.StatusNotFound, http.StatusBadGateway},
		conditional: true,
	}, func(ctx context.Context, in *searchInput) (*tagged[[]wire.FoundPack], error) {
		matches, err := s.host.Indices.Search(ctx, in.Query)
		if err != nil {
			return nil, err
		}
		a, err := tag(in.Conditional, wire.NewFoundPacks(matches[:min(len(matches), in.Limit)]))
		if err != nil {
			return nil, err
		}
		a.Total = strconv.Itoa(len(matches))
		return a, nil
	})
}
