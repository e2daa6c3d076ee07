package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/packd/client"
	"github.com/packtrain/pack/examples/packd/operations"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/registry"
)

const packsPath = "/api/v1/packs"

// stageInput is a request for one of the stages.
type stageInput[Q any] struct {
	Body Q
}

// stageOutput is the answer to it.
type stageOutput[R any] struct {
	Body envelope[R]
}

// envelope is the body of success.
type envelope[R any] client.Envelope[R]

// reporter is a body with a report in it.
type reporter interface{ report() any }

func (e envelope[R]) report() any { return e.Data }

func (s *Server) addStages() {
	addStage[client.DownloadRequest, installer.DownloadReport](s, client.KindDownload, ScopeInstall, "Download packs")
	addStage[client.DependenciesRequest, deps.Report](s, client.KindDependencies, ScopeInstall, "Analyse what packs need")
	addStage[client.BuildRequest, envbuild.Report](s, client.KindBuild, ScopeInstall, "Build the environments of packs")
	addStage[client.RegisterRequest, registry.Report](s, client.KindRegister, ScopeInstall, "Test, register and activate packs")
}

func addStage[Q, R any](s *Server, kind string, scope Scope, summary string) {
	handle(s, endpoint{
		id: kind, method: http.MethodPost, path: packsPath + "/" + kind, tag: "Stages", summary: summary, scope: scope,
		statuses: []int{http.StatusConflict, http.StatusBadGateway, http.StatusGatewayTimeout},
	}, func(ctx context.Context, in *stageInput[Q]) (*stageOutput[R], error) {
		body, err := json.Marshal(in.Body)
		if err != nil {
			return nil, err
		}
		report, err := s.stages.run(ctx, operations.Work{Kind: kind, Body: body}, nil)
		if _, failed := errors.AsType[*pack.BatchError](err); err != nil && !failed {
			return nil, err
		}
		r, ok := report.(*R)
		if !ok {
			return nil, errors.New("there is no report")
		}
		return &stageOutput[R]{Body: envelope[R]{Data: *r}}, nil
	})
}
