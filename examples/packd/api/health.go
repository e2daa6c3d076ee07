package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/packtrain/pack"
)

// Health is the data of /healthz and /readyz.
type Health struct {
	Status string `json:"status" enum:"ok"`
}

func (s *Server) addHealth() {
	handle(s, endpoint{
		id: "get-health", method: http.MethodGet, path: "/healthz", tag: "Service", summary: "Report that the process is alive",
		statuses: []int{http.StatusTooManyRequests},
	}, func(context.Context, *struct{}) (*answer[Health], error) {
		return success(Health{"ok"}), nil
	})
	handle(s, endpoint{
		id: "get-readiness", method: http.MethodGet, path: "/readyz", tag: "Service", summary: "Report whether requests can be served",
		statuses: []int{http.StatusServiceUnavailable, http.StatusTooManyRequests},
	}, s.ready)
}

func (s *Server) ready(ctx context.Context, _ *struct{}) (*answer[Health], error) {
	if s.draining.Load() {
		return nil, unavailable("packd is shutting down")
	}
	// Any ref will do: what counts is that the records answer.
	if _, err := s.host.Store.InstalledVersion(ctx, "packd"); err != nil && !errors.Is(err, pack.ErrNotFound) {
		s.log.ErrorContext(ctx, "the records do not answer", "error", err)
		return nil, unavailable("the records do not answer")
	}
	return success(Health{"ok"}), nil
}
