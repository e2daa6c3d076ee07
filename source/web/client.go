package web

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/net/guard"
)

const (
	handshakeTimeout = 10 * time.Second
	headerTimeout    = 30 * time.Second
	idleTimeout      = 30 * time.Second
	maxHeaderBytes   = 64 << 10
	maxConnsPerHost  = 32 // more requests wait for a connection
	maxIdlePerHost   = 8
	userAgent        = "packtrain"
)

// Options of [New] extend a [pack.Network]. The zero value is the default.
type Options struct {
	// HTTP, when not nil, is a client of the host's own that sends all requests.
	// It has to enforce the policy where it connects and redirects, and must not
	// decompress bodies; URLs are still checked before it is asked. TLS, Resolver
	// and the network's Credentials, CAs and Proxy must not be set then.
	HTTP *http.Client
	// TLS adds settings such as client certificates, which every server that asks
	// for one is shown. It is copied; versions before 1.2 stay refused. The
	// network's CAs are trusted beside its RootCAs. With InsecureSkipVerify,
	// servers are not authenticated: use such a client only where it is needed.
	// nil adds nothing.
	TLS *tls.Config
	// Resolver looks up host names; nil means the system's.
	Resolver *net.Resolver
}

// A Client sends requests as a [pack.Network] allows, and retries requests that
// are safe to retry. All plug-ins of a host can share one, and with it its
// connections. It is safe for concurrent use.
type Client struct {
	rules   *guard.Rules
	http    *http.Client
	offline bool
}

// ErrOffline is the error of every request of a [Client] whose network is
// [pack.Network.Offline]. It matches [pack.ErrUnavailable].
var ErrOffline = pack.Errorf(pack.CodeUnavailable, "the host is offline, and this is not in its cache")

// New returns a Client. opts may be nil. Settings that cannot be used are an
// error with [pack.CodeInvalidRequest] that shows no secret; [pack.CodeIO] means
// that the system's certificates could not be read.
func New(network pack.Network, opts *Options) (*Client, error) {
	if opts == nil {
		opts = &Options{}
	}
	if opts.HTTP != nil {
		return own(network, opts)
	}
	known, err := compileCredentials(network.Credentials)
	if err != nil {
		return nil, err
	}
	proxy, err := guard.ParseProxy(network.Proxy)
	if err != nil {
		return nil, err
	}
	settings, err := tlsConfig(opts.TLS, network.CAs)
	if err != nil {
		return nil, err
	}
	rules := guard.Compile(network.Policy)
	if proxy != nil {
		rules = rules.ThroughProxy()
	}
	c := over(rules, known, newTransport(guard.NewDialer(rules, opts.Resolver), settings, proxy))
	c.offline = network.Offline
	return c, nil
}

// own returns a Client over one of the host's own.
func own(network pack.Network, opts *Options) (*Client, error) {
	if len(network.Credentials) > 0 || len(network.CAs) > 0 || network.Proxy != "" || opts.TLS != nil || opts.Resolver != nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "a client of the host's own has its own credentials, certificates, proxy and resolver: leave one or the other out")
	}
	return &Client{rules: guard.Compile(network.Policy), http: opts.HTTP, offline: network.Offline}, nil
}

// OrDefault returns c, or if c is nil a new Client of the zero [pack.Network]:
// https to public servers, without credentials. Plug-ins use it for the Client
// of a host.
func OrDefault(c *Client) *Client {
	if c != nil {
		return c
	}
	rules := guard.Compile(pack.NetworkPolicy{})
	return over(rules, nil, newTransport(guard.NewDialer(rules, nil), minimalTLS(), nil))
}

// over returns a Client whose requests are sent by base.
func over(rules *guard.Rules, known credentials, base http.RoundTripper) *Client {
	return &Client{rules: rules, http: &http.Client{
		Transport:     &retrier{next: &checked{rules: rules, credentials: known, next: base}},
		CheckRedirect: checkRedirect,
	}}
}

// Do sends req. The response has status 200 or one of accept; another status,
// and every failure, is an error of package pack, as are the errors of reading
// the response's body: [pack.CodePolicyDenied] for a request that the policy
// refuses, [pack.CodeNotFound] for the statuses 404 and 410, a
// [*pack.UnavailableError] for others; the error of the request's context stays
// unchanged. A body whose transfer breaks off is continued when the server's
// entity tag says that it is still the same. The caller closes the body. When
// req is the consequence of a redirect that the caller followed itself,
// req.Response names that, as in package net/http, and keeps credentials from
// the target of the redirect. A Client that is offline returns [ErrOffline].
func (c *Client) Do(req *http.Request, accept ...int) (*http.Response, error) {
	if c.offline {
		return nil, ErrOffline
	}
	resp, err := exchange(c.http, req, accept)
	if err == nil {
		resumeBody(c.http, req, resp)
	}
	return resp, err
}

// WithoutRedirects returns a Client that reports a redirect as a
// [*pack.UnavailableError] with its status, instead of following it. It shares the
// connections of c.
func (c *Client) WithoutRedirects() *Client {
	stays := *c.http
	stays.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{rules: c.rules, http: &stays, offline: c.offline}
}

// ParseURL parses a URL that the policy allows to contact, without contacting
// it. A refused URL is an error with [pack.CodePolicyDenied] that quotes no
// credential. The addresses of a host name are checked only when a connection is
// made.
func (c *Client) ParseURL(raw string) (*url.URL, error) { return c.rules.ParseURL(raw) }

// Redact returns a URL for messages: without user information, query and
// fragment, which may hold secrets; a constant text when it cannot be parsed.
func Redact(raw string) string { return guard.Redact(raw) }

func newTransport(dialer *guard.Dialer, settings *tls.Config, proxy *url.URL) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	t := &http.Transport{
		Proxy:                  nil, // the environment's proxies are not used
		DialContext:            dialer.Dial,
		TLSClientConfig:        settings,
		TLSHandshakeTimeout:    handshakeTimeout,
		Protocols:              protocols,
		DisableCompression:     true, // digests are over the bytes as sent
		MaxConnsPerHost:        maxConnsPerHost,
		MaxIdleConnsPerHost:    maxIdlePerHost,
		IdleConnTimeout:        idleTimeout,
		ResponseHeaderTimeout:  headerTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
	if proxy != nil {
		t.Proxy, t.DialContext, t.OnProxyConnectResponse = http.ProxyURL(proxy), dialProxy(dialer), checkTunnel
	}
	return t
}
