package host_test

import (
	"context"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/host"
)

// cutOff syncs and cancels after a number of events.
func cutOff(t *testing.T, h *host.Host, req host.SyncRequest, events int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req.OnEvent = func(context.Context, pack.Event) {
		if events--; events < 0 {
			cancel()
		}
	}
	_, _ = h.Sync(ctx, req)
}
