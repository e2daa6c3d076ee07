package web_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

// A drip is a body that gives a few bytes per interval.
type drip struct {
	every time.Duration
	left  int // intervals
	size  int // bytes each; 0 means 1
}

func (d *drip) Read(p []byte) (int, error) {
	if d.left == 0 {
		return 0, io.EOF
	}
	time.Sleep(d.every)
	d.left--
	return copy(p, strings.Repeat("x", max(d.size, 1))), nil
}

// drips answers with such a body, which ends when the request is cancelled as
// that of net/http does.
type drips struct{ drip }

func (d *drips) RoundTrip(req *http.Request) (*http.Response, error) {
	r := readerFunc(func(p []byte) (int, error) {
		n, err := d.Read(p)
		if cause := req.Context().Err(); cause != nil {
			return 0, cause
		}
		return n, err
	})
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(r)}, nil
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func slowTransfers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		drip  drip
		after time.Duration
		want  string
	}{
		{"1 byte in 10 s", drip{every: 10 * time.Second, left: 100}, 30 * time.Second, "1 KiB/s"},
		{"endless, just fast enough", drip{every: 60 * time.Millisecond, left: 1 << 30, size: 500}, 15 * time.Minute, "15 minutes"},
		{"fast enough", drip{every: 900 * time.Microsecond, left: 50_000}, 45 * time.Second, ""},
		{"fast enough for a while", drip{every: 100 * time.Millisecond, left: 1 << 30, size: 500}, 2 * time.Minute, "8 KiB/s on average"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				_, err := get(t, web.Over(pack.NetworkPolicy{}, &drips{tc.drip}), "https://example.com/")
				if d := time.Since(start); d < tc.after || d > tc.after+11*time.Second {
					t.Errorf("returned after %v, want %v", d, tc.after)
				}
				if tc.want == "" {
					if err != nil {
						t.Error(err)
					}
					return
				}
				if err == nil || !strings.Contains(err.Error(), tc.want) || !pack.Retryable(err) {
					t.Errorf("got error %v, want a retryable one with %q", err, tc.want)
				}
			})
		})
	}
}

func TestSlowConsumerIsNotBlamedOnTheServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://example.com/", http.NoBody)
		resp, err := web.Over(pack.NetworkPolicy{}, &drips{drip{every: time.Millisecond, left: 10}}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		for range 5 {
			if _, err := resp.Body.Read(make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
		}
	})
}

// stalledHeaders speaks over pipes, so that a stalled server costs no time.
func stalledHeaders(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		server func(net.Conn)
	}{
		{"silent", func(net.Conn) {}},
		{"endless 1xx", func(c net.Conn) {
			for {
				if _, err := io.WriteString(c, "HTTP/1.1 103 Early Hints\r\n\r\n"); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		}},
		{"slow headers", func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			for {
				if _, err := io.WriteString(c, "x"); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var wg sync.WaitGroup
				c := web.OverConn(pack.NetworkPolicy{AllowHTTP: true}, &web.Options{}, 0, func(context.Context, string, string) (net.Conn, error) {
					client, server := net.Pipe()
					wg.Go(func() { io.Copy(io.Discard, server) })
					wg.Go(func() { tc.server(server) })
					return client, nil
				})
				start := time.Now()
				req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://9.9.9.9/", http.NoBody)
				_, err := do(c, req)
				wantCode(t, err, pack.CodeUnavailable)
				if d := time.Since(start); d > time.Minute {
					t.Errorf("gave up only after %v", d)
				}
				wg.Wait()
			})
		})
	}
}

func badTLS(t *testing.T) {
	t.Parallel()
	hello := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("hello")) })
	t.Run("trusted", func(t *testing.T) {
		t.Parallel()
		c, srv := serveTLS(t, hello)
		if body, err := get(t, c, srv.URL); err != nil || string(body) != "hello" {
			t.Errorf("got %q, %v", body, err)
		}
	})
	t.Run("TLS 1.1 with the host's blessing", func(t *testing.T) {
		t.Parallel()
		srv := httptest.NewUnstartedServer(hello)
		srv.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
		srv.StartTLS()
		defer srv.Close()
		host := srv.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
		host.MinVersion = tls.VersionTLS10
		_, err := get(t, web.Make(loopback(), &web.Options{TLS: host}), srv.URL)
		wantCode(t, err, pack.CodeUnavailable)
	})
	for name, start := range map[string]func(*httptest.Server){
		"self-signed": func(s *httptest.Server) { s.StartTLS() },
		"TLS 1.1": func(s *httptest.Server) {
			s.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
			s.StartTLS()
		},
		"no TLS": func(s *httptest.Server) { s.Start() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewUnstartedServer(hello)
			start(srv)
			defer srv.Close()
			_, err := get(t, web.Make(loopback(), nil), "https://"+srv.Listener.Addr().String())
			wantCode(t, err, pack.CodeUnavailable)
			if pack.Retryable(err) {
				t.Errorf("%v is not retryable", err)
			}
		})
	}
}

func bodiesComeAsSent(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") == "gzip" {
			t.Error("compression was asked for")
		}
		w.Header().Set("Content-Encoding", "gzip")
		w.Write([]byte("not gzip at all"))
	})
	if body, err := get(t, web.Make(loopback(), nil), srv.URL); err != nil || string(body) != "not gzip at all" {
		t.Errorf("got %q, %v", body, err)
	}
}

func TestRefusedConnectionIsTemporary(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(nil)
	srv.Close()
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL, http.NoBody)
	_, err := do(web.Make(loopback(), nil), req)
	wantCode(t, err, pack.CodeUnavailable)
	if !pack.Retryable(err) {
		t.Errorf("%v should be retryable", err)
	}
}

func TestPolicyLists(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(http.ResponseWriter, *http.Request) {})
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	for _, tc := range []struct {
		name   string
		policy pack.NetworkPolicy
		host   string
		want   pack.Code
	}{
		{"private name allowed", pack.NetworkPolicy{AllowHTTP: true, AllowPrivateHosts: []string{"LocalHost"}}, "localhost", ""},
		{"private literal allowed", pack.NetworkPolicy{AllowHTTP: true, AllowPrivateHosts: []string{"127.0.0.1"}}, "127.0.0.1", ""},
		{"allowed in another spelling", pack.NetworkPolicy{AllowHTTP: true, AllowPrivateHosts: []string{"127.0.0.1"}}, "[::ffff:127.0.0.1]", ""},
		{"http not allowed", pack.NetworkPolicy{AllowPrivateHosts: []string{"localhost"}}, "localhost", pack.CodePolicyDenied},
		{"host not listed", pack.NetworkPolicy{AllowHTTP: true, AllowPrivateHosts: []string{"localhost"}, Hosts: []string{"example.com"}}, "localhost", pack.CodePolicyDenied},
		{"host listed", pack.NetworkPolicy{AllowHTTP: true, AllowPrivateHosts: []string{"localhost"}, Hosts: []string{"localhost"}}, "localhost", ""},
		{"list of nonsense allows nothing", pack.NetworkPolicy{AllowHTTP: true, AllowPrivateHosts: []string{"localhost"}, Hosts: []string{"*"}}, "localhost", pack.CodePolicyDenied},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := get(t, web.Make(tc.policy, nil), "http://"+net.JoinHostPort(strings.Trim(tc.host, "[]"), port))
			wantCode(t, err, tc.want)
		})
	}
}

func TestLimitReader(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text string
		most int64
		want string
		ok   bool
	}{
		{"", 0, "", true},
		{"abc", 3, "abc", true},
		{"abcd", 3, "abc", false},
		{"a", 0, "", false},
	} {
		got, err := io.ReadAll(web.LimitReader(strings.NewReader(tc.text), "index size", tc.most))
		if string(got) != tc.want || (err == nil) != tc.ok {
			t.Errorf("%q within %d: got %q, %v", tc.text, tc.most, got, err)
		}
		if limit, ok := errors.AsType[*pack.LimitError](err); !tc.ok && (!ok || limit.Max != tc.most || limit.Limit != "index size") {
			t.Errorf("%q within %d: error %#v", tc.text, tc.most, err)
		}
	}
}
