package httpclient

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"github.com/packtrain/pack"
)

const (
	connectTimeout   = 10 * time.Second
	handshakeTimeout = 10 * time.Second
	headerTimeout    = 30 * time.Second
	idleTimeout      = 30 * time.Second
	maxHeaderBytes   = 64 << 10
	maxIdlePerHost   = 8
	userAgent        = "packtrain"
)

// Options of [New]. The zero value is the default.
type Options struct {
	// TLS holds what the host adds to TLS: roots, client certificates. It is
	// copied. nil means the system's roots.
	TLS *tls.Config
	// Resolver looks up host names; nil means the system's.
	Resolver *net.Resolver
}

// New returns a client that contacts only what policy allows and retries what
// is safe to retry. opts may be nil. The client is safe for concurrent use;
// callers that share one share its connections.
func New(policy pack.NetworkPolicy, opts *Options) *http.Client {
	if opts == nil {
		opts = &Options{}
	}
	rules := compile(policy)
	return newClient(rules, newTransport(rules, opts))
}

func newClient(rules *rules, base http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     &retrier{next: &guard{rules: rules, next: base}},
		CheckRedirect: checkRedirect,
	}
}

func newTransport(rules *rules, opts *Options) *http.Transport {
	dialer := &dialer{rules: rules, resolver: opts.Resolver}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:                  nil, // the environment's proxies are not ours
		DialContext:            dialer.dial,
		TLSClientConfig:        tlsConfig(opts.TLS),
		TLSHandshakeTimeout:    handshakeTimeout,
		Protocols:              protocols,
		DisableCompression:     true, // digests are over the bytes as sent
		MaxIdleConnsPerHost:    maxIdlePerHost,
		IdleConnTimeout:        idleTimeout,
		ResponseHeaderTimeout:  headerTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
}

func tlsConfig(host *tls.Config) *tls.Config {
	if host == nil {
		return &tls.Config{MinVersion: tls.VersionTLS12}
	}
	c := host.Clone()
	c.MinVersion = max(c.MinVersion, tls.VersionTLS12)
	return c
}
