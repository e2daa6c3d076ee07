package proxy

import (
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
)

// plain forwards a request for plain http.
func (p *Proxy) plain(w http.ResponseWriter, r *http.Request) {
	target := &url.URL{Scheme: r.URL.Scheme, Host: r.URL.Host}
	if err := p.rules.CheckURL(target); err != nil {
		p.deny(w, r.URL.Host, err)
		return
	}
	p.forward.ServeHTTP(w, r)
}

// newForward returns what forwards requests as they are: redirects are for the tool.
func (p *Proxy) newForward() *httputil.ReverseProxy {
	transport := &http.Transport{DialContext: p.dialer.Dial, DisableCompression: true, MaxIdleConnsPerHost: 8}
	if p.upstream != nil {
		// A connection for each request: no server can respond in place of another one.
		transport.Proxy, transport.DialContext, transport.DisableKeepAlives = http.ProxyURL(p.upstream.url), p.upstream.dial, true
		transport.TLSClientConfig = p.upstream.settings
	}
	return &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.Out.Host = r.In.Host },
		Transport:     transport,
		FlushInterval: -1,
		ErrorLog:      slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
		ErrorHandler:  func(w http.ResponseWriter, r *http.Request, err error) { p.deny(w, r.URL.Host, err) },
	}
}
