package web_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

func dialTo(address string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	t.Run("G01", hostileHosts)
	t.Run("G02", hostileNames)
	t.Run("G03", hostileRedirects)
	t.Run("G04", failingNames)
	t.Run("G05", badTLS)
	t.Run("G05/certificates", badCertificates)
	t.Run("G05/handshake", stalledHandshake)
	t.Run("G05/cut", cutTLS)
	t.Run("G06/proxies", proxies)
	t.Run("G06/addresses", literalsThroughProxies)
	t.Run("G06/unreachable", unreachableProxy)
	t.Run("G06/client_certificate", clientCertificates)
	t.Run("G07", environment)
	t.Run("G08/headers", secretsStayAtTheirOrigin)
	t.Run("G08/credentials", credentialsStayAtTheirOrigin)
	t.Run("G08/ports", credentialsAreNotForAnyPort)
	t.Run("G08/redirects", secretsThroughRedirects)
	t.Run("G09", noCredentialsOnDemand)
	t.Run("G10", secretsInErrors)
	t.Run("G11/body", slowTransfers)
	t.Run("G11/headers", stalledHeaders)
	t.Run("G12", hostileHeaders)
	t.Run("G12/lengths", twoLengths)
	t.Run("G12/proxies", answersOfOthers)
	t.Run("G13", shortBodies)
	t.Run("G14", otherStatuses)
	t.Run("G15", brokenTransfers)
	t.Run("G16", retryAfterHeaders)
	t.Run("G17", flappingServers)
	t.Run("G18", finalStatuses)
	t.Run("G19", otherProtocol)
	t.Run("G21", bodiesComeAsSent)
	t.Run("G22/connections", manyDownloads)
	t.Run("G22/causes", passingCauses)
	t.Run("G22/files", filesRunOut)
	t.Run("G22/ports", portsRunOut)
	t.Run("G23", cutNetworks)
	t.Run("G23/silence", silentServers)
}

func hostileHosts(t *testing.T) {
	t.Parallel()
	policies := map[string]pack.NetworkPolicy{
		"default":            {},
		"http":               {AllowHTTP: true},
		"another host":       {AllowHTTP: true, AllowPrivateHosts: []string{"build.internal"}},
		"another range":      {AllowHTTP: true, AllowPrivate: []netip.Prefix{netip.MustParsePrefix("172.31.0.0/16")}},
		"literal as allowed": {AllowHTTP: true, AllowPrivateHosts: []string{"127.0.0.53"}},
	}
	for _, host := range []string{
		"127.0.0.1", "127.1", "2130706433", "0x7f.1", "0x7f000001", "0X7F.1", "017700000001", "0177.0.0.1", "127.0.0.01",
		"0.0.0.0", "0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "169.254.169.254",
		"[fd00::1]", "[fe80::1]", "[fe80::1%25lo]", "[fec0::1]", "[ff02::1]", "100.64.0.1", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]",
		"192.0.0.1", "192.0.2.1", "192.88.99.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "255.255.255.255", "10.1.2.3", "192.168.1.1",
		"[2002:7f00:1::]", "[2001:db8::1]", "[2001::1]", "[3fff::1]",
		"localhost", "localhost.", "127.0.0.1.", "LOCALHOST", "127%E3%80%820%E3%80%820%E3%80%821", "loc%61lhost%00.example",
	} {
		for name, policy := range policies {
			for _, scheme := range []string{"http", "https"} {
				raw := scheme + "://" + host + ":9/x"
				_, err := fetch(t, web.Make(policy, nil), policy, raw)
				if pack.CodeOf(err) != pack.CodePolicyDenied {
					t.Errorf("%s, policy %q: got error %v, want policy_denied", raw, name, err)
				}
			}
		}
	}
}

// fetch does what a source does with a URL that a user typed.
func fetch(t *testing.T, c *web.Client, policy pack.NetworkPolicy, raw string) ([]byte, error) {
	t.Helper()
	u, err := web.Make(policy, nil).ParseURL(raw)
	if err != nil {
		return nil, err
	}
	return get(t, c, u.String())
}

func addrs(texts ...string) []netip.Addr {
	var as []netip.Addr
	for _, s := range texts {
		as = append(as, netip.MustParseAddr(s))
	}
	return as
}

func TestZonesAreRefused(t *testing.T) {
	t.Parallel()
	policy := pack.NetworkPolicy{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("fe80::/10")}}
	if _, err := web.Make(policy, nil).ParseURL("https://[fe80::1]/"); err != nil {
		t.Error(err)
	}
	_, err := web.Make(policy, nil).ParseURL("https://[fe80::1%25lo]/")
	wantCode(t, err, pack.CodePolicyDenied)
}

// listenOn2 serves on the same port of another loopback address.
func listenOn2(t *testing.T, port string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has all of 127.0.0.0/8 on its loopback interface")
	}
	ln, err := net.Listen("tcp", "127.0.0.2:"+port)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("public")) }))
	srv.Listener.Close()
	srv.Listener = ln
	srv.Start()
	t.Cleanup(srv.Close)
}

func secretsStayAtTheirOrigin(t *testing.T) {
	t.Parallel()
	secrets := []string{"Authorization", "Cookie", "X-Registry-Token", "Private-Token", "Proxy-Authorization", "Referer"}
	check := func(t *testing.T, r *http.Request) {
		t.Helper()
		for _, name := range secrets {
			if v := r.Header.Get(name); v != "" {
				t.Errorf("%s = %q arrived at %s", name, v, r.Host)
			}
		}
		if r.Header.Get("If-None-Match") == "" {
			t.Error("a harmless header was lost")
		}
	}
	// first -> first, then as below.
	again := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/":
			http.Redirect(w, r, "/again", http.StatusFound)
		case r.Header.Get("Authorization") == "" || r.Header.Get("Referer") != "":
			t.Errorf("at the same origin: %v", r.Header)
		}
	})
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, again.URL+"/?token=secret", http.NoBody)
	req.Header.Set("Authorization", "secret")
	if _, err := do(web.Make(loopback(), nil), req); err != nil {
		t.Error(err)
	}
	// first -> other port -> back -> other port again: once gone, gone.
	var first, other *httptest.Server
	first = serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/back" {
			check(t, r)
			http.Redirect(w, r, other.URL+"/end", http.StatusFound)
			return
		}
		http.Redirect(w, r, other.URL+"/start", http.StatusFound)
	})
	other = serve(t, func(w http.ResponseWriter, r *http.Request) {
		check(t, r)
		if r.URL.Path == "/start" {
			http.Redirect(w, r, first.URL+"/back", http.StatusFound)
		}
	})
	req, _ = http.NewRequestWithContext(t.Context(), http.MethodGet, first.URL+"/?token=secret", http.NoBody)
	for _, name := range secrets {
		req.Header.Set(name, "secret")
	}
	req.Header.Set("If-None-Match", `"v1"`)
	if _, err := do(web.Make(loopback(), nil), req); err != nil {
		t.Error(err)
	}
}

func secretsInErrors(t *testing.T) {
	t.Parallel()
	const secret = "canary"
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/404":
			w.WriteHeader(http.StatusNotFound)
		case "/401":
			w.WriteHeader(http.StatusUnauthorized)
		case "/redirect":
			w.Header().Set("Location", "ftp://canary@example.com/?canary")
			w.WriteHeader(http.StatusFound)
		case "/reset":
			panic(http.ErrAbortHandler)
		}
	})
	srv.Config.ErrorLog = nil
	c := web.Make(loopback(), nil)
	for _, raw := range []string{
		srv.URL + "/404?token=" + secret, srv.URL + "/401?token=" + secret, srv.URL + "/redirect?" + secret,
		"ftp://user:" + secret + "@example.com/?" + secret, "https://user:" + secret + "@example.com/", "https://example.com/#" + secret,
		"https://example.com/\x7f?" + secret, "https://exa mple.com/?" + secret, "https://user:" + secret + "@[::1", "https://127.1/?" + secret,
		"https:/user:" + secret + "@host/", "user:" + secret + "@host/x", secret, "//" + secret + "@host/", "https:" + secret + "@host/?" + secret,
	} {
		_, err := fetch(t, c, loopback(), raw)
		if err == nil {
			t.Errorf("%s: no error", raw)
		} else if strings.Contains(err.Error(), secret) {
			t.Errorf("error %q contains the secret of %s", err, raw)
		}
	}
	gone := serve(t, http.NotFound)
	gone.Close()
	own, err := web.New(pack.Network{Policy: loopback()}, &web.Options{HTTP: gone.Client()})
	if err != nil {
		t.Fatal(err)
	}
	_, err = get(t, own, gone.URL+"/?token="+secret)
	wantCode(t, err, pack.CodeUnavailable)
	if err != nil && strings.Contains(err.Error(), secret) {
		t.Errorf("with a client of the host, error %q contains a secret", err)
	}
	if got := web.Redact("https://u:canary@h/p?canary#canary"); got != "https://h/p" {
		t.Errorf("Redact = %q", got)
	}
}

func hostileHeaders(t *testing.T) {
	t.Parallel()
	for name, response := range map[string]string{
		"9 MB":                      "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 9<<20) + "\r\n\r\n",
		"10,000 headers":            "HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Header: some text\r\n", 10_000) + "\r\n",
		"contradicting lengths":     "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
		"a list of lengths":         "HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\nabc",
		"a negative length":         "HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nabc",
		"a huge length":             "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nabc",
		"chunked twice":             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
		"another encoding":          "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
		"an encoding spelled oddly": "HTTP/1.1 200 OK\r\nTransfer-Encoding: \x0bchunked\r\nContent-Length: 3\r\n\r\nabc",
		"a huge chunk":              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000003\r\nabc\r\n0\r\n\r\n",
		"extensions of chunks":      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1;"+strings.Repeat("x", 4000)+"\r\na\r\n", 1000) + "0\r\n\r\n",
		"bad chunk":                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
		"control characters":        "HTTP/1.1 200 OK\r\nX\x1b[31m evil\r\n\r\n",
		"HTTP/0.9":                  "<html>hello</html>",
		"nothing":                   "",
		"an unknown status number":  "HTTP/1.1 99999 \x1b[31m\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, serveRaw(t, response), http.NoBody) // POST: no retries
			_, err := do(web.Make(loopback(), nil), req)
			wantCode(t, err, pack.CodeUnavailable)
			if err != nil && (strings.ContainsRune(err.Error(), 0x1b) || len(err.Error()) > 1000) {
				t.Errorf("error repeats the server: %.1000q", err)
			}
		})
	}
}

// twoLengths: chunks count, as the standard has it, and the rest of what was sent
// belongs to no answer.
func twoLengths(t *testing.T) {
	t.Parallel()
	for _, length := range []string{"1", "3", "13", "1000000"} {
		response := "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
		if body, err := get(t, web.Make(loopback(), nil), serveRaw(t, response)); err != nil || string(body) != "abc" {
			t.Errorf("%s: got %q, %v", length, body, err)
		}
	}
}

func shortBodies(t *testing.T) {
	t.Parallel()
	for name, response := range map[string]string{
		"shorter than its length": "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
		"last chunk missing":      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
	} {
		_, err := get(t, web.Make(loopback(), nil), serveRaw(t, response))
		wantCode(t, err, pack.CodeUnavailable)
		if !pack.Retryable(err) {
			t.Errorf("%s: %v should be retryable", name, err)
		}
	}
}

func otherStatuses(t *testing.T) {
	t.Parallel()
	for _, status := range []int{201, 203, 204, 206, 304} {
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		_, err := get(t, web.Make(loopback(), nil), srv.URL)
		wantCode(t, err, pack.CodeUnavailable)
		if pack.Retryable(err) {
			t.Errorf("status %d: %v is not retryable", status, err)
		}
	}
}
