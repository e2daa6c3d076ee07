package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/registry"
)

// Background runs the stages as operations of the server. Such a call survives
// lost connections and a restart of the server, reports progress, and cancels the
// operation when its context ends: then it waits for the operation to end, at most
// for [Config.Grace], and returns what was done so far together with the error of
// the context.
type Background struct {
	client  *Client
	observe pack.EventFunc
}

// Background returns calls whose events go to observe; nil is fine.
func (c *Client) Background(observe pack.EventFunc) *Background {
	if observe == nil {
		observe = func(context.Context, pack.Event) {}
	}
	return &Background{client: c, observe: observe}
}

// Download is stage 1.
func (b *Background) Download(ctx context.Context, req wire.DownloadRequest) (*installer.DownloadReport, error) {
	return follow(ctx, b, wire.Download(), req)
}

// Dependencies is stage 2.
func (b *Background) Dependencies(ctx context.Context, req wire.DependenciesRequest) (*deps.Report, error) {
	return follow(ctx, b, wire.Dependencies(), req)
}

// Build is stage 3.
func (b *Background) Build(ctx context.Context, req wire.BuildRequest) (*envbuild.Report, error) {
	return follow(ctx, b, wire.Build(), req)
}

// Register is stage 4.
func (b *Background) Register(ctx context.Context, req wire.RegisterRequest) (*registry.Report, error) {
	return follow(ctx, b, wire.Register(), req)
}

// follow does work as an operation.
func follow[Q, D, R any](ctx context.Context, b *Background, kind wire.Kind[Q, D, R], req Q) (*R, error) {
	op, err := b.run(ctx, kind.Name, req)
	if op == nil {
		return nil, err
	}
	report, rerr := reportOf[D](op)
	if rerr != nil || report == nil {
		return nil, errors.Join(err, rerr)
	}
	r, batch := kind.Result(req, report)
	if err == nil {
		err = batch
	}
	return r, err
}

// reportOf returns the report of an operation, nil when it has none.
func reportOf[D any](op *wire.Operation) (*D, error) {
	var report *D
	if len(op.Report) == 0 {
		return nil, nil //nolint:nilnil // there is none
	}
	if err := json.Unmarshal(op.Report, &report); err != nil {
		return nil, pack.Errorf(pack.CodeMalformedContent, "read report of operation %s: %w", op.ID, err)
	}
	return report, nil
}

// run does the work and returns the operation once it is over.
func (b *Background) run(ctx context.Context, kind string, req any) (*wire.Operation, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	patient, stop := outlive(ctx, b.client.config.Grace)
	defer stop()
	op, err := b.client.Submit(patient, kind, req)
	if err != nil {
		return nil, orCause(ctx, err)
	}
	seen, err := b.watch(ctx, op.ID, 0)
	if ctx.Err() != nil {
		err = b.end(patient, op.ID, seen)
	}
	if err != nil {
		return nil, errors.Join(context.Cause(ctx), fmt.Errorf("follow operation %s: %w", op.ID, err))
	}
	if op, err = b.client.Operation(patient, op.ID); err != nil {
		return nil, orCause(ctx, err)
	}
	return op, outcome(ctx, op)
}

// watch reports the events after the given one until the operation is over, and
// returns the number of the last.
func (b *Background) watch(ctx context.Context, id string, after uint64) (uint64, error) {
	for e, err := range b.client.Events(ctx, id, after) {
		if err != nil {
			return after, err
		}
		after = e.Seq
		b.observe(ctx, e)
	}
	return after, nil
}

// end cancels an operation and waits for its end.
func (b *Background) end(ctx context.Context, id string, seen uint64) error {
	err := b.client.Cancel(ctx, id)
	if err == nil || errors.Is(err, pack.ErrConflict) { // over by now
		_, err = b.watch(ctx, id, seen)
	}
	if err != nil {
		return fmt.Errorf("cancel it, which may not have happened: %w", err)
	}
	return nil
}

// outcome returns the error of an operation that is over.
func outcome(ctx context.Context, op *wire.Operation) error {
	switch {
	case op.State == wire.StateCompleted:
		return nil
	case op.State == wire.StateCancelled && ctx.Err() != nil:
		return context.Cause(ctx)
	case op.Error != nil:
		return wire.NewError(op.Error.Code, op.Error.Retryable, op.Error.Error, op.Error.Cause)
	case op.State == wire.StateCancelled:
		return pack.Errorf(pack.CodeCancelled, "operation %s was cancelled", op.ID)
	}
	return pack.Errorf(pack.CodeMalformedContent, "operation %s is %.40q without a reason", op.ID, op.State)
}

func orCause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// outlive returns a context that ends a while after ctx does.
func outlive(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	patient, cancel := context.WithCancel(context.WithoutCancel(ctx))
	timer := time.NewTimer(grace)
	timer.Stop()
	forget := context.AfterFunc(ctx, func() { timer.Reset(grace) })
	go func() {
		select {
		case <-timer.C:
			cancel()
		case <-patient.Done():
		}
	}()
	return patient, func() { forget(); timer.Stop(); cancel() }
}
