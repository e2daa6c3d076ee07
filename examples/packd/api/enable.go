package api

import (
	"context"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

// enableInput names a pack, or a component of it.
type enableInput struct {
	Ref       string `path:"ref" doc:"The ref of a pack"`
	Component string `query:"component" doc:"The ref of a component of the pack, such as slack.post; the whole pack if it is missing"`
}

func (s *Server) enable(ctx context.Context, in *enableInput) (*answer[wire.EnabledState], error) {
	return s.setEnabled(ctx, in, true)
}

func (s *Server) disable(ctx context.Context, in *enableInput) (*answer[wire.EnabledState], error) {
	return s.setEnabled(ctx, in, false)
}

func (s *Server) setEnabled(ctx context.Context, in *enableInput, enabled bool) (*answer[wire.EnabledState], error) {
	state := wire.EnabledState{Enabled: enabled}
	var err error
	if state.Ref, err = pack.ParseRef(in.Ref); err != nil {
		return nil, err
	}
	if in.Component != "" {
		if state.Component, err = pack.ParseComponentRef(in.Component); err != nil {
			return nil, err
		}
	}
	if err := s.host.Store.SetEnabled(acting(ctx), state.Ref, state.Component, enabled); err != nil {
		return nil, err
	}
	return success(state), nil
}
