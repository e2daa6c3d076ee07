package api

import (
	"context"
	"net/http"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
)

// answer is a body of success.
type answer[T any] struct {
	Body wire.Envelope[T]
}

func success[T any](data T) *answer[T] {
	return &answer[T]{wire.Envelope[T]{Data: data}}
}

const summariesPath = "/api/v1/summaries"

// refInput names a pack.
type refInput struct {
	Ref string `path:"ref" doc:"The ref of a pack"`
}

// readInput names a pack to read.
type readInput struct {
	Conditional
	Ref string `path:"ref" doc:"The ref of a pack"`
}

func (s *Server) addCatalog() {
	get := func(id, path, summary string, statuses ...int) endpoint {
		return endpoint{id: id, method: http.MethodGet, path: path, tag: "Packs", summary: summary, scope: ScopeRead, statuses: statuses}
	}
	cond := func(id, path, summary string, statuses ...int) endpoint {
		e := get(id, path, summary, statuses...)
		e.conditional = true
		return e
	}
	handle(s, cond("list-packs", packsPath, "List the installed packs, ordered by ref"), s.listPacks)
	handle(s, cond("list-summaries", summariesPath, "List the installed packs in short, ordered by ref"), s.listSummaries)
	handle(s, cond("show-pack", packsPath+"/{ref}", "Show everything known about a pack", http.StatusNotFound, http.StatusUnprocessableEntity), s.showPack)
	handle(s, cond("list-generations", packsPath+"/{ref}/generations", "List the generations of a pack, the oldest first",
		http.StatusNotFound, http.StatusUnprocessableEntity), s.listGenerations)
	handle(s, cond("list-tests", packsPath+"/{ref}/tests", "List the results of tests of a pack that are kept, the oldest first",
		http.StatusNotFound, http.StatusUnprocessableEntity), s.listTests)
	handle(s, get("diff-generations", packsPath+"/{ref}/diff", "Show what differs between two generations of a pack",
		http.StatusNotFound, http.StatusUnprocessableEntity), s.diff)
	handle(s, get("verify-packs", "/api/v1/verify", "Compare all packs on disk with what was recorded"), s.verifyPacks)
	handle(s, get("verify-pack", packsPath+"/{ref}/verify", "Compare a pack on disk with what was recorded",
		http.StatusNotFound, http.StatusUnprocessableEntity), s.verifyPack)
}

func (s *Server) verifyPacks(ctx context.Context, _ *struct{}) (*answer[wire.VerifyReport], error) {
	report, err := s.host.Store.Verify(ctx)
	if err != nil {
		return nil, err
	}
	return success(*wire.NewVerifyReport(report)), nil
}

func (s *Server) verifyPack(ctx context.Context, in *refInput) (*answer[wire.VerifyReport], error) {
	ref, err := pack.ParseRef(in.Ref)
	if err != nil {
		return nil, err
	}
	report, err := s.host.Store.Verify(ctx, ref)
	if err != nil {
		return nil, err
	}
	return success(*wire.NewVerifyReport(report)), nil
}

func (s *Server) listPacks(ctx context.Context, in *packsInput) (*tagged[[]wire.ActivePack], error) {
	packs, err := s.host.Store.List(ctx)
	if err != nil {
		return nil, err
	}
	look := func(p *registry.ActivePack) listed { return listed{p.Ref, isBroken(&p.PackState)} }
	return part(in, packs, look, wire.NewActivePacks)
}

func (s *Server) listSummaries(ctx context.Context, in *packsInput) (*tagged[[]wire.PackSummary], error) {
	packs, err := s.host.Store.Summaries(ctx)
	if err != nil {
		return nil, err
	}
	look := func(p *registry.PackSummary) listed { return listed{p.Ref, isBroken(&p.PackState)} }
	return part(in, packs, look, wire.NewPackSummaries)
}

func isBroken(p *registry.PackState) bool { return p.NeedsRepair != "" || len(p.Unmet) > 0 }

func (s *Server) showPack(ctx context.Context, in *readInput) (*tagged[wire.PackDetails], error) {
	p, err := s.show(ctx, in.Ref)
	if err != nil {
		return nil, err
	}
	return tag(in.Conditional, wire.NewPackDetails(p))
}

func (s *Server) listGenerations(ctx context.Context, in *readInput) (*tagged[[]registry.KeptGeneration], error) {
	ref, err := pack.ParseRef(in.Ref)
	if err != nil {
		return nil, err
	}
	history, err := s.host.Store.History(ctx, ref)
	if err != nil {
		return nil, err
	}
	return tag(in.Conditional, history)
}

func (s *Server) listTests(ctx context.Context, in *readInput) (*tagged[[]registry.TestResult], error) {
	ref, err := pack.ParseRef(in.Ref)
	if err != nil {
		return nil, err
	}
	results, err := s.host.Store.TestHistory(ctx, ref)
	if err != nil {
		return nil, err
	}
	return tag(in.Conditional, results)
}

// diffInput names two generations of a pack.
type diffInput struct {
	Ref  string `path:"ref" doc:"The ref of a pack"`
	From string `query:"from" doc:"A generation, or its version; the previously active one if it is missing"`
	To   string `query:"to" doc:"The same; the active one if it is missing"`
}

func (s *Server) diff(ctx context.Context, in *diffInput) (*answer[registry.Diff], error) {
	ref, err := pack.ParseRef(in.Ref)
	if err != nil {
		return nil, err
	}
	d, err := s.host.Store.Diff(ctx, ref, in.From, in.To)
	if err != nil {
		return nil, err
	}
	return success(*d), nil
}

func (s *Server) show(ctx context.Context, name string) (*registry.PackDetails, error) {
	ref, err := pack.ParseRef(name)
	if err != nil {
		return nil, err
	}
	return s.host.Store.Show(ctx, ref)
}
