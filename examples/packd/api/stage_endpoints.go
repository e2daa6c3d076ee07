package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/operations"
	"github.com/packtrain/pack/examples/packd/wire"
)

const (
	packsPath      = "/api/v1/packs"
	operationsPath = "/api/v1/operations"
)

// stageInput is a request for one of the stages.
type stageInput[Q any] struct {
	Prefer string `header:"Prefer" doc:"respond-async: do it in the background"`
	Key    string `header:"Idempotency-Key" maxLength:"200" pattern:"^[ -~]*$" patternDescription:"printable ASCII" doc:"In the background: the same key with the same request is the same operation"`
	Body   Q
}

// workOutput is the answer to a request for work: its report, or its operation.
type workOutput struct {
	Status   int
	Location string `header:"Location"`
	Applied  string `header:"Preference-Applied"`
	Body     any
}

// respondAsync is the preference for work in the background.
const respondAsync = "respond-async"

func (s *Server) addStages() {
	addStage(s, wire.Download(), "Download packs into a directory")
	addStage(s, wire.Dependencies(), "List what packs need")
	addStage(s, wire.Build(), "Build the environments of packs")
	addStage(s, wire.Register(), "Validate, test, register and activate packs")
	addStage(s, wire.Install(), "Install packs, and those they need")
	addStage(s, wire.Plan(), "Say what an installation, a removal or both would change")
	addStage(s, wire.Apply(), "Do exactly what a plan says")
}

// addStage adds the endpoint of a kind of work.
func addStage[Q, D, R any](s *Server, kind wire.Kind[Q, D, R], summary string) {
	report := schemaOf[D](s)
	ok := jsonResponse(http.StatusOK, schemaOf[wire.Envelope[D]](s))
	ok.Content[wire.TypeReport] = &huma.MediaType{Schema: report}
	if kind.Name == wire.KindInstall {
		delete(ok.Content, wire.TypeJSON)
	}
	var request Q
	handle(s, endpoint{
		id: kind.Name, method: http.MethodPost, path: packsPath + "/" + kind.Name, tag: "Stages", summary: summary, scope: ScopeInstall,
		statuses: workStatuses(http.StatusNotFound, http.StatusBadGateway, http.StatusGatewayTimeout),
		body:     request, dotenv: true, report: report,
		responses: map[string]*huma.Response{"200": ok, "202": s.accepted()},
	}, func(ctx context.Context, in *stageInput[Q]) (*workOutput, error) {
		w, err := s.work(ctx, kind.Name, in.Body)
		switch {
		case err != nil:
			return nil, err
		case prefersAsync(in.Prefer):
			out, err := s.submit(ctx, w, in.Key)
			if out != nil {
				out.Applied = respondAsync
			}
			return out, err
		case kind.Name == wire.KindInstall && !stateOf(ctx).report:
			return s.submit(ctx, w, in.Key)
		}
		return s.wait(ctx, w)
	})
}

// wait does work within the request.
func (s *Server) wait(ctx context.Context, w operations.Work) (*workOutput, error) {
	report, err := s.jobs.Do(ctx, w)
	if _, partial := errors.AsType[*pack.BatchError](err); err != nil && !partial {
		return nil, withReport(problemOf(err), report)
	}
	return &workOutput{Status: http.StatusOK, Body: stageAnswer{report}}, nil
}

func workStatuses(more ...int) []int {
	return append(more, http.StatusConflict, http.StatusServiceUnavailable)
}

// accepted describes the answer to work in the background.
func (s *Server) accepted() *huma.Response {
	r := jsonResponse(http.StatusAccepted, schemaOf[wire.Envelope[wire.Operation]](s))
	text := &huma.Schema{Type: huma.TypeString}
	r.Headers = map[string]*huma.Param{
		"Location":           {Description: "The operation.", Schema: text},
		"Preference-Applied": {Description: respondAsync + " when the request preferred it.", Schema: text},
	}
	return r
}

// work makes work of a request, unless it is refused.
func (s *Server) work(ctx context.Context, kind string, req any) (operations.Work, error) {
	t, err := s.stages.task(kind)
	if err == nil {
		err = t.check(req)
	}
	if err == nil && (kind == wire.KindInstall || kind == wire.KindRegister || kind == wire.KindApply) {
		err = s.refuseChanges()
	}
	if apply, ok := req.(wire.ApplyRequest); ok && err == nil {
		err = mayLeave(ctx, &apply.Plan)
	}
	limits := limitsOf(ctx, ScopeInstall)
	if err == nil {
		err = limits.checkWork(kind, req)
	}
	if err != nil {
		return operations.Work{}, err
	}
	body, err := json.Marshal(req)
	stateOf(ctx).body.releaseAll()
	return operations.Work{Kind: kind, Body: body, Actor: stateOf(ctx).token, Limits: limits}, err
}

// submit begins work in the background. Keys of different clients are different.
func (s *Server) submit(ctx context.Context, w operations.Work, key string) (*workOutput, error) {
	if key != "" {
		key = fmt.Sprintf("%s/%s/%s", stateOf(ctx).token, w.Kind, key)
	}
	op, err := s.jobs.Submit(ctx, w, key)
	if err != nil {
		return nil, err
	}
	return &workOutput{
		Status: http.StatusAccepted, Location: operationsPath + "/" + op.ID, Body: wire.Envelope[wire.Operation]{Data: op},
	}, nil
}

// prefersAsync looks for a preference (RFC 7240).
func prefersAsync(header string) bool {
	for preference := range strings.SplitSeq(header, ",") {
		name, _, _ := strings.Cut(preference, ";")
		if strings.EqualFold(strings.TrimSpace(name), respondAsync) {
			return true
		}
	}
	return false
}
