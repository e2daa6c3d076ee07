package web_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

func hostileRedirects(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, location string
		want           pack.Code
	}{
		{"metadata service", "http://169.254.169.254/latest", pack.CodePolicyDenied},
		{"other loopback address", "http://127.0.0.2:1/", pack.CodePolicyDenied},
		{"odd spelling", "http://127.1:1/", pack.CodePolicyDenied},
		{"protocol relative", "//[::1]:1/", pack.CodePolicyDenied},
		{"file", "file:///etc/passwd", pack.CodePolicyDenied},
		{"user information", "http://user:secret@127.0.0.1:1/", pack.CodePolicyDenied},
		{"loop", "/", pack.CodePolicyDenied},
		{"no location", "", pack.CodeUnavailable},
		{"unreadable location", "http://[::1/?token=secret", pack.CodeUnavailable},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if tc.location != "" {
					w.Header()["Location"] = []string{tc.location}
				}
				w.WriteHeader(http.StatusFound)
			})
			_, err := get(t, web.Make(loopback(), nil), srv.URL)
			wantCode(t, err, tc.want)
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("error %q contains a secret", err)
			}
		})
	}
	t.Run("five are followed", func(t *testing.T) {
		t.Parallel()
		for hops, want := range map[string]pack.Code{"/xxxxx": "", "/xxxxxx": pack.CodePolicyDenied} {
			srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if rest, more := strings.CutSuffix(r.URL.Path, "x"); more {
					http.Redirect(w, r, rest, http.StatusFound)
				}
			})
			_, err := get(t, web.Make(loopback(), nil), srv.URL+hops)
			wantCode(t, err, want)
		}
	})
	t.Run("downgrade", func(t *testing.T) {
		t.Parallel()
		plain := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("contacted over http after https") })
		c, srv := serveTLS(t, http.RedirectHandler(plain.URL, http.StatusFound))
		_, err := get(t, c, srv.URL)
		wantCode(t, err, pack.CodePolicyDenied)
	})
	t.Run("307 with a body", func(t *testing.T) {
		t.Parallel()
		other := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the body was sent elsewhere") })
		srv := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
		defer srv.Close()
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL, strings.NewReader("want"))
		_, err := do(web.Make(loopback(), nil), req)
		wantCode(t, err, pack.CodePolicyDenied)
	})
	t.Run("headers that only look like redirects", func(t *testing.T) {
		t.Parallel()
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Refresh", "0; url=file:///etc/passwd")
			w.Header().Set("X-Terraform-Get", "file:///etc/passwd")
			w.Write([]byte("plain"))
		})
		if body, err := get(t, web.Make(loopback(), nil), srv.URL); err != nil || string(body) != "plain" {
			t.Errorf("got %q, %v", body, err)
		}
	})
}

func serveTLS(t *testing.T, h http.Handler) (*web.Client, *httptest.Server) {
	t.Helper()
	srv := httptest.NewTLSServer(h)
	t.Cleanup(srv.Close)
	roots := srv.Client().Transport.(*http.Transport).TLSClientConfig
	return web.Make(loopback(), &web.Options{TLS: roots}), srv
}

// TestWithoutRedirects: the caller learns of a redirect, and the client itself
// follows others as before.
func TestWithoutRedirects(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/from" {
			http.Redirect(w, r, "/to", http.StatusFound)
		}
	})
	c := web.Make(loopback(), nil)
	_, err := get(t, c.WithoutRedirects(), srv.URL+"/from")
	if u, ok := errors.AsType[*pack.UnavailableError](err); !ok || u.Status != http.StatusFound || u.Temporary {
		t.Errorf("got %v", err)
	}
	if _, err := get(t, c, srv.URL+"/from"); err != nil {
		t.Error(err)
	}
}
