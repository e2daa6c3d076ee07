package server

import (
	"context"
	"net/http"

	"github.com/packtrain/pack/registry"
)

type packsOutput struct {
	Body envelope[[]registry.ActivePack]
}

func (s *Server) addCatalog() {
	handle(s, endpoint{
		id: "list-packs", method: http.MethodGet, path: packsPath, tag: "Packs", summary: "List the installed packs", scope: ScopeRead,
	}, s.listPacks)
}

func (s *Server) listPacks(ctx context.Context, _ *struct{}) (*packsOutput, error) {
	packs, err := s.host.Store.List(ctx)
	if packs == nil {
		packs = []registry.ActivePack{}
	}
	return &packsOutput{envelope[[]registry.ActivePack]{Data: packs}}, err
}
