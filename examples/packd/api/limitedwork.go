package api

import (
	"context"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/pipeline"
)

type limitsKey struct{}

// withLimits returns the context of work with the limits of its token.
func withLimits(ctx context.Context, l packLimits) context.Context {
	if l == nil {
		return ctx
	}
	return context.WithValue(ctx, limitsKey{}, l)
}

// workLimits returns the limits of work, nil for none.
func workLimits(ctx context.Context) packLimits {
	l, _ := ctx.Value(limitsKey{}).(packLimits)
	return l
}

// installWithin installs what the limits allow: which packs change, those that others need
// included, is known once it is planned, and nothing of them runs before. All of it
// changes, or nothing does.
func (s *stages) installWithin(ctx context.Context, l packLimits, q pipeline.Request, observe pack.EventFunc) (*pipeline.Report, error) {
	q.AllOrNothing = true
	plan, err := s.pipeline.Plan(ctx, q)
	if err == nil {
		err = l.checkPlan(plan)
	}
	if err != nil {
		return nil, err
	}
	return s.pipeline.Apply(ctx, plan, observe)
}
