package api

import (
	"context"
	"encoding/json"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

// A task is how one kind of work is done.
type task struct {
	kind string
	// check returns why a request is refused as a whole, nil when it is not. It
	// looks before there is an operation; run looks again.
	check func(req any) error
	run   func(ctx context.Context, body json.RawMessage, observe pack.EventFunc) (report any, err error)
}

// tasks returns one for every kind.
func (s *stages) tasks() []task {
	return []task{
		newTask(wire.Download(), s.checkDownload, s.download),
		newTask(wire.Dependencies(), checkDependencies, s.dependencies),
		newTask(wire.Build(), s.checkBuild, s.build),
		newTask(wire.Register(), s.checkRegister, s.register),
		newTask(wire.Install(), s.checkInstall, s.install),
		newTask(wire.Plan(), s.checkPlan, s.plan),
		newTask(wire.Apply(), checkApply, s.apply),
	}
}

func (s *stages) task(kind string) (task, error) {
	for _, t := range s.tasks() {
		if t.kind == kind {
			return t, nil
		}
	}
	return task{}, pack.Errorf(pack.CodeInvalidRequest, "unknown kind of work %.40q", kind)
}

func newTask[Q, D, R any](k wire.Kind[Q, D, R], check func(Q) error, run func(context.Context, Q, pack.EventFunc) (*D, error)) task {
	return task{
		kind: k.Name,
		check: func(req any) error {
			q, ok := req.(Q)
			if !ok {
				return pack.Errorf(pack.CodeInvalidRequest, "a %T is not a request for %s", req, k.Name)
			}
			return check(q)
		},
		run: func(ctx context.Context, body json.RawMessage, observe pack.EventFunc) (any, error) {
			var q Q
			if err := json.Unmarshal(body, &q); err != nil {
				return nil, pack.Errorf(pack.CodeInvalidRequest, "read request: %w", err)
			}
			report, err := run(ctx, q, observe)
			if report == nil {
				return nil, err // not a nil pointer
			}
			return report, err
		},
	}
}
