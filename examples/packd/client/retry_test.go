package client_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/client"
	"github.com/packtrain/pack/examples/packd/wire"
)

// TestRetries responds to the first two requests with a failure and counts the
// requests.
func TestRetries(t *testing.T) {
	t.Parallel()
	status := func(status int) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { refuse(w, status, "", "not now") }
	}
	cut := func(http.ResponseWriter) { hangUp() }
	half := func(w http.ResponseWriter) {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte("{"))
		hangUp()
	}
	read := func(ctx context.Context, c *client.Client) error { _, err := c.List(ctx); return err }
	stage := func(ctx context.Context, c *client.Client) error {
		_, err := c.Register(ctx, wire.RegisterRequest{Paths: []string{"/p"}})
		return err
	}
	remove := func(ctx context.Context, c *client.Client) error { return c.Remove(ctx, "slack", nil) }
	submit := func(ctx context.Context, c *client.Client) error {
		_, err := c.Submit(ctx, wire.KindInstall, wire.InstallRequest{})
		return err
	}
	tests := []struct {
		name string
		do   func(context.Context, *client.Client) error
		fail func(http.ResponseWriter)
		want int64 // requests
	}{
		{"read, busy", read, status(429), 3},
		{"read, no service", read, status(503), 3},
		{"read, no gateway", read, status(502), 3},
		{"read, connection cut", read, cut, 3},
		{"read, answer cut", read, half, 3},
		{"read, broken", read, status(500), 1},
		{"read, refused", read, status(403), 1},
		{"submit, no service", submit, status(503), 3},
		{"submit, connection cut", submit, cut, 3},
		{"submit, invalid", submit, status(422), 1},
		{"stage, busy", stage, status(429), 3},
		{"stage, no service", stage, status(503), 1},
		{"stage, connection cut", stage, cut, 1},
		{"remove, busy", remove, status(429), 3},
		{"remove, answer cut", remove, half, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int64
			op := newOperation(0)
			c := connect(t, func(w http.ResponseWriter, r *http.Request) {
				switch n := requests.Add(1); {
				case n <= 2:
					tt.fail(w)
				case r.Method == http.MethodGet:
					answer(w, http.StatusOK, []any{})
				default:
					answer(w, http.StatusOK, op.get())
				}
			})
			err := tt.do(t.Context(), c)
			if got := requests.Load(); got != tt.want || (err == nil) != (tt.want == 3) {
				t.Errorf("%d requests, %v; want %d", got, err, tt.want)
			}
		})
	}
}

// TestSubmitKeepsItsKey breaks the connection after the work was taken.
func TestSubmitKeepsItsKey(t *testing.T) {
	t.Parallel()
	op := newOperation(0)
	var requests atomic.Int64
	c := connect(t, func(w http.ResponseWriter, r *http.Request) {
		if requests.Add(1) == 1 {
			op.ServeHTTP(httptest.NewRecorder(), r)
			hangUp()
		}
		op.ServeHTTP(w, r)
	})
	for range 2 {
		if _, err := c.Submit(t.Context(), wire.KindInstall, wire.InstallRequest{Packs: []string{"slack"}}); err != nil {
			t.Fatal(err)
		}
	}
	if len(op.keys) != 3 || op.keys[0] != op.keys[1] || op.keys[1] == op.keys[2] || len(op.keys[0]) < 30 {
		t.Errorf("keys and preferences are %q", op.keys)
	}
}

// TestRetriesEnd wants them to end by number and with the context.
func TestRetriesEnd(t *testing.T) {
	t.Parallel()
	var requests atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests.Add(1) == 5 {
			cancel()
		}
		w.Header().Set("Retry-After", "3000")
		refuse(w, http.StatusServiceUnavailable, pack.CodeBusy, "not now")
	}))
	t.Cleanup(server.Close)
	c := newClient(t, client.Config{URL: server.URL})
	if _, err := c.List(ctx); !errors.Is(err, pack.ErrBusy) || requests.Load() != 4 {
		t.Errorf("%d requests, %v", requests.Load(), err)
	}
	patient, err := client.New(client.Config{URL: server.URL, MaxPause: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := patient.List(ctx); err == nil || requests.Load() != 5 {
		t.Errorf("%d requests, %v", requests.Load(), err)
	}
}
