package httpclient

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/packtrain/pack"
)

const (
	connectTimeout   = 10 * time.Second
	handshakeTimeout = 10 * time.Second
	headerTimeout    = 30 * time.Second
	idleTimeout      = 30 * time.Second
	maxHeaderBytes   = 64 << 10
	maxConnsPerHost  = 32 // more requests wait for a connection
	maxIdlePerHost   = 8
	userAgent        = "packtrain"
)

// Options of [New]. The zero value is the default.
type Options struct {
	// Client, when not nil, is what New returns; then nothing else may be set.
	Client *http.Client
	// Credentials by origin ("https://host" or "https://host:port"). One is sent
	// to its origin only, and never after a redirect from another.
	Credentials map[string]pack.Credential
	// TLS holds what the host adds to TLS: roots, client certificates. It is
	// copied. nil means the system's roots.
	TLS *tls.Config
	// Proxy is an http or https proxy through which everything goes; its user
	// information are the credentials for it. nil means none.
	Proxy *url.URL
	// Resolver looks up host names; nil means the system's.
	Resolver *net.Resolver
}

// New returns a client that contacts only what policy allows and retries what
// is safe to retry. opts may be nil. The client is safe for concurrent use;
// callers that share one share its connections. Errors have
// [pack.CodeInvalidRequest] and tell no secret.
func New(policy pack.NetworkPolicy, opts *Options) (*http.Client, error) {
	if opts == nil {
		opts = &Options{}
	}
	if opts.Client != nil {
		if len(opts.Credentials) > 0 || opts.TLS != nil || opts.Proxy != nil {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "a client of the host's own comes with its own credentials, TLS settings and proxy: leave one or the other out")
		}
		return opts.Client, nil
	}
	known, err := compileCredentials(opts.Credentials)
	if err != nil {
		return nil, err
	}
	if err := checkProxy(opts.Proxy); err != nil {
		return nil, err
	}
	rules := compile(policy)
	rules.proxied = opts.Proxy != nil
	return newClient(rules, known, newTransport(newDialer(rules, opts.Resolver), opts)), nil
}

func newClient(rules *rules, known credentials, base http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     &retrier{next: &guard{rules: rules, credentials: known, next: base}},
		CheckRedirect: checkRedirect,
	}
}

func newTransport(dialer *dialer, opts *Options) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	t := &http.Transport{
		Proxy:                  nil, // the environment's proxies are not ours
		DialContext:            dialer.dial,
		TLSClientConfig:        tlsConfig(opts.TLS),
		TLSHandshakeTimeout:    handshakeTimeout,
		Protocols:              protocols,
		DisableCompression:     true, // digests are over the bytes as sent
		MaxConnsPerHost:        maxConnsPerHost,
		MaxIdleConnsPerHost:    maxIdlePerHost,
		IdleConnTimeout:        idleTimeout,
		ResponseHeaderTimeout:  headerTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
	if opts.Proxy != nil {
		proxy := *opts.Proxy
		t.Proxy, t.DialContext, t.OnProxyConnectResponse = http.ProxyURL(&proxy), dialer.dialProxy, checkTunnel
	}
	return t
}

func tlsConfig(host *tls.Config) *tls.Config {
	if host == nil {
		return &tls.Config{MinVersion: tls.VersionTLS12}
	}
	c := host.Clone()
	c.MinVersion = max(c.MinVersion, tls.VersionTLS12)
	return c
}
