package api

import (
	"context"
	"net/http"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
)

// readConfigInput names a configuration to read.
type readConfigInput struct {
	Ref     string `path:"ref" doc:"The ref of a pack"`
	Secrets bool   `query:"secrets" doc:"Return the secret values, too, instead of a placeholder for each"`
}

// setConfigInput is a new configuration of a pack.
type setConfigInput struct {
	Ref     string `path:"ref" doc:"The ref of a pack"`
	IfMatch string `header:"If-Match" doc:"The ETag of the configuration to replace; another one is a conflict"`
	Body    values `doc:"The values, which replace all earlier ones; a placeholder keeps the secret value in its place"`
}

// removeConfigInput names a configuration to remove.
type removeConfigInput struct {
	Ref     string `path:"ref" doc:"The ref of a pack, which may have been removed"`
	IfMatch string `header:"If-Match" doc:"The ETag of the configuration to remove; another one is a conflict"`
}

// values are the configuration of a pack.
type values map[string]any

// UnmarshalJSON keeps numbers as they are written.
func (v *values) UnmarshalJSON(data []byte) error {
	return wire.DecodeExact(data, (*map[string]any)(v))
}

// A configAnswer is a configuration with its revision as a tag.
type configAnswer struct {
	ETag string `header:"ETag"`
	Body wire.Envelope[wire.Configuration]
}

func configured(c wire.Configuration) *configAnswer {
	return &configAnswer{ETag: `"` + c.Revision + `"`, Body: wire.Envelope[wire.Configuration]{Data: c}}
}

func (s *Server) addConfigure() {
	endpoint := func(id, method, summary string) endpoint {
		return endpoint{
			id: id, method: method, path: packsPath + "/{ref}/config", tag: "Packs", summary: summary, scope: ScopeConfigure,
			statuses: []int{http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity},
		}
	}
	handle(s, endpoint("read-configuration", http.MethodGet, "Read the configuration of a pack"), s.readConfig)
	configure := endpoint("configure-pack", http.MethodPut, "Replace the configuration of a pack")
	configure.body = values{}
	handle(s, configure, s.setConfig)
	handle(s, endpoint("remove-configuration", http.MethodDelete, "Remove the configuration of a pack"), s.removeConfig)
}

func (s *Server) removeConfig(ctx context.Context, in *removeConfigInput) (*answer[nothing], error) {
	ref, err := pack.ParseRef(in.Ref)
	if err != nil {
		return nil, err
	}
	if err := s.host.Store.RemoveConfig(acting(ctx), ref, &registry.SetConfigOptions{Expect: etag(in.IfMatch)}); err != nil {
		return nil, err
	}
	return success(nothing{}), nil
}

func (s *Server) readConfig(ctx context.Context, in *readConfigInput) (*configAnswer, error) {
	ref, err := pack.ParseRef(in.Ref)
	if err != nil {
		return nil, err
	}
	if !in.Secrets {
		c, err := s.host.Store.Config(ctx, ref)
		if err != nil {
			return nil, err
		}
		return configured(wire.NewConfiguration(c)), nil
	}
	c, err := s.host.Store.RevealConfig(ctx, ref)
	if err != nil {
		return nil, err
	}
	s.log.InfoContext(ctx, "secret values of a configuration are read", "request_id", stateOf(ctx).id, "pack", ref.String())
	return configured(wire.RevealConfiguration(c)), nil
}

func (s *Server) setConfig(ctx context.Context, in *setConfigInput) (*configAnswer, error) {
	ref, err := pack.ParseRef(in.Ref)
	if err != nil {
		return nil, err
	}
	c, err := s.host.Store.SetConfig(acting(ctx), ref, in.Body, &registry.SetConfigOptions{Expect: etag(in.IfMatch)})
	if err != nil {
		return nil, err
	}
	return configured(wire.NewConfiguration(c)), nil
}
