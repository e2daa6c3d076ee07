package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/packtrain/pack/examples/packd/api"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer/settings"
)

// hostileStarvation fills the places and the queue of one token with downloads that never
// end. What other tokens ask for is done meanwhile, and so is analysis and reading of the
// same one. How long others wait is in TestOthersDoNotWaitForSlowWork of package operations.
func hostileStarvation(t *testing.T) {
	t.Parallel()
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(silent.Close)
	f := start(t, func(c *api.Config) {
		policy, err := settings.ParsePolicy(true, []string{"127.0.0.1"})
		if err != nil {
			t.Fatal(err)
		}
		c.Host.Network.Policy, c.MaxJobs, c.MaxQueue = policy, 2, 50
	})
	var refused int
	for i := range 100 {
		body := asJSON(t, m{"packs": list{fmt.Sprintf("%s/%d.tar.gz", silent.URL, i)}, "destination_dir": f.allowed + "/slow"})
		switch a := f.plain("POST", "/api/v1/packs/download", request{token: tokenInstall, prefer: async, body: body}); a.status {
		case http.StatusTooManyRequests:
			refused++
		default:
			wantStatus(t, a, http.StatusAccepted)
		}
	}
	if refused < 70 { // half of the queue is for others
		t.Errorf("%d of 100 downloads were refused", refused)
	}
	own := writePack(t, f.allowed, "own", "1.0.0")
	dependencies := asJSON(t, m{"pack_paths": list{own}})
	for _, token := range []string{tokenInstall, tokenAll} {
		wantStatus(t, f.call("POST", "/api/v1/packs/dependencies", request{token: token, body: dependencies}), 200)
	}
	wantStatus(t, f.call("GET", packsPath, request{token: tokenRead}), 200)
	for range 3 { // the same place again and again
		a := f.call("POST", "/api/v1/packs/register-batch", request{body: dependencies})
		if wantStatus(t, a, 200); !strings.Contains(string(a.body), `"success_count":1`) {
			t.Errorf("got %s", a.body)
		}
	}
	if id, _ := f.accept("install", request{body: asJSON(t, m{"packs": list{own}})})["id"].(string); f.events(id)[len(f.events(id))-1].Kind != wire.EventCompleted {
		t.Error("the installation of another token was not done")
	}
}
