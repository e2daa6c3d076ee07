package client

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// Download is stage 1. It waits for the report, as the other stages do; see
// [Client.Background] for calls that report progress. A request of this kind is
// sent once: if the connection breaks, the state of the work is unknown.
func (c *Client) Download(ctx context.Context, req wire.DownloadRequest) (*installer.DownloadReport, error) {
	return wait(ctx, c, wire.Download(), req)
}

// Dependencies is stage 2.
func (c *Client) Dependencies(ctx context.Context, req wire.DependenciesRequest) (*deps.Report, error) {
	return wait(ctx, c, wire.Dependencies(), req)
}

// Build is stage 3.
func (c *Client) Build(ctx context.Context, req wire.BuildRequest) (*envbuild.Report, error) {
	return wait(ctx, c, wire.Build(), req)
}

// Register is stage 4.
func (c *Client) Register(ctx context.Context, req wire.RegisterRequest) (*registry.Report, error) {
	return wait(ctx, c, wire.Register(), req)
}

// Install runs the whole pipeline as an operation of the server: see
// [Client.Background] for what that means.
func (c *Client) Install(ctx context.Context, req wire.InstallRequest, observe pack.EventFunc) (*pipeline.Report, error) {
	return follow(ctx, c.Background(observe), wire.Install(), req)
}

// Plan says what an installation would change.
func (c *Client) Plan(ctx context.Context, req wire.PlanRequest, observe pack.EventFunc) (*pipeline.Plan, error) {
	return follow(ctx, c.Background(observe), wire.Plan(), req)
}

// Apply does what a plan says, as an operation of the server.
func (c *Client) Apply(ctx context.Context, plan *pipeline.Plan, observe pack.EventFunc) (*pipeline.Report, error) {
	return follow(ctx, c.Background(observe), wire.Apply(), wire.ApplyRequest{Plan: *plan})
}

// wait does work within one request.
func wait[Q, D, R any](ctx context.Context, c *Client, kind wire.Kind[Q, D, R], req Q) (*R, error) {
	x, err := call{method: http.MethodPost, path: "/packs/" + kind.Name}.with(req)
	if err != nil {
		return nil, err
	}
	report, err := read[D](ctx, c, x)
	if err == nil {
		return kind.Result(req, report)
	}
	if report = reportIn[D](err); report == nil {
		return nil, err
	}
	r, _ := kind.Result(req, report)
	return r, err
}

// reportIn returns the report of a stage that failed as a whole, nil for none.
func reportIn[D any](err error) *D {
	var details struct {
		Report *D `json:"report"`
	}
	if e, ok := errors.AsType[*Error](err); ok && json.Unmarshal(e.Details, &details) == nil {
		return details.Report
	}
	return nil
}
