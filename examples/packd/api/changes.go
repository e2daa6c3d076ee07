package api

import (
	"context"
	"net/http"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
)

// configInput is a new configuration of a pack.
type configInput struct {
	Ref  string `path:"ref" doc:"The ref of a pack"`
	Body values `doc:"The values, which replace all earlier ones"`
}

// values are the configuration of a pack.
type values map[string]any

// UnmarshalJSON keeps numbers as they are written.
func (v *values) UnmarshalJSON(data []byte) error {
	return wire.DecodeExact(data, (*map[string]any)(v))
}

// removeInput names a pack to remove.
type removeInput struct {
	Ref   string `path:"ref" doc:"The ref of a pack"`
	Force bool   `query:"force" doc:"Remove it although others depend on it"`
}

// nothing is the data of a success without a result.
type nothing struct{}

func (s *Server) addChanges() {
	change := func(id, method, path, summary string) endpoint {
		return endpoint{
			id: id, method: method, path: path, tag: "Packs", summary: summary, scope: ScopeConfigure,
			statuses: []int{http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity},
		}
	}
	configure := change("configure-pack", http.MethodPut, packsPath+"/{ref}/config", "Replace the configuration of a pack")
	configure.body = values{}
	handle(s, configure, s.setConfig)
	handle(s, change("roll-back-pack", http.MethodPost, packsPath+"/{ref}/rollback", "Make the generation active that was active before"), s.rollBack)
	handle(s, change("remove-pack", http.MethodDelete, packsPath+"/{ref}", "Remove a pack with its generations and its configuration"), s.remove)
}

func (s *Server) setConfig(ctx context.Context, in *configInput) (*answer[values], error) {
	ref, err := pack.ParseRef(in.Ref)
	if err != nil {
		return nil, err
	}
	if err := s.host.Store.SetConfig(ctx, ref, in.Body); err != nil {
		return nil, err
	}
	return success(in.Body), nil
}

func (s *Server) rollBack(ctx context.Context, in *refInput) (*answer[registry.Record], error) {
	ref, err := pack.ParseRef(in.Ref)
	if err != nil {
		return nil, err
	}
	record, err := s.host.Store.RollBack(ctx, ref)
	if err != nil {
		return nil, err
	}
	return success(record), nil
}

func (s *Server) remove(ctx context.Context, in *removeInput) (*answer[nothing], error) {
	ref, err := pack.ParseRef(in.Ref)
	if err != nil {
		return nil, err
	}
	if err := s.host.Store.Remove(ctx, ref, &registry.RemoveOptions{Force: in.Force}); err != nil {
		return nil, err
	}
	return success(nothing{}), nil
}
