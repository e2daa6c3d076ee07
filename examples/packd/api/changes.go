package api

import (
	"context"
	"net/http"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
)

// removeInput names a pack to remove.
type removeInput struct {
	Ref        string   `path:"ref" doc:"The ref of a pack"`
	Purge      bool     `query:"purge" doc:"Remove the configuration, too, which is kept otherwise"`
	AllowBreak []string `query:"allow_break" doc:"Installed packs that may be left with unmet dependencies; * stands for all"`
}

// rollBackInput names a pack to roll back.
type rollBackInput struct {
	Ref        string   `path:"ref" doc:"The ref of a pack"`
	AllowBreak []string `query:"allow_break" doc:"Installed packs that may be left with unmet dependencies; * stands for all"`
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
	handle(s, change("roll-back-pack", http.MethodPost, packsPath+"/{ref}/rollback", "Make the generation active that was active before"), s.rollBack)
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

func (s *Server) rollBack(ctx context.Context, in *rollBackInput) (*answer[registry.Record], error) {
	ref, err := pack.ParseRef(in.Ref)
	if err != nil {
		return nil, err
	}
	may, err := registry.ParseAllowBreak(in.AllowBreak)
	if err != nil {
		return nil, err
	}
	record, err := s.host.Store.RollBack(acting(ctx), ref, &registry.RollBackOptions{AllowBreak: may})
	if err != nil {
		return nil, err
	}
	return success(record), nil
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
	report, err := s.host.Store.Repair(ctx, refs...)
	if err != nil {
		return nil, err
	}
	return success(*wire.NewRepairReport(report)), nil
}

func (s *Server) remove(ctx context.Context, in *removeInput) (*answer[nothing], error) {
	ref, err := pack.ParseRef(in.Ref)
	if err != nil {
		return nil, err
	}
	may, err := registry.ParseAllowBreak(in.AllowBreak)
	if err != nil {
		return nil, err
	}
	if err := s.host.Store.Remove(acting(ctx), ref, &registry.RemoveOptions{AllowBreak: may, Purge: in.Purge}); err != nil {
		return nil, err
	}
	return success(nothing{}), nil
}
