package proxy

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/net/guard"
)

// Options are optional settings of a [Proxy]. The zero value is the default.
type Options struct {
	// Resolver looks up host names; nil means the system's.
	Resolver *net.Resolver
	// Connect connects to an address that was checked; nil means [net.Dialer.DialContext].
	Connect guard.DialFunc
	// Local, if not nil, answers the requests for http://LocalHost, and all others fail as
	// those of a network that is offline.
	Local     http.Handler
	LocalHost string
}

// A Proxy serves the tools of one build. It is safe for concurrent use.
type Proxy struct {
	rules    *guard.Rules
	dialer   *guard.Dialer
	upstream *upstream // nil: none
	forward  *httputil.ReverseProxy
	server   *http.Server
	listener net.Listener
	password string
	offline  bool
	local    map[string]http.Handler

	ctx    context.Context //nolint:containedctx // that of the connections, which Close ends
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	refusal error
	failure error
}

const user = "packtrain"

// ErrOffline is the failure of every request if the network is offline.
var ErrOffline = errors.New("the host is offline")

// Start starts a proxy for a network, which ends its connections with ctx. opts may be nil. Settings that cannot be used are
// an error with [pack.CodeInvalidRequest] that shows no secret.
func Start(ctx context.Context, network pack.Network, opts *Options) (*Proxy, error) {
	if opts == nil {
		opts = &Options{}
	}
	up, err := newUpstream(network)
	if err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, pack.Errorf(pack.CodeIO, "start the proxy for package tools: %w", err)
	}
	p := &Proxy{rules: guard.Compile(network.Policy), upstream: up, listener: listener, password: rand.Text(), offline: network.Offline}
	if opts.Local != nil {
		p.offline, p.local = true, map[string]http.Handler{opts.LocalHost: opts.Local}
	}
	if up != nil {
		p.rules = p.rules.ThroughProxy()
	}
	p.dialer = guard.NewDialer(p.rules, opts.Resolver)
	if opts.Connect != nil {
		p.dialer.Connect = opts.Connect
	}
	p.ctx, p.cancel = context.WithCancel(ctx)
	p.forward = p.newForward()
	p.server = &http.Server{
		Handler: p, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
		BaseContext: func(net.Listener) context.Context { return p.ctx },
	}
	p.Serve(listener)
	return p, nil
}

// Serve serves connections of another listener too, until Close, which closes it.
func (p *Proxy) Serve(l net.Listener) {
	p.work.Go(func() { _ = p.server.Serve(l) }) // ends with Close
}

// Port returns the port of the proxy.
func (p *Proxy) Port() string {
	_, port, _ := net.SplitHostPort(p.listener.Addr().String()) // it has a port
	return port
}

// URL returns the address of the proxy, with the password.
func (p *Proxy) URL() string {
	u := url.URL{Scheme: "http", User: url.UserPassword(user, p.password), Host: p.listener.Addr().String()}
	return u.String()
}

// Refusal returns the first refusal of the policy, nil for none. If a setting lifts it, it
// is a [*guard.PolicyError].
func (p *Proxy) Refusal() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.refusal
}

// Failure returns why the first server that could not be reached was not, nil for none.
func (p *Proxy) Failure() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failure
}

// Close ends all connections and waits until they have ended. Closing twice is fine.
func (p *Proxy) Close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.cancel()
	_ = p.server.Close() // of the listener: it is closed either way
	p.work.Wait()
	p.forward.Transport.(*http.Transport).CloseIdleConnections()
}

// begin counts a request, for Close. It reports whether the proxy is still open.
func (p *Proxy) begin() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.work.Add(1)
	}
	return !p.closed
}

// ServeHTTP serves one request of a tool, or one tunnel until its end.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !p.begin() {
		return
	}
	defer p.work.Done()
	switch {
	case !p.authorized(r):
		w.Header().Set("Proxy-Authenticate", `Basic realm="packtrain"`)
		http.Error(w, "wrong password", http.StatusProxyAuthRequired)
	case r.Method != http.MethodConnect && r.URL.Scheme == "http" && p.local[r.Host] != nil:
		p.local[r.Host].ServeHTTP(w, r)
	case p.offline:
		p.deny(w, r.Host, ErrOffline)
	case r.Method == http.MethodConnect:
		p.tunnel(w, r)
	case r.URL.Scheme == "http":
		p.plain(w, r)
	default:
		http.Error(w, "this is a proxy for http, and for tunnels", http.StatusBadRequest)
	}
}

// authorized reports whether a request has the password.
func (p *Proxy) authorized(r *http.Request) bool {
	given := &http.Request{Header: http.Header{"Authorization": r.Header["Proxy-Authorization"]}}
	name, password, _ := given.BasicAuth()
	return subtle.ConstantTimeCompare([]byte(name+":"+password), []byte(user+":"+p.password)) == 1
}

// deny reports that a target cannot be contacted, to the tool and to the host.
func (p *Proxy) deny(w http.ResponseWriter, target string, err error) {
	status := p.note(target, err)
	http.Error(w, err.Error(), status)
}

// note remembers an error and returns its status.
func (p *Proxy) note(target string, err error) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case errors.Is(err, pack.ErrPolicy):
		if p.refusal == nil {
			p.refusal = err
		}
		return http.StatusForbidden
	case p.failure == nil && p.ctx.Err() == nil:
		p.failure = fmt.Errorf("%s: %w", target, err)
	}
	return http.StatusBadGateway
}
