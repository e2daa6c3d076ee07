package api

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
)

// removeInput names a pack to remove.
type removeInput struct {
	Ref        string   `path:"ref" doc:"The ref of a pack"`
	Purge      bool     `query:"purge" doc:"Remove the configuration, too, which is kept otherwise"`
	AllowBreak []string `query:"allow_break" doc:"Installed packs that may be left with unmet dependencies; * stands for all"`
	IfMatch    string   `header:"If-Match" doc:"The generation that has to be active; otherwise nothing changes"`
}

// rollBackInput names a pack to roll back.
type rollBackInput struct {
	Ref        string   `path:"ref" doc:"The ref of a pack"`
	To         string   `query:"to" doc:"The generation to activate, or its version; the previously active one if it is missing"`
	From       string   `query:"from" doc:"The generation that has to be active; otherwise nothing changes"`
	IfMatch    string   `header:"If-Match" doc:"The same as from"`
	AllowBreak []string `query:"allow_break" doc:"Installed packs that may be left with unmet dependencies; * stands for all"`
}

// pinInput names a generation of a pack.
type pinInput struct {
	Ref        string `path:"ref" doc:"The ref of a pack"`
	Generation string `path:"generation" doc:"The name of a generation, or its version"`
}

// etag returns the name in a header that holds one, with or without quotes; "*" stands for
// any. An empty name is that of no version, and not of any.
func etag(header string) string {
	if header == "*" {
		return ""
	}
	return cmp.Or(strings.Trim(header, `"`), header)
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
	handle(s, change("roll-back-pack", http.MethodPost, packsPath+"/{ref}/rollback", "Make another generation active, by default the one that was active before"), s.rollBack)
	const pinPath = packsPath + "/{ref}/generations/{generation}/pin"
	handle(s, change("pin-generation", http.MethodPut, pinPath, "Keep a generation regardless of the retention"), s.pin)
	handle(s, change("unpin-generation", http.MethodDelete, pinPath, "Let a generation be collected as the retention says"), s.unpin)
	handle(s, change("enable-pack", http.MethodPost, packsPath+"/{ref}/enable", "Enable a pack or one of its components, also after upgrades"), s.enable)
	handle(s, change("disable-pack", http.MethodPost, packsPath+"/{ref}/disable", "Disable a pack or one of its components, also after upgrades"), s.disable)
	handle(s, change("repair-pack", http.MethodPost, packsPath+"/{ref}/repair", "Make a pack on disk agree with what was recorded"), s.repairPack)
	all := change("repair-packs", http.MethodPost, "/api/v1/repair", "Make all packs on disk agree with what was recorded")
	all.statuses = nil
	handle(s, all, s.repairPacks)
	handle(s, change("remove-pack", http.MethodDelete, packsPath+"/{ref}", "Remove a pack with its generations"), s.remove)
}

// acting returns the context of changes in the name of the token of a request.
func acting(ctx context.Context) context.Context {
	return registry.WithActor(ctx, stateOf(ctx).token)
}

// mayBreak reads the packs that may be left with unmet dependencies.
func mayBreak(ctx context.Context, texts []string) ([]pack.Ref, error) {
	refs, err := registry.ParseAllowBreak(texts)
	if err == nil {
		err = limitsOf(ctx, ScopeConfigure).checkRefs(refs)
	}
	return refs, err
}

func (s *Server) rollBack(ctx context.Context, in *rollBackInput) (*answer[wire.RollBackReport], error) {
	if err := s.refuseChanges(); err != nil {
		return nil, err
	}
	ref, err := pack.ParseRef(in.Ref)
	if err != nil {
		return nil, err
	}
	may, err := mayBreak(ctx, in.AllowBreak)
	if err != nil {
		return nil, err
	}
	opts := &registry.RollBackOptions{To: in.To, From: cmp.Or(in.From, etag(in.IfMatch)), AllowBreak: may}
	report, err := s.host.Store.RollBack(acting(ctx), ref, opts)
	if err != nil {
		return nil, err
	}
	return success(*wire.NewRollBackReport(&report)), nil
}

func (s *Server) pin(ctx context.Context, in *pinInput) (*answer[wire.PinnedGeneration], error) {
	return pinned(ctx, in, s.host.Store.PinGeneration)
}

func (s *Server) unpin(ctx context.Context, in *pinInput) (*answer[wire.PinnedGeneration], error) {
	return pinned(ctx, in, s.host.Store.UnpinGeneration)
}

func pinned(ctx context.Context, in *pinInput, pin func(context.Context, pack.Ref, string) (string, error)) (*answer[wire.PinnedGeneration], error) {
	ref, err := pack.ParseRef(in.Ref)
	if err != nil {
		return nil, err
	}
	name, err := pin(acting(ctx), ref, in.Generation)
	if err != nil {
		return nil, err
	}
	return success(wire.PinnedGeneration{Name: name}), nil
}

func (s *Server) repairPack(ctx context.Context, in *refInput) (*answer[wire.RepairReport], error) {
	ref, err := pack.ParseRef(in.Ref)
	if err != nil {
		return nil, err
	}
	return s.repair(ctx, ref)
}

func (s *Server) repairPacks(ctx context.Context, _ *struct{}) (*answer[wire.RepairReport], error) {
	return s.repair(ctx)
}

func (s *Server) repair(ctx context.Context, refs ...pack.Ref) (*answer[wire.RepairReport], error) {
	report, err := s.host.Store.Repair(acting(ctx), refs...)
	if err != nil {
		return nil, err
	}
	return success(*wire.NewRepairReport(report)), nil
}

func (s *Server) remove(ctx context.Context, in *removeInput) (*answer[nothing], error) {
	if err := s.refuseChanges(); err != nil {
		return nil, err
	}
	ref, err := pack.ParseRef(in.Ref)
	if err != nil {
		return nil, err
	}
	may, err := mayBreak(ctx, in.AllowBreak)
	if err != nil {
		return nil, err
	}
	if err := s.host.Store.Remove(acting(ctx), ref, &registry.RemoveOptions{AllowBreak: may, Purge: in.Purge, From: etag(in.IfMatch)}); err != nil {
		return nil, err
	}
	return success(nothing{}), nil
}
