package registrysource_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/web"
)

func TestHostileNetwork(t *testing.T) {
	t.Parallel()
	t.Run("G08", indexCredentials)
	t.Run("G24", serverTimes)
}

// indexCredentials go to the index they are for, and not to another that a
// locator names.
func indexCredentials(t *testing.T) {
	t.Parallel()
	guarded := func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Registry-Token") != "canary" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Write(indexOf(t, demo("1.0.0", nil)))
	}
	ours, other := serve(t, guarded), serve(t, guarded)
	s := newSource(t, registrysource.Config{
		Indices: one(ours.URL + "/index.json"), AllowIndex: func(string) bool { return true },
		Client: must(web.New(pack.Network{
			Policy: loopback(), Credentials: map[string]pack.Credential{ours.URL: pack.HeaderCredential("X-Registry-Token", "canary")},
		}, nil)),
	})
	pins, err := s.Resolve(t.Context(), locator(t, "demo"))
	if err != nil || len(pins) == 0 {
		t.Fatalf("got %v, %v", pins, err)
	}
	loc := locator(t, "demo")
	loc.Index = other.URL + "/index.json"
	_, err = s.Resolve(t.Context(), loc)
	wantCode(t, err, pack.CodeUnauthorized)
	if err != nil && strings.Contains(err.Error(), "canary") {
		t.Errorf("the error contains the credential: %v", err)
	}
}

// serverTimes: the times of a server have no effect; only our own monotonic
// clock decides when to ask again.
func serverTimes(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]http.Header{
		"years ahead":   {"Date": {"Mon, 01 Jan 2125 00:00:00 GMT"}, "Expires": {"Mon, 01 Jan 2225 00:00:00 GMT"}, "Cache-Control": {"max-age=3153600000, immutable"}},
		"years ago":     {"Date": {"Thu, 01 Jan 1970 00:00:00 GMT"}, "Expires": {"0"}, "Age": {"999999999"}, "Cache-Control": {"no-store"}},
		"contradicting": {"Date": {"yesterday", "tomorrow"}, "Age": {"-1"}, "Expires": {"\x00"}, "Cache-Control": {"max-age=-5, only-if-cached"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := &indexServer{data: indexOf(t, demo("1.0.0", nil)), etag: `"1"`}
				plain := recorded(server)
				s := newSource(t, registrysource.Config{Indices: one("https://index.example/i.json"), Client: sending(transport(func(r *http.Request) (*http.Response, error) {
					resp, err := plain(r)
					for k, v := range header {
						resp.Header[k] = v
					}
					return resp, err
				}))})
				for i, tc := range []struct {
					after time.Duration
					want  int // requests so far
				}{{0, 1}, {59 * time.Second, 1}, {2 * time.Second, 2}, {59 * time.Second, 2}} {
					time.Sleep(tc.after)
					resolved(t, s)
					if n := server.count(); n != tc.want {
						t.Errorf("use %d: %d requests, want %d", i, n, tc.want)
					}
				}
			})
		})
	}
}
