package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/source/registrysource"
)

// outdatedInput asks for packs with newer versions.
type outdatedInput struct{ Conditional }

func (s *Server) addOutdated() {
	handle(s, endpoint{
		id: "list-outdated", method: http.MethodGet, path: "/api/v1/outdated", tag: "Packs", scope: ScopeRead,
		summary:  "List the installed packs of which an index has a higher version, ordered by ref",
		statuses: []int{http.StatusNotFound, http.StatusBadGateway}, conditional: true,
	}, s.listOutdated)
}

func (s *Server) listOutdated(ctx context.Context, in *outdatedInput) (*tagged[[]wire.OutdatedPack], error) {
	matches, err := s.host.Indices.Search(ctx, "")
	if _, none := errors.AsType[*registrysource.NoIndexError](err); err != nil && !none {
		return nil, err
	}
	listed := make(map[pack.Ref]registrysource.Match, len(matches))
	for _, m := range matches {
		listed[m.ID.Ref] = m
	}
	packs, err := s.host.Store.Summaries(ctx)
	if err != nil {
		return nil, err
	}
	outdated := []wire.OutdatedPack{}
	for _, p := range packs {
		if m, ok := listed[p.Ref]; ok && m.ID.Version.Compare(p.Version) > 0 {
			outdated = append(outdated, wire.OutdatedPack{Ref: p.Ref, Version: p.Version, Latest: m.ID.Version, Index: m.Index})
		}
	}
	return tag(in.Conditional, outdated)
}
